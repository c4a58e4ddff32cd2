package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.DeploymentState.Rollout;
import io.longshore.messages.DeploymentState.Status;
import io.longshore.messages.Ids;
import io.longshore.messages.TaskSpec;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How the deployments of a service come and go. */
final class Deployments {
  private static final BigInteger NINETEEN_DIGITS = BigInteger.TEN.pow(19);

  private Deployments() {}

  /**
   * A first or a further deployment of a service.
   *
   * @param ordinal distinguishes the deployments of one service; its version will do
   */
  static DeploymentState begin(
      String serviceUid, long ordinal, TaskSpec spec, int desiredCount, Instant now) {
    String hex = Ids.derive("deployment", serviceUid, Long.toString(ordinal));
    BigInteger digits = new BigInteger(hex, 16).mod(NINETEEN_DIGITS);
    String id = "ecs-svc/" + String.format("%019d", digits);
    return new DeploymentState(
        id,
        Status.PRIMARY,
        spec,
        desiredCount,
        0,
        Rollout.IN_PROGRESS,
        "ECS deployment " + id + " in progress.",
        now,
        now);
  }

  /** The deployments of a service once another one has become the primary. */
  static List<DeploymentState> superseded(
      DeploymentState next, List<DeploymentState> before, Instant now) {
    List<DeploymentState> all = new ArrayList<>();
    all.add(next);
    for (DeploymentState deployment : before) {
      all.add(with(deployment, Status.ACTIVE, 0, deployment.failedTasks(), now));
    }
    return all;
  }

  static DeploymentState withDesiredCount(DeploymentState deployment, int count, Instant now) {
    return with(deployment, deployment.status(), count, deployment.failedTasks(), now);
  }

  static DeploymentState withFailedTasks(DeploymentState deployment, int failed, Instant now) {
    return with(deployment, deployment.status(), deployment.desiredCount(), failed, now);
  }

  static DeploymentState completed(DeploymentState deployment, Instant now) {
    return new DeploymentState(
        deployment.id(),
        deployment.status(),
        deployment.spec(),
        deployment.desiredCount(),
        deployment.failedTasks(),
        Rollout.COMPLETED,
        "ECS deployment " + deployment.id() + " completed.",
        deployment.createdAt(),
        now);
  }

  private static DeploymentState with(
      DeploymentState deployment, Status status, int desiredCount, int failed, Instant now) {
    return new DeploymentState(
        deployment.id(),
        status,
        deployment.spec(),
        desiredCount,
        failed,
        deployment.rolloutState(),
        deployment.rolloutStateReason(),
        deployment.createdAt(),
        now);
  }
}
