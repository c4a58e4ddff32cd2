package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.Json;

/**
 * What a deployment brings about, kept as it was then (ECS {@code ServiceRevision}).
 *
 * @param document the service's as it was
 */
public record Revision(Service service, DeploymentState deployment, Json document) {
  /** What the service's newest deployment is to bring about. */
  static Revision of(Service service) {
    return new Revision(service, service.primary(), service.document());
  }
}
