package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import io.longshore.messages.Ids;
import java.util.List;

/** One container definition: its checks, and the defaults ECS shows. */
final class ContainerRules {
  /** Docker refuses containers with less. */
  static final int LEAST_MEMORY_MIB = 6;

  /** A core has 1024 CPU units; nobody has a thousand cores in one container. */
  static final int MOST_CPU = 1024 * 1024;

  static final int MOST_MEMORY_MIB = 64 * 1024 * 1024;
  private static final int MOST_PORTS = 100;
  private static final int LONGEST_IMAGE = 1024;
  private static final int LONGEST_STOP_SECONDS = 24 * 60 * 60;

  private ContainerRules() {}

  /** With every default filled in. */
  static Members complete(Members container, String networkMode) {
    String name = container.text("name", "");
    if (!Ids.isName(name)) {
      throw client(
          "Container.name must be 1 to 255 letters, digits, underscores and hyphens, not '%s'."
              .formatted(Rules.shown(name)));
    }
    check(container, name);
    NetworkingRules.check(container, name, networkMode);
    PrivilegeRules.check(container, name);
    SecretRules.check(container, name);
    List<Members> ports = container.objects("portMappings");
    if (ports.size() > MOST_PORTS) {
      throw client(
          "portMappings of container '%s' must have at most %d items.".formatted(name, MOST_PORTS));
    }
    return OrderingRules.complete(container, name)
        .withDefault("cpu", 0)
        .withDefault("essential", true)
        .with("portMappings", ports.stream().map(p -> port(p, name, networkMode)).toList())
        .withDefault("environment", List.of())
        .withDefault("mountPoints", List.of())
        .withDefault("volumesFrom", List.of())
        .withDefault("systemControls", List.of());
  }

  private static void check(Members container, String name) {
    String image = container.text("image", "");
    if (image.isBlank()) {
      throw client("Container.image of '%s' must not be null or empty.".formatted(name));
    }
    if (image.length() > LONGEST_IMAGE || image.chars().anyMatch(Character::isISOControl)) {
      throw client(
          "Container.image of '%s' must be at most %d characters without control characters."
              .formatted(name, LONGEST_IMAGE));
    }
    within(container, name, "cpu", 0, MOST_CPU);
    within(container, name, "memory", LEAST_MEMORY_MIB, MOST_MEMORY_MIB);
    within(container, name, "memoryReservation", LEAST_MEMORY_MIB, MOST_MEMORY_MIB);
    within(container, name, "stopTimeout", 0, LONGEST_STOP_SECONDS);
    within(container, name, "startTimeout", 0, LONGEST_STOP_SECONDS);
    Integer memory = container.integer("memory");
    Integer reservation = container.integer("memoryReservation");
    if (memory != null && reservation != null && reservation > memory) {
      throw client(
          "memoryReservation of container '%s' must not be more than its memory: %d is more than %d."
              .formatted(name, reservation, memory));
    }
    environment(container.objects("environment"), name);
    noNul(container.texts("command"), "command", name);
    noNul(container.texts("entryPoint"), "entryPoint", name);
  }

  /** Also for overrides. */
  static void environment(List<Members> environment, String name) {
    for (Members pair : environment) {
      String variable = pair.text("name", "");
      if (variable.isEmpty() || variable.contains("=") || variable.indexOf(0) >= 0) {
        throw client(
            "environment of container '%s' has the invalid name '%s'."
                .formatted(name, Rules.shown(variable)));
      }
      noNul(List.of(pair.text("value", "")), "environment", name);
    }
  }

  /** An operating system ends every argument at a NUL: what follows would be lost. */
  static void noNul(List<String> texts, String member, String name) {
    if (texts.stream().anyMatch(text -> text.indexOf(0) >= 0)) {
      throw client("%s of container '%s' must not contain a NUL.".formatted(member, name));
    }
  }

  static void within(Members members, String name, String member, int least, int most) {
    Integer value = members.integer(member);
    if (value != null && (value < least || value > most)) {
      throw client(
          "Invalid %s setting for container '%s': it must be between %d and %d, not %d."
              .formatted(member, name, least, most, value));
    }
  }

  private static Members port(Members mapping, String name, String networkMode) {
    Members result = mapping.withDefault("protocol", "tcp");
    if (!mapping.has("containerPort")) {
      if (mapping.has("containerPortRange")) {
        return result;
      }
      throw client("portMappings of container '%s' needs a containerPort.".formatted(name));
    }
    within(mapping, name, "containerPort", 1, 65535);
    within(mapping, name, "hostPort", 0, 65535);
    boolean own = networkMode.equals("host") || networkMode.equals("awsvpc");
    int containerPort = mapping.integer("containerPort", 0);
    int hostPort = mapping.integer("hostPort", 0);
    if (own && hostPort != 0 && hostPort != containerPort) {
      throw client(
          "When networkMode is %s, hostPort and containerPort of container '%s' must be the same."
              .formatted(networkMode, name));
    }
    return result.with("hostPort", own ? containerPort : hostPort);
  }
}
