package io.longshore.api.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.NetworkBinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tasks and container instances as ECS describes them. */
public record TaskShapes(Arns arns) {
  /** What of the call's members a task shows again. */
  private static final List<String> ECHOED = List.of("platformVersion", "overrides");

  public Members task(Described.Task task, boolean withTags) {
    Members document = task.document();
    Described.Times times = task.times();
    Members shape =
        document
            .only(ECHOED)
            .over(Strategies.shown(document, task.id()))
            .with("taskArn", arns.task(task.cluster(), task.id()))
            .with("clusterArn", arns.cluster(task.cluster()))
            .with("taskDefinitionArn", arns.taskDefinition(task.definitionId()))
            .with("containerInstanceArn", arns.containerInstance(task.cluster(), task.runner()))
            .with("availabilityZone", task.zone())
            .with("group", task.group())
            .with("startedBy", task.startedBy())
            .with("desiredStatus", task.desiredStatus())
            .with("lastStatus", task.lastStatus())
            .with("healthStatus", TaskHealth.of(task).name())
            .with("cpu", Integer.toString(task.cpu()))
            .with("memory", Integer.toString(task.memoryMiB()))
            .with("connectivity", task.connected() ? "CONNECTED" : "DISCONNECTED")
            .with("connectivityAt", Shapes.seconds(times.connectivityAt()))
            .with("createdAt", Shapes.seconds(times.createdAt()))
            .with("pullStartedAt", Shapes.seconds(times.pullStartedAt()))
            .with("pullStoppedAt", Shapes.seconds(times.pullStoppedAt()))
            .with("startedAt", Shapes.seconds(times.startedAt()))
            .with("stoppingAt", Shapes.seconds(times.stoppingAt()))
            .with("executionStoppedAt", Shapes.seconds(times.executionStoppedAt()))
            .with("stoppedAt", Shapes.seconds(times.stoppedAt()))
            .with("stopCode", task.stopCode())
            .with("stoppedReason", task.stoppedReason())
            .with("version", task.version())
            .with("enableExecuteCommand", document.flag("enableExecuteCommand"))
            .with("attachments", NetworkShapes.attachments(task))
            .with("inferenceAccelerators", List.of())
            .with("attributes", attributes(task.architecture()))
            .with("containers", containers(task))
            .withDefault("overrides", noOverrides(task));
    return shape.with("tags", withTags ? Tags.shown(task.tags()) : List.of());
  }

  private static List<Members> attributes(@Nullable String architecture) {
    return architecture == null
        ? List.of()
        : List.of(Members.NONE.with("name", "ecs.cpu-architecture").with("value", architecture));
  }

  private static Members noOverrides(Described.Task task) {
    List<Members> names =
        task.definition().objects("containerDefinitions").stream()
            .map(container -> Members.NONE.with("name", container.text("name", "")))
            .toList();
    return Members.NONE
        .with("containerOverrides", names)
        .with("inferenceAcceleratorOverrides", List.of());
  }

  /** In the order of the definition, whether or not the runner has said anything of them yet. */
  private List<Members> containers(Described.Task task) {
    Map<String, ContainerObservation> observed = new HashMap<>();
    task.containers().forEach(container -> observed.put(container.name(), container));
    List<Members> shapes = new ArrayList<>();
    for (Members definition : task.definition().objects("containerDefinitions")) {
      ContainerObservation observation = observed.remove(definition.text("name", ""));
      shapes.add(container(task, definition, observation));
    }
    observed
        .values()
        .forEach(left -> shapes.add(container(task, Members.NONE.with("name", left.name()), left)));
    return shapes;
  }

  private Members container(
      Described.Task task, Members definition, @Nullable ContainerObservation observation) {
    String name = definition.text("name", "");
    Members shape =
        Members.NONE
            .with("containerArn", arns.container(task.cluster(), task.id(), name))
            .with("taskArn", arns.task(task.cluster(), task.id()))
            .with("name", name)
            .with("image", definition.text("image"))
            .with("cpu", Integer.toString(definition.integer("cpu", 0)))
            .with("memory", textOrNull(definition.integer("memory")))
            .with("memoryReservation", textOrNull(definition.integer("memoryReservation")))
            .with("healthStatus", HealthStatus.UNKNOWN.name())
            .with("networkInterfaces", List.of());
    if (observation == null) {
      ContainerStatus status =
          task.lastStatus().equals("STOPPED") ? ContainerStatus.STOPPED : ContainerStatus.PENDING;
      return shape.with("lastStatus", status.name()).with("networkBindings", List.of());
    }
    return shape
        .with("lastStatus", observation.lastStatus().name())
        .with("runtimeId", observation.runtimeId())
        .with("exitCode", observation.exitCode())
        .with("reason", observation.reason())
        .with("imageDigest", observation.imageDigest())
        .with("healthStatus", observation.health().name())
        .with("networkInterfaces", NetworkShapes.interfaces(task, observation))
        .with(
            "networkBindings",
            observation.networkBindings().stream().map(TaskShapes::binding).toList());
  }

  private static Members binding(NetworkBinding binding) {
    return Members.NONE
        .with("bindIP", binding.bindIp())
        .with("containerPort", binding.containerPort())
        .with("hostPort", binding.hostPort())
        .with("protocol", binding.protocol());
  }

  private static @Nullable String textOrNull(@Nullable Integer number) {
    return number == null ? null : Integer.toString(number);
  }

  public Members instance(Described.Instance instance, boolean withTags) {
    List<String> reserved = texts(instance.host().reservedPorts());
    List<String> taken = new ArrayList<>(reserved);
    taken.addAll(texts(instance.takenPorts()));
    List<Members> attributes = new ArrayList<>();
    instance
        .host()
        .attributes()
        .forEach((name, value) ->
            attributes.add(
                value.isEmpty()
                    ? Members.NONE.with("name", name)
                    : Members.NONE.with("name", name).with("value", value)));
    return Members.NONE
        .with("containerInstanceArn", arns.containerInstance(instance.cluster(), instance.id()))
        .with("ec2InstanceId", instance.host().hostName())
        .with("version", instance.version())
        .with(
            "versionInfo",
            Members.NONE
                .with("agentVersion", instance.host().agentVersion())
                .with("dockerVersion", instance.host().engineVersion()))
        .with(
            "registeredResources",
            resources(instance.host().cpu(), instance.host().memoryMiB(), reserved, List.of()))
        .with(
            "remainingResources",
            resources(
                instance.host().cpu() - instance.takenCpu(),
                instance.host().memoryMiB() - instance.takenMemoryMiB(),
                taken,
                texts(instance.takenUdpPorts())))
        .with("status", instance.status())
        .with("agentConnected", instance.connected())
        .with("runningTasksCount", instance.runningTasks())
        .with("pendingTasksCount", instance.pendingTasks())
        .with("attributes", attributes)
        .with("attachments", List.of())
        .with("registeredAt", Shapes.seconds(instance.registeredAt()))
        .with("tags", withTags ? Tags.shown(instance.tags()) : List.of());
  }

  private static List<Members> resources(
      long cpu, long memory, List<String> ports, List<String> udpPorts) {
    return List.of(
        number("CPU", cpu),
        number("MEMORY", memory),
        set("PORTS", ports),
        set("PORTS_UDP", udpPorts));
  }

  private static Members number(String name, long value) {
    return Members.NONE
        .with("name", name)
        .with("type", "INTEGER")
        .with("doubleValue", 0.0)
        .with("longValue", 0)
        .with("integerValue", Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  private static Members set(String name, List<String> values) {
    return Members.NONE
        .with("name", name)
        .with("type", "STRINGSET")
        .with("doubleValue", 0.0)
        .with("longValue", 0)
        .with("integerValue", 0)
        .with("stringSetValue", values);
  }

  private static List<String> texts(List<Integer> ports) {
    return ports.stream().distinct().sorted().map(String::valueOf).toList();
  }
}
