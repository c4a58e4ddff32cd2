package io.longshore.runner.core;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a container's output is kept, in CloudWatch's words. What a definition says for the driver
 * {@code awslogs} applies; a definition that says nothing gets a group and a prefix that follow
 * from its family.
 */
public record LogStream(String group, String name) {
  static final String AWSLOGS = "awslogs";
  static final String GROUP = "awslogs-group";
  static final String PREFIX = "awslogs-stream-prefix";

  /** Null for a container whose output another log driver takes elsewhere. */
  public static @Nullable LogStream of(TaskAssignment assignment, ContainerSpec container) {
    String driver = container.logDriver();
    if (driver != null && !driver.equals(AWSLOGS) && !driver.equals("json-file")) {
      return null;
    }
    Map<String, String> options = AWSLOGS.equals(driver) ? container.logOptions() : Map.of();
    String family = assignment.spec().definition().family();
    return new LogStream(
        options.getOrDefault(GROUP, "/ecs/" + family),
        "%s/%s/%s"
            .formatted(options.getOrDefault(PREFIX, family), container.name(), assignment.task()));
  }

  /** The same, of the container of that name; null also where there is none. */
  public static @Nullable LogStream of(TaskAssignment assignment, String container) {
    return assignment.spec().containers().stream()
        .filter(spec -> spec.name().equals(container))
        .findFirst()
        .map(spec -> of(assignment, spec))
        .orElse(null);
  }
}
