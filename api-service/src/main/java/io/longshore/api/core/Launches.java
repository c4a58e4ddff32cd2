package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;
import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.ContainerSecrets;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** RunTask and StartTask: checks, and the definition with the overrides of the call applied. */
public final class Launches {
  private static final int LONGEST_OVERRIDES = 8192;
  private static final int MOST_AT_ONCE = 10;

  private Launches() {}

  /** What can be refused without knowing the definition. */
  public static void check(Members request) {
    Rules.required(request, "taskDefinition");
    Rules.range("count", request.integer("count", 1), 1, MOST_AT_ONCE);
    Rules.longest("startedBy", request.text("startedBy"), 128);
    Rules.longest("group", request.text("group"), 255);
    if (request.text("group", "").startsWith("service:")) {
      throw invalid("group must not begin with 'service:', which is reserved.");
    }
    if (request.text("propagateTags", "").equals("SERVICE")) {
      throw invalid("propagateTags must not be SERVICE for a task that is run directly.");
    }
    ServiceRules.checkPlacement(request);
    Strategies.check(request);
    Members overrides = request.object("overrides");
    if (overrides != null && Codec.encodeText(overrides.values()).length() > LONGEST_OVERRIDES) {
      throw invalid("overrides must have at most %d characters.".formatted(LONGEST_OVERRIDES));
    }
  }

  /** StartTask: what can be refused without knowing the definition. */
  public static void checkStart(Members request) {
    check(request);
    List<String> instances = request.texts("containerInstances");
    if (instances.isEmpty()) {
      throw invalid("Container instances cannot be empty.");
    }
    Rules.atMost("containerInstances", instances, MOST_AT_ONCE);
  }

  /**
   * @param runners each once
   */
  public static Command.StartTask start(
      ClusterName cluster,
      Members request,
      Described.Definition definition,
      List<RunnerId> runners) {
    TaskSpec spec = spec(request, definition);
    return new Command.StartTask(
        cluster,
        spec,
        runners,
        group(request, spec),
        request.text("startedBy"),
        document(request.without("containerInstances"), spec).json(),
        tags(cluster, request, definition));
  }

  private static TaskSpec spec(Members request, Described.Definition definition) {
    Members overrides = request.object("overrides");
    return overrides == null ? definition.spec() : overridden(definition.spec(), overrides);
  }

  private static Members document(Members request, TaskSpec spec) {
    Members document =
        request
            .without(
                "cluster", "count", "group", "startedBy", "taskDefinition", "tags", "clientToken")
            .withoutEmpty("capacityProviderStrategy", "networkConfiguration")
            .with("overrides", completed(spec, request.object("overrides")));
    return document.has("capacityProviderStrategy")
        ? document
        : document.withDefault("launchType", "EC2");
  }

  private static String group(Members request, TaskSpec spec) {
    String group = request.text("group", "");
    return group.isEmpty() ? "family:" + spec.definition().family() : group;
  }

  public static Command.RunTask run(
      ClusterName cluster, Members request, Described.Definition definition) {
    TaskSpec spec = spec(request, definition);
    return new Command.RunTask(
        cluster,
        spec,
        request.integer("count", 1),
        group(request, spec),
        request.text("startedBy"),
        document(request, spec).json(),
        tags(cluster, request, definition),
        Placings.of(request));
  }

  private static Map<String, String> tags(
      ClusterName cluster, Members request, Described.Definition definition) {
    Map<String, String> tags = new LinkedHashMap<>();
    if (request.text("propagateTags", "").equals("TASK_DEFINITION")) {
      tags.putAll(definition.tags());
    }
    tags.putAll(Tags.of(request));
    if (request.flag("enableECSManagedTags")) {
      tags.put("aws:ecs:clusterName", cluster.value());
    }
    return tags;
  }

  /** ECS shows one override per container, an empty one for those without. */
  private static Members completed(TaskSpec spec, @Nullable Members overrides) {
    Members base = overrides == null ? Members.NONE : overrides;
    Map<String, Members> given = new HashMap<>();
    base.objects("containerOverrides").forEach(o -> given.put(o.text("name", ""), o));
    List<Members> all = new ArrayList<>();
    for (ContainerSpec container : spec.containers()) {
      all.add(given.getOrDefault(container.name(), Members.NONE.with("name", container.name())));
    }
    return base.with("containerOverrides", all)
        .withDefault("inferenceAcceleratorOverrides", List.of());
  }

  private static TaskSpec overridden(TaskSpec spec, Members overrides) {
    Map<String, Members> byName = new HashMap<>();
    for (Members override : overrides.objects("containerOverrides")) {
      String name = override.text("name", "");
      if (spec.containers().stream().noneMatch(container -> container.name().equals(name))) {
        throw invalid(
            "overrides.containerOverrides names the container '%s', which is not in the task definition."
                .formatted(Rules.shown(name)));
      }
      if (byName.put(name, override) != null) {
        throw invalid("overrides.containerOverrides names '%s' twice.".formatted(name));
      }
    }
    Integer cpu = Sizes.cpuUnits(overrides.text("cpu"));
    Integer memory = Sizes.memoryMiB(overrides.text("memory"));
    return spec.with(
        cpu == null ? spec.cpu() : cpu,
        memory == null ? spec.memoryMiB() : memory,
        spec.containers().stream()
            .map(container ->
                overridden(container, byName.getOrDefault(container.name(), Members.NONE)))
            .toList());
  }

  private static ContainerSpec overridden(ContainerSpec container, Members override) {
    String name = container.name();
    ContainerRules.within(override, name, "cpu", 0, ContainerRules.MOST_CPU);
    for (String member : List.of("memory", "memoryReservation")) {
      ContainerRules.within(
          override, name, member, ContainerRules.LEAST_MEMORY_MIB, ContainerRules.MOST_MEMORY_MIB);
    }
    ContainerRules.environment(override.objects("environment"), name);
    ContainerRules.noNul(override.texts("command"), "command", name);
    Map<String, String> environment = new LinkedHashMap<>(container.environment());
    override
        .objects("environment")
        .forEach(pair -> environment.put(pair.text("name", ""), pair.text("value", "")));
    ContainerSecrets secrets = container.secrets();
    SecretRules.checkOverride(environment.keySet(), secrets);
    List<String> files = SecretRules.files(override, name);
    Integer memory = override.integer("memory");
    Integer reservation = override.integer("memoryReservation");
    Integer limit = memory == null ? container.memoryMiB() : memory;
    Integer reserved = reservation == null ? container.memoryReservationMiB() : reservation;
    if (limit != null && reserved != null && reserved > limit) {
      throw client(
          "overrides give container '%s' a memoryReservation of %d, more than its memory of %d."
              .formatted(name, reserved, limit));
    }
    return new ContainerSpec(
        name,
        container.image(),
        override.integer("cpu", container.cpu()),
        limit,
        reserved,
        container.essential(),
        container.entryPoint(),
        override.has("command") ? override.texts("command") : container.command(),
        environment,
        container.portMappings(),
        container.workingDirectory(),
        container.user(),
        container.stopTimeoutSeconds(),
        container.readonlyRootFilesystem(),
        container.dockerLabels(),
        container.logDriver(),
        container.logOptions(),
        container.ordering(),
        container.storage(),
        override.has("environmentFiles")
            ? new ContainerSecrets(files, secrets.environment(), secrets.logOptions())
            : secrets,
        container.networking(),
        container.privileges(),
        container.version());
  }
}
