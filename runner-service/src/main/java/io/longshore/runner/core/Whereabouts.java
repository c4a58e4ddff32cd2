package io.longshore.runner.core;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What containers are told of where they run, in the variables ECS has for it.
 *
 * @param bridge {@code address:port} at which the metadata endpoint is found from networks of the
 *     engine's; null for nowhere
 * @param loopback the same for what runs in the host's own network
 */
public record Whereabouts(EndpointIds ids, @Nullable String bridge, @Nullable String loopback) {
  private static final String EXECUTION = "AWS_ECS_EC2";

  /**
   * The container with these variables. They take the place of a definition's own of the same name,
   * as they do on ECS: what they say is true of this container only.
   */
  public ContainerSpec told(TaskAssignment task, ContainerSpec spec) {
    Map<String, String> environment = new LinkedHashMap<>(spec.environment());
    environment.put("AWS_EXECUTION_ENV", EXECUTION);
    String at = endpoint(task, spec);
    if (at != null) {
      String id = ids.of(task.task(), spec.name());
      environment.put("ECS_CONTAINER_METADATA_URI_V4", "http://" + at + "/v4/" + id);
      environment.put("ECS_CONTAINER_METADATA_URI", "http://" + at + "/v3/" + id);
      environment.put("ECS_AGENT_URI", "http://" + at + "/api/" + id);
    }
    return spec.withEnvironment(environment);
  }

  /** A container without a network is told of none: it would only wait for it. */
  private @Nullable String endpoint(TaskAssignment task, ContainerSpec spec) {
    return switch (task.spec().networkMode()) {
      case "host" -> loopback;
      case "awsvpc" -> bridge;
      case "none" -> null;
      default -> spec.networking().disabled() ? null : bridge;
    };
  }
}
