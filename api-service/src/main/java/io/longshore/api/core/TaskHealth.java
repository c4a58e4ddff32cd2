package io.longshore.api.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.HealthStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How well a task is, by ECS's rule: unhealthy if any of its essential containers is, healthy if
 * all of those with a health check are and there is one, else unknown.
 */
final class TaskHealth {
  private TaskHealth() {}

  static HealthStatus of(Described.Task task) {
    Map<String, HealthStatus> seen = new HashMap<>();
    for (ContainerObservation container : task.containers()) {
      seen.put(container.name(), container.health());
    }
    List<HealthStatus> checked =
        task.definition().objects("containerDefinitions").stream()
            .filter(container -> container.flag("essential", true) && hasCheck(container))
            .map(container -> seen.getOrDefault(container.text("name", ""), HealthStatus.UNKNOWN))
            .toList();
    if (checked.contains(HealthStatus.UNHEALTHY)) {
      return HealthStatus.UNHEALTHY;
    }
    return checked.isEmpty() || checked.contains(HealthStatus.UNKNOWN)
        ? HealthStatus.UNKNOWN
        : HealthStatus.HEALTHY;
  }

  private static boolean hasCheck(Members container) {
    Members check = container.object("healthCheck");
    return check != null && !check.texts("command").equals(List.of("NONE"));
  }
}
