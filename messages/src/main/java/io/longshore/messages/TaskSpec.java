package io.longshore.messages;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What takes effect of a task definition: everything placement and the runner need to know, and
 * nothing else.
 *
 * @param networkMode {@code bridge}, {@code host}, {@code none} or {@code awsvpc}
 * @param cpu CPU units for the task as a whole; null when only its containers say
 * @param memoryMiB MiB for the task as a whole; null when only its containers say
 * @param containers in the order of the definition; at least one is essential
 * @param constraints expressions in the cluster query language; a host has to meet all of them
 * @param cpuArchitecture {@code X86_64} or {@code ARM64}; null for any
 * @param osFamily e.g. {@code LINUX}; null for any
 * @param pidMode {@code host} or {@code task}; null for one of its own per container
 * @param ipcMode {@code host}, {@code task} or {@code none}; null for one of its own per container
 * @param targets what load balancers send to it; only tasks of services have any
 */
public record TaskSpec(
    TaskDefinitionId definition,
    String networkMode,
    @Nullable Integer cpu,
    @Nullable Integer memoryMiB,
    List<ContainerSpec> containers,
    List<Volume> volumes,
    List<String> constraints,
    @Nullable String cpuArchitecture,
    @Nullable String osFamily,
    @Nullable String pidMode,
    @Nullable String ipcMode,
    List<TargetPort> targets) {

  /** Read from a message that is older than the later members, these have defaults. */
  public TaskSpec {
    volumes = volumes == null ? List.of() : volumes;
    constraints = constraints == null ? List.of() : constraints;
    targets = targets == null ? List.of() : targets;
  }

  /** A task that nothing balances. */
  public TaskSpec(
      TaskDefinitionId definition,
      String networkMode,
      @Nullable Integer cpu,
      @Nullable Integer memoryMiB,
      List<ContainerSpec> containers,
      List<Volume> volumes,
      List<String> constraints,
      @Nullable String cpuArchitecture,
      @Nullable String osFamily,
      @Nullable String pidMode,
      @Nullable String ipcMode) {
    this(
        definition,
        networkMode,
        cpu,
        memoryMiB,
        containers,
        volumes,
        constraints,
        cpuArchitecture,
        osFamily,
        pidMode,
        ipcMode,
        List.of());
  }

  /** A task that asks for nothing out of the ordinary. */
  public TaskSpec(
      TaskDefinitionId definition,
      String networkMode,
      @Nullable Integer cpu,
      @Nullable Integer memoryMiB,
      List<ContainerSpec> containers) {
    this(
        definition,
        networkMode,
        cpu,
        memoryMiB,
        containers,
        List.of(),
        List.of(),
        null,
        null,
        null,
        null);
  }

  /** The same recipe under the revision it turned out to have. */
  public TaskSpec as(TaskDefinitionId id) {
    return new TaskSpec(
        id,
        networkMode,
        cpu,
        memoryMiB,
        containers,
        volumes,
        constraints,
        cpuArchitecture,
        osFamily,
        pidMode,
        ipcMode,
        targets);
  }

  /** The same recipe for a service with these targets. */
  public TaskSpec reachedBy(List<TargetPort> next) {
    return new TaskSpec(
        definition,
        networkMode,
        cpu,
        memoryMiB,
        containers,
        volumes,
        constraints,
        cpuArchitecture,
        osFamily,
        pidMode,
        ipcMode,
        next);
  }

  /**
   * The same recipe with other sizes and containers, as the overrides of a call ask for.
   *
   * @param nextCpu null when only its containers say
   * @param nextMemoryMiB null when only its containers say
   */
  public TaskSpec with(
      @Nullable Integer nextCpu,
      @Nullable Integer nextMemoryMiB,
      List<ContainerSpec> nextContainers) {
    return new TaskSpec(
        definition,
        networkMode,
        nextCpu,
        nextMemoryMiB,
        nextContainers,
        volumes,
        constraints,
        cpuArchitecture,
        osFamily,
        pidMode,
        ipcMode,
        targets);
  }

  /** CPU units that placement reserves: the task's own figure, else the sum of its containers'. */
  public int reservedCpu() {
    if (cpu != null) {
      return cpu;
    }
    int sum = 0;
    for (ContainerSpec container : containers) {
      sum += container.cpu();
    }
    return sum;
  }

  /**
   * MiB that placement reserves: the task's own figure, else the sum over containers of the
   * reservation or limit.
   */
  public int reservedMemoryMiB() {
    return memoryMiB != null
        ? memoryMiB
        : containers.stream().mapToInt(TaskSpec::reservedMemoryMiB).sum();
  }

  private static int reservedMemoryMiB(ContainerSpec container) {
    if (container.memoryReservationMiB() != null) {
      return container.memoryReservationMiB();
    }
    return container.memoryMiB() == null ? 0 : container.memoryMiB();
  }

  /** The host ports this task must have to itself; ports the engine chooses are not among them. */
  public List<PortMapping> fixedHostPorts() {
    List<PortMapping> fixed = new ArrayList<>();
    for (ContainerSpec container : containers) {
      for (PortMapping mapping : container.portMappings()) {
        if (mapping.hostPort() != 0) {
          fixed.add(mapping);
        }
      }
    }
    return fixed;
  }
}
