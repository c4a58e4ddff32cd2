package io.longshore.messages;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The story of one rollout, as ECS keeps it in {@code ServiceDeployment}: it begins with the
 * deployment it is to bring about and covers the way back if that deployment is given up.
 *
 * @param id 32 hexadecimal digits; the last part of its ARN
 * @param deploymentId {@code ecs-svc/} and digits of the deployment it is to bring about
 * @param sources ids of the deployments that had the service's tasks when it began
 * @param desiredCount what the service was to have
 * @param rollback the way back; null while there was none
 * @param finishedAt null while it goes on
 * @param progress how far the deployment was when it was last seen; null where that is not known
 */
public record ServiceDeploymentState(
    String id,
    String deploymentId,
    List<String> sources,
    int desiredCount,
    Status status,
    @Nullable String statusReason,
    Breaker breaker,
    @Nullable Rollback rollback,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant finishedAt,
    @Nullable DeploymentProgress progress) {

  /** One of which is not known how far it is. */
  public ServiceDeploymentState(
      String id,
      String deploymentId,
      List<String> sources,
      int desiredCount,
      Status status,
      @Nullable String statusReason,
      Breaker breaker,
      @Nullable Rollback rollback,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant finishedAt) {
    this(
        id,
        deploymentId,
        sources,
        desiredCount,
        status,
        statusReason,
        breaker,
        rollback,
        createdAt,
        updatedAt,
        finishedAt,
        null);
  }

  /** Where a rollout is (ECS {@code ServiceDeploymentStatus}, those that can be seen here). */
  public enum Status {
    IN_PROGRESS,
    SUCCESSFUL,
    STOPPED,
    ROLLBACK_IN_PROGRESS,
    ROLLBACK_SUCCESSFUL,
    ROLLBACK_FAILED
  }

  /**
   * ECS {@code ServiceDeploymentCircuitBreaker}.
   *
   * @param failures tasks in a row that failed
   * @param threshold as many are too many
   */
  public record Breaker(BreakerStatus status, int failures, int threshold) {}

  /** What a circuit breaker does (ECS {@code ServiceDeploymentRollbackMonitorsStatus}). */
  public enum BreakerStatus {
    DISABLED,
    MONITORING,
    TRIGGERED,
    MONITORING_COMPLETE
  }

  /**
   * ECS {@code Rollback}.
   *
   * @param deploymentId the deployment that is gone back to
   */
  public record Rollback(String reason, Instant startedAt, String deploymentId) {}

  /** Whether nothing more will become of it. */
  public boolean hasEnded() {
    return finishedAt != null;
  }
}
