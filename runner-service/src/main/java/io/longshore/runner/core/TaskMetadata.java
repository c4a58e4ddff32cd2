package io.longshore.runner.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.PortMapping;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskInterface;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task as its own containers are told of it: the members of ECS's task metadata endpoint, version
 * 4, in their order there. What is not known is left out. Statuses are the agent's words ({@code
 * NONE}, {@code PULLED}, {@code CREATED}, {@code RUNNING}, {@code STOPPED}), not those of
 * DescribeTasks. See "Amazon ECS task metadata endpoint version 4" in the ECS developer guide.
 *
 * @param zone of the host; null if it is in none
 * @param inspections by container; empty where the engine says nothing
 */
public record TaskMetadata(
    TaskState state, @Nullable String zone, Map<String, Inspection> inspections) {
  private static final double UNITS_PER_CORE = 1024;
  private static final String STOPPED = "STOPPED";
  private static final String RUNNING = "RUNNING";
  private static final String ECS = "com.amazonaws.ecs.";
  private static final String OURS = "io.longshore.";

  /** The whole task. Its tags are known to the scheduler only, so there are none. */
  public Map<String, Object> task() {
    TaskAssignment assignment = state.assignment();
    TaskDefinitionId definition = assignment.spec().definition();
    Times times = state.times();
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("Cluster", assignment.cluster().value());
    put(members, "ServiceName", assignment.service() == null ? null : assignment.service().value());
    members.put("TaskARN", assignment.taskArn());
    members.put("Family", definition.family());
    members.put("Revision", Integer.toString(definition.revision()));
    members.put("DesiredStatus", desired());
    members.put("KnownStatus", known());
    put(members, "Limits", limits(assignment.spec()));
    put(members, "PullStartedAt", text(times.pullStarted()));
    put(members, "PullStoppedAt", text(times.pullStopped()));
    put(members, "ExecutionStoppedAt", text(times.executionStopped()));
    put(members, "AvailabilityZone", zone);
    members.put("LaunchType", "EC2");
    members.put("Containers", state.containers().stream().map(this::container).toList());
    return members;
  }

  /** Null if the task has none of this name. */
  public @Nullable Map<String, Object> container(String name) {
    return state.containers().stream()
        .filter(container -> container.name().equals(name))
        .map(this::container)
        .findFirst()
        .orElse(null);
  }

  private Map<String, Object> container(ContainerState container) {
    ContainerSpec spec = container.spec();
    Inspection seen = inspections.get(container.name());
    Map<String, Object> members = new LinkedHashMap<>();
    put(members, "DockerId", container.runtimeId());
    members.put("Name", container.name());
    put(members, "DockerName", seen == null ? null : seen.name());
    members.put("Image", spec.image());
    put(members, "ImageID", seen == null ? null : seen.imageId());
    put(members, "Ports", ports(container, seen));
    members.put("Labels", labels(spec, seen));
    members.put("DesiredStatus", desired());
    members.put("KnownStatus", known(container));
    put(members, "ExitCode", container.exitCode());
    members.put("Limits", limits(spec));
    put(members, "CreatedAt", text(seen == null ? null : seen.createdAt()));
    put(members, "StartedAt", text(started(container, seen)));
    put(members, "FinishedAt", text(seen == null ? null : seen.sighting().finishedAt()));
    members.put("Type", "NORMAL");
    if (spec.ordering().healthCheck() != null) {
      members.put("Health", Map.of("status", container.health().name()));
    }
    put(members, "Volumes", seen == null ? null : volumes(seen));
    put(members, "LogDriver", spec.logDriver());
    put(members, "LogOptions", spec.logOptions());
    put(members, "ContainerARN", arn(container.name()));
    members.put("Networks", List.of(network(container, seen)));
    return members;
  }

  /** In the region and of the account of the task's own. */
  private @Nullable String arn(String container) {
    TaskAssignment assignment = state.assignment();
    String[] parts = assignment.taskArn().split(":", 6);
    return parts.length < 6
        ? null
        : new Arns(parts[3], parts[4])
            .container(assignment.cluster(), assignment.task(), container);
  }

  private String desired() {
    return state.isEnding() ? STOPPED : RUNNING;
  }

  /** A task is as far as the last of its containers, and has stopped when all of them have. */
  private String known() {
    if (state.hasEnded()) {
      return STOPPED;
    }
    if (state.containers().stream().allMatch(ContainerState::wasStarted)) {
      return RUNNING;
    }
    boolean created =
        state.containers().stream().allMatch(c -> c.stage().compareTo(Stage.CREATED) >= 0);
    return created ? "CREATED" : "NONE";
  }

  private static String known(ContainerState container) {
    return switch (container.stage()) {
      case PLANNED, IMAGE_MISSING -> "NONE";
      case IMAGE_READY -> "PULLED";
      case CREATED -> "CREATED";
      case RUNNING -> RUNNING;
      case EXITED, REMOVED -> STOPPED;
    };
  }

  /** Of a task as a whole CPU is in cores, of a container in units. */
  private static Map<String, Object> limits(TaskSpec spec) {
    Map<String, Object> limits = new LinkedHashMap<>();
    put(limits, "CPU", spec.cpu() == null ? null : spec.cpu() / UNITS_PER_CORE);
    put(limits, "Memory", spec.memoryMiB());
    return limits;
  }

  private static Map<String, Object> limits(ContainerSpec spec) {
    Map<String, Object> limits = new LinkedHashMap<>();
    limits.put("CPU", spec.cpu());
    put(limits, "Memory", spec.memoryMiB());
    return limits;
  }

  private static @Nullable Instant started(ContainerState container, @Nullable Inspection seen) {
    Instant said = seen == null ? null : seen.sighting().startedAt();
    return said == null ? container.run().began() : said;
  }

  private List<Map<String, Object>> ports(ContainerState container, @Nullable Inspection seen) {
    List<NetworkBinding> bound = Observations.bindings(container, state.assignment().spec());
    List<NetworkBinding> bindings =
        bound.isEmpty() && seen != null ? seen.sighting().networkBindings() : bound;
    List<Map<String, Object>> ports = new ArrayList<>();
    for (PortMapping mapping : container.spec().portMappings()) {
      Map<String, Object> port = new LinkedHashMap<>();
      port.put("ContainerPort", mapping.containerPort());
      port.put("Protocol", mapping.protocol());
      bindings.stream()
          .filter(binding ->
              binding.containerPort() == mapping.containerPort()
                  && binding.protocol().equals(mapping.protocol()))
          .findFirst()
          .ifPresent(binding -> {
            port.put("HostPort", binding.hostPort());
            port.put("HostIp", binding.bindIp());
          });
      ports.add(port);
    }
    return ports;
  }

  /** Those of ours are between the engine and the runner. */
  private Map<String, String> labels(ContainerSpec spec, @Nullable Inspection seen) {
    TaskAssignment assignment = state.assignment();
    TaskDefinitionId definition = assignment.spec().definition();
    Map<String, String> labels =
        new LinkedHashMap<>(seen == null ? spec.dockerLabels() : seen.labels());
    labels.keySet().removeIf(name -> name.startsWith(OURS));
    labels.put(ECS + "cluster", assignment.cluster().value());
    labels.put(ECS + "container-name", spec.name());
    labels.put(ECS + "task-arn", assignment.taskArn());
    labels.put(ECS + "task-definition-family", definition.family());
    labels.put(ECS + "task-definition-version", Integer.toString(definition.revision()));
    return labels;
  }

  private static List<Map<String, Object>> volumes(Inspection seen) {
    List<Map<String, Object>> volumes = new ArrayList<>();
    for (Inspection.Mount mount : seen.mounts()) {
      Map<String, Object> volume = new LinkedHashMap<>();
      put(volume, "DockerName", mount.name());
      volume.put("Source", mount.source());
      volume.put("Destination", mount.destination());
      volumes.add(volume);
    }
    return volumes;
  }

  private Map<String, Object> network(ContainerState container, @Nullable Inspection seen) {
    String mode = state.assignment().spec().networkMode();
    boolean ofTheTask = mode.equals("awsvpc");
    boolean none = container.spec().networking().disabled() && !ofTheTask;
    String asked = seen == null ? null : seen.sighting().address();
    String address = asked == null ? container.address() : asked;
    Map<String, Object> network = new LinkedHashMap<>();
    network.put("NetworkMode", none ? "none" : mode);
    put(network, "IPv4Addresses", address == null ? null : List.of(address));
    if (ofTheTask) {
      network.put("AttachmentIndex", 0);
      network.put("MACAddress", TaskInterface.of(state.task()).macAddress());
    }
    return network;
  }

  private static @Nullable String text(@Nullable Instant at) {
    return at == null ? null : at.toString();
  }

  /** Leaves out what is not known and what is empty. */
  private static void put(Map<String, Object> members, String name, @Nullable Object value) {
    boolean empty =
        value == null
            || (value instanceof List<?> list && list.isEmpty())
            || (value instanceof Map<?, ?> map && map.isEmpty());
    if (!empty) {
      members.put(name, value);
    }
  }
}
