package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerOrdering.Condition;
import io.longshore.messages.ContainerOrdering.Dependency;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerOrdering.RestartPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** When a container starts, how it is known to be well, and whether it is started again. */
final class OrderingRules {
  private static final int MOST_IGNORED_EXIT_CODES = 50;
  private static final int DEFAULT_ATTEMPT_SECONDS = 300;

  private OrderingRules() {}

  /** With the defaults that ECS shows. */
  static Members complete(Members container, String name) {
    Members health = container.object("healthCheck");
    if (health != null) {
      checkHealth(health, name);
      health =
          health.withDefault("interval", 30).withDefault("timeout", 5).withDefault("retries", 3);
    }
    Members policy = container.object("restartPolicy");
    if (policy != null) {
      checkPolicy(policy, name);
    }
    return container.with("healthCheck", health);
  }

  private static void checkHealth(Members health, String name) {
    List<String> command = health.texts("command");
    String kind = command.isEmpty() ? "" : command.getFirst();
    boolean complete =
        switch (kind) {
          case "NONE" -> command.size() == 1;
          case "CMD" -> command.size() > 1;
          case "CMD-SHELL" -> command.size() == 2;
          default -> false;
        };
    if (!complete) {
      throw client(
          "healthCheck.command of container '%s' must be CMD with a program and its arguments, CMD-SHELL with one line for a shell, or NONE alone."
              .formatted(name));
    }
    ContainerRules.noNul(command, "healthCheck.command", name);
    ContainerRules.within(health, name, "interval", 5, 300);
    ContainerRules.within(health, name, "timeout", 2, 60);
    ContainerRules.within(health, name, "retries", 1, 10);
    ContainerRules.within(health, name, "startPeriod", 0, 300);
  }

  private static void checkPolicy(Members policy, String name) {
    ContainerRules.within(policy, name, "restartAttemptPeriod", 60, 1800);
    Rules.atMost(
        "restartPolicy.ignoredExitCodes",
        policy.integers("ignoredExitCodes"),
        MOST_IGNORED_EXIT_CODES);
  }

  static ContainerOrdering spec(Members container) {
    return new ContainerOrdering(
        container.objects("dependsOn").stream()
            .map(given -> new Dependency(given.text("containerName", ""), condition(given)))
            .toList(),
        container.integer("startTimeout"),
        health(container.object("healthCheck")),
        policy(container.object("restartPolicy")));
  }

  private static Condition condition(Members dependency) {
    String word = dependency.text("condition", "");
    return Arrays.stream(Condition.values())
        .filter(condition -> condition.name().equals(word))
        .findFirst()
        .orElseThrow(() ->
            client(
                "dependsOn.condition must be START, COMPLETE, SUCCESS or HEALTHY, not '%s'."
                    .formatted(Rules.shown(word))));
  }

  private static @Nullable HealthCheck health(@Nullable Members given) {
    if (given == null || given.texts("command").equals(List.of("NONE"))) {
      return null;
    }
    return new HealthCheck(
        given.texts("command"),
        given.integer("interval", 30),
        given.integer("timeout", 5),
        given.integer("retries", 3),
        given.integer("startPeriod", 0));
  }

  private static @Nullable RestartPolicy policy(@Nullable Members given) {
    return given == null || !given.flag("enabled")
        ? null
        : new RestartPolicy(
            given.integers("ignoredExitCodes"),
            given.integer("restartAttemptPeriod", DEFAULT_ATTEMPT_SECONDS));
  }

  /** Whoever waits for another must be able to be met. */
  static void checkTogether(List<Members> containers) {
    Map<String, Members> byName = new LinkedHashMap<>();
    containers.forEach(container -> byName.put(container.text("name", ""), container));
    for (Members container : containers) {
      String name = container.text("name", "");
      for (Members given : container.objects("dependsOn")) {
        Members other = byName.get(given.text("containerName", ""));
        if (other == null) {
          throw unknown("dependsOn", name, given.text("containerName", ""));
        }
        checkCondition(condition(given), name, other);
      }
    }
    checkCircles(containers, byName.keySet());
  }

  private static void checkCondition(Condition condition, String name, Members other) {
    String named = other.text("name", "");
    switch (condition) {
      case START -> {}
      case HEALTHY -> {
        if (health(other.object("healthCheck")) == null) {
          throw client(
              "dependsOn of container '%s' waits for '%s' to be HEALTHY, but container '%s' has no healthCheck."
                  .formatted(name, named, named));
        }
      }
      case COMPLETE, SUCCESS -> {
        if (other.flag("essential")) {
          throw client(
              "dependsOn of container '%s' waits for the %s of container '%s', which must not be essential then."
                  .formatted(name, condition, named));
        }
      }
    }
  }

  private static void checkCircles(List<Members> containers, Set<String> names) {
    Map<String, List<String>> before = new HashMap<>();
    for (Members container : containers) {
      String name = container.text("name", "");
      List<String> others = new ArrayList<>();
      container.objects("dependsOn").forEach(d -> others.add(d.text("containerName", "")));
      for (String link : container.texts("links")) {
        others.add(known("links", name, NetworkingRules.linked(link), names));
      }
      for (Members from : container.objects("volumesFrom")) {
        others.add(known("volumesFrom", name, from.text("sourceContainer", ""), names));
      }
      before.put(name, others);
    }
    // Whoever depends on nobody left can go; a circle is what remains.
    boolean shrunk = true;
    while (shrunk) {
      Set<String> waiting = Set.copyOf(before.keySet());
      shrunk = before.values().removeIf(others -> others.stream().noneMatch(waiting::contains));
    }
    if (!before.isEmpty()) {
      throw client(
          "dependsOn, links and volumesFrom must not be circular: "
              + String.join(", ", before.keySet()));
    }
  }

  private static String known(String member, String name, String other, Set<String> names) {
    if (!names.contains(other)) {
      throw unknown(member, name, other);
    }
    return other;
  }

  private static EcsException unknown(String member, String name, String other) {
    return client(
        "%s of container '%s' names the container '%s', which is not in the task definition."
            .formatted(member, name, Rules.shown(other)));
  }
}
