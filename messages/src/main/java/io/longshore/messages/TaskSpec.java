package io.longshore.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What takes effect of a task definition: everything placement and the runner need to know, and
 * nothing else.
 *
 * @param networkMode {@code bridge}, {@code host} or {@code none}
 * @param cpu CPU units for the task as a whole; null when only its containers say
 * @param memoryMiB MiB for the task as a whole; null when only its containers say
 * @param containers in the order of the definition; at least one is essential
 */
public record TaskSpec(
    TaskDefinitionId definition,
    String networkMode,
    @Nullable Integer cpu,
    @Nullable Integer memoryMiB,
    List<ContainerSpec> containers) {

  /** CPU units that placement reserves: the task's own figure, else the sum of its containers'. */
  public int reservedCpu() {
    return cpu != null ? cpu : containers.stream().mapToInt(ContainerSpec::cpu).sum();
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
    return containers.stream()
        .flatMap(container -> container.portMappings().stream())
        .filter(mapping -> mapping.hostPort() != 0)
        .toList();
  }
}
