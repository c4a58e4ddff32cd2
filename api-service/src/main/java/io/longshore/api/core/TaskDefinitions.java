package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ImageVersion;
import io.longshore.messages.PortMapping;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.Volume;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * RegisterTaskDefinition: from what the client gave to the document ECS shows, with its defaults,
 * and to the {@link TaskSpec} that takes effect.
 */
public final class TaskDefinitions {
  /** ECS's limit for a whole definition, bytes of JSON. */
  private static final int LARGEST_DOCUMENT = 64 * 1024;

  private static final int MOST_CONTAINERS = 10;

  /** The revision is counted by the scheduler. */
  private static final int UNCOUNTED = 1;

  private TaskDefinitions() {}

  public static Command.RegisterTaskDefinition register(Members request) {
    String family = Rules.name("family", Rules.required(request, "family"));
    List<Members> given = request.objects("containerDefinitions");
    if (given.isEmpty()) {
      throw client("containerDefinitions must contain at least one container.");
    }
    if (given.size() > MOST_CONTAINERS) {
      throw client(
          "containerDefinitions must have at most %d containers, not %d."
              .formatted(MOST_CONTAINERS, given.size()));
    }
    List<String> constraints = constraints(request);
    List<Volume> volumes = StorageRules.volumes(request);
    Integer cpu = Sizes.cpuUnits(request.text("cpu"));
    Integer memory = Sizes.memoryMiB(request.text("memory"));
    String mode = request.text("networkMode", "bridge");
    checkFargate(request, mode, cpu, memory);
    List<Members> containers =
        given.stream().map(container -> ContainerRules.complete(container, mode)).toList();
    checkTogether(containers, memory);
    StorageRules.checkTogether(containers, volumes);

    Members document = document(request, containers, cpu, memory);
    int length = Codec.encode(document.values()).length;
    if (length > LARGEST_DOCUMENT) {
      throw client(
          "The task definition has %d bytes of JSON; at most %d are allowed."
              .formatted(length, LARGEST_DOCUMENT));
    }
    Members platform = request.object("runtimePlatform");
    TaskSpec spec =
        new TaskSpec(
            new TaskDefinitionId(family, UNCOUNTED),
            mode,
            cpu,
            memory,
            containers.stream().map(container -> container(container, mode)).toList(),
            volumes,
            constraints,
            platform == null ? null : platform.text("cpuArchitecture"),
            platform == null ? null : platform.text("operatingSystemFamily"),
            oneOf(request, "pidMode", "host", "task"),
            oneOf(request, "ipcMode", "host", "task", "none"));
    checkHostPorts(spec);
    return new Command.RegisterTaskDefinition(family, spec, document.json(), Tags.of(request));
  }

  private static Members document(
      Members request, List<Members> containers, @Nullable Integer cpu, @Nullable Integer memory) {
    return request
        .without("tags")
        .withoutEmpty("requiresCompatibilities", "inferenceAccelerators", "runtimePlatform")
        .with("containerDefinitions", containers)
        .with("cpu", cpu == null ? null : Integer.toString(cpu))
        .with("memory", memory == null ? null : Integer.toString(memory))
        .withDefault("volumes", List.of())
        .withDefault("placementConstraints", List.of())
        .with("requiresAttributes", List.of())
        .with("compatibilities", compatibilities(request, cpu, memory));
  }

  private static List<String> compatibilities(
      Members request, @Nullable Integer cpu, @Nullable Integer memory) {
    boolean fargate =
        request.text("networkMode", "").equals("awsvpc") && cpu != null && memory != null;
    return fargate ? List.of("EC2", "FARGATE") : List.of("EXTERNAL", "EC2");
  }

  private static void checkFargate(
      Members request, String mode, @Nullable Integer cpu, @Nullable Integer memory) {
    if (!request.texts("requiresCompatibilities").contains("FARGATE")) {
      return;
    }
    if (!mode.equals("awsvpc")) {
      throw client("Fargate only supports networkMode 'awsvpc', not '%s'.".formatted(mode));
    }
    if (cpu == null || memory == null) {
      throw client("Fargate requires that cpu and memory be defined at the task level.");
    }
  }

  private static void checkTogether(List<Members> containers, @Nullable Integer taskMemory) {
    Set<String> names = new HashSet<>();
    boolean essential = false;
    for (Members container : containers) {
      String name = container.text("name", "");
      if (!names.add(name)) {
        throw client("Container.name must be unique within a task: '%s'.".formatted(name));
      }
      essential |= container.flag("essential");
      checkMemory(container, name, taskMemory);
    }
    if (!essential) {
      throw client("At least one container must be essential: essential is false for all.");
    }
    OrderingRules.checkTogether(containers);
    SecretRules.checkTogether(containers);
  }

  private static void checkMemory(Members container, String name, @Nullable Integer taskMemory) {
    Integer memory = container.integer("memory");
    Integer reservation = container.integer("memoryReservation");
    if (memory == null && reservation == null && taskMemory == null) {
      throw client(
          "Invalid setting for container '%s'. At least one of 'memory' or 'memoryReservation' must be specified."
              .formatted(name));
    }
    int wanted = memory != null ? memory : reservation == null ? 0 : reservation;
    if (taskMemory != null && wanted > taskMemory) {
      throw client(
          "Invalid memory setting for container '%s': %d MiB is more than the task's memory of %d MiB."
              .formatted(name, wanted, taskMemory));
    }
  }

  private static void checkHostPorts(TaskSpec spec) {
    Set<String> taken = new HashSet<>();
    for (PortMapping mapping : spec.fixedHostPorts()) {
      String port = mapping.hostPort() + "/" + mapping.protocol();
      if (!taken.add(port)) {
        throw client("portMappings has the hostPort %s twice.".formatted(port));
      }
    }
  }

  private static List<String> constraints(Members request) {
    List<Members> given =
        Rules.atMost("placementConstraints", request.objects("placementConstraints"), 10);
    for (Members constraint : given) {
      if (!constraint.text("type", "").equals("memberOf")) {
        throw client(
            "placementConstraints of a task definition must be of the type memberOf, not '%s'."
                .formatted(Rules.shown(constraint.text("type", ""))));
      }
      if (constraint.text("expression", "").isBlank()) {
        throw client("placementConstraints.expression must not be null or empty.");
      }
    }
    return given.stream().map(constraint -> constraint.text("expression", "")).toList();
  }

  private static @Nullable String oneOf(Members request, String member, String... words) {
    String value = request.text(member, "");
    if (!value.isEmpty() && !List.of(words).contains(value)) {
      throw client(
          "%s must be one of %s, not '%s'."
              .formatted(member, String.join(", ", words), Rules.shown(value)));
    }
    return value.isEmpty() ? null : value;
  }

  private static ContainerSpec container(Members container, String mode) {
    Members log = container.object("logConfiguration");
    Map<String, String> environment = new LinkedHashMap<>();
    container
        .objects("environment")
        .forEach(pair -> environment.put(pair.text("name", ""), pair.text("value", "")));
    return new ContainerSpec(
            container.text("name", ""),
            container.text("image", ""),
            container.integer("cpu", 0),
            container.integer("memory"),
            container.integer("memoryReservation"),
            container.flag("essential"),
            container.texts("entryPoint"),
            container.texts("command"),
            environment,
            container.objects("portMappings").stream()
                .filter(mapping -> mapping.has("containerPort"))
                .map(mapping -> port(mapping, mode))
                .toList(),
            container.text("workingDirectory"),
            container.text("user"),
            container.integer("stopTimeout"),
            container.flag("readonlyRootFilesystem"),
            container.map("dockerLabels"),
            log == null ? null : log.text("logDriver"),
            log == null ? Map.of() : log.map("options"))
        .withOrdering(OrderingRules.spec(container))
        .withStorage(StorageRules.spec(container))
        .withSecrets(SecretRules.spec(container))
        .withNetworking(NetworkingRules.spec(container))
        .withPrivileges(PrivilegeRules.spec(container))
        .withVersion(
            new ImageVersion(
                !container.text("versionConsistency", "enabled").equals("disabled"), null));
  }

  /** A task with an address of its own leaves it to the engine by which ports the host has it. */
  private static PortMapping port(Members mapping, String mode) {
    int hostPort = mode.equals("awsvpc") ? 0 : mapping.integer("hostPort", 0);
    return new PortMapping(
        mapping.integer("containerPort", 0), hostPort, mapping.text("protocol", "tcp"));
  }
}
