package io.longshore.messages;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One deployment of a service, as stored with the service and shown in {@code deployments[]}.
 *
 * @param id {@code ecs-svc/} and digits; tasks carry it as {@code startedBy}
 * @param failedTasks tasks in a row that ended without having been steady
 */
public record DeploymentState(
    String id,
    Status status,
    TaskSpec spec,
    int desiredCount,
    int failedTasks,
    Rollout rolloutState,
    @Nullable String rolloutStateReason,
    Instant createdAt,
    Instant updatedAt) {

  /** Which of a service's deployments this is. */
  public enum Status {
    /** The one new tasks are started from. */
    PRIMARY,
    /** An earlier one that still has tasks. */
    ACTIVE
  }

  /** How far the deployment is (ECS {@code DeploymentRolloutState}). */
  public enum Rollout {
    IN_PROGRESS,
    COMPLETED,
    FAILED
  }
}
