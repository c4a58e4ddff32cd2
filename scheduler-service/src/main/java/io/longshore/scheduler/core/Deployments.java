package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.DeploymentState.Rollout;
import io.longshore.messages.DeploymentState.Status;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.TaskSpec;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the deployments of a service come and go. What ECS shows of each rollout afterwards is in
 * {@link Stories}.
 */
final class Deployments {
  private static final BigInteger NINETEEN_DIGITS = BigInteger.TEN.pow(19);

  private Deployments() {}

  /** Why a deployment is given up, in ECS's words. */
  enum Cause {
    BREAKER(
        "ECS deployment circuit breaker: tasks failed to start.",
        "ECS deployment circuit breaker: rolling back to deploymentId %s.",
        "because the circuit breaker threshold was exceeded."),
    REQUEST(
        "ECS deployment stopped by StopServiceDeployment.",
        "ECS deployment stopped by StopServiceDeployment: rolling back to deploymentId %s.",
        "because StopServiceDeployment was called.");

    private final String failure;
    private final String wayBack;
    private final String because;

    Cause(String failure, String wayBack, String because) {
      this.failure = failure;
      this.wayBack = wayBack;
      this.because = because;
    }

    /** For the story of the rollout. */
    String because() {
      return because;
    }
  }

  /**
   * A first or a further deployment of a service.
   *
   * @param ordinal distinguishes the deployments of one service; its version will do
   * @param document the service's
   */
  static DeploymentState begin(
      String serviceUid,
      long ordinal,
      TaskSpec spec,
      int desiredCount,
      Json document,
      Instant now) {
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
        now,
        0,
        document.only(DeploymentState.DEPLOYED),
        null,
        Map.of());
  }

  /** The deployments of a service once another one has become the primary. */
  static List<DeploymentState> superseded(
      DeploymentState next, List<DeploymentState> before, Instant now) {
    List<DeploymentState> all = new ArrayList<>();
    all.add(next);
    for (DeploymentState deployment : before) {
      if (!deployment.id().equals(next.id())) {
        DeploymentProgress progress = next.progress();
        boolean stays = progress != null && deployment.id().equals(progress.blue());
        int count = stays ? next.desiredCount() : 0;
        all.add(with(deployment, Status.ACTIVE, count, deployment.failedTasks(), now));
      }
    }
    return all;
  }

  static DeploymentState withDesiredCount(DeploymentState deployment, int count, Instant now) {
    return with(deployment, deployment.status(), count, deployment.failedTasks(), now);
  }

  /** The service has another desired count, and so has everything that is to be kept at it. */
  static Service scaled(Service service, int count, Instant now) {
    DeploymentState blue = Sides.blue(service);
    List<DeploymentState> next =
        service.deployments().stream()
            .map(deployment ->
                deployment == service.primary() || deployment == blue
                    ? withDesiredCount(deployment, count, now)
                    : deployment)
            .toList();
    return service.withDeployments(next);
  }

  static DeploymentState withFailedTasks(DeploymentState deployment, int failed, Instant now) {
    return with(deployment, deployment.status(), deployment.desiredCount(), failed, now);
  }

  /** The failures so far stay counted, and the next one is the first in a row. */
  static DeploymentState forgiven(DeploymentState deployment, Instant now) {
    return new DeploymentState(
        deployment.id(),
        deployment.status(),
        deployment.spec(),
        deployment.desiredCount(),
        deployment.failedTasks(),
        deployment.rolloutState(),
        deployment.rolloutStateReason(),
        deployment.createdAt(),
        now,
        deployment.failedTasks(),
        deployment.deployed(),
        deployment.progress(),
        deployment.images());
  }

  /** The primary deployment has brought about what it was for. */
  static Service completed(Service service, Instant now) {
    DeploymentState primary = service.primary();
    DeploymentState next =
        in(
            withFailedTasks(primary, 0, now),
            Rollout.COMPLETED,
            "ECS deployment " + primary.id() + " completed.",
            now);
    ServiceDeploymentState latest = service.rollouts().latest();
    return service
        .withPrimary(next)
        .withRollouts(
            new Service.Rollouts(latest == null ? null : Stories.completed(latest, now), next));
  }

  /** The primary deployment is given up and the service stays as it is. */
  static Service givenUp(Service service, Cause cause, Instant now) {
    ServiceDeploymentState latest = service.rollouts().latest();
    return service
        .withPrimary(in(service.primary(), Rollout.FAILED, cause.failure, now))
        .withRollouts(
            service.rollouts().with(latest == null ? null : Stories.givenUp(latest, cause, now)));
  }

  /** What a service can go back to; null for nothing. */
  static @Nullable DeploymentState wayBack(Service service) {
    DeploymentState completed = service.rollouts().completed();
    return completed == null || completed.id().equals(service.primary().id()) ? null : completed;
  }

  /**
   * The primary deployment is given up and an earlier one becomes the primary again. It is the same
   * deployment as before, so that the tasks it still has stay, and everything it deployed is as it
   * was then.
   */
  static Service rolledBack(Service service, DeploymentState target, Cause cause, Instant now) {
    DeploymentState failed = in(service.primary(), Rollout.FAILED, cause.failure, now);
    DeploymentState again =
        in(
            with(target, Status.PRIMARY, service.desiredCount(), 0, now).with(null),
            Rollout.IN_PROGRESS,
            cause.wayBack.formatted(target.id()),
            now);
    List<DeploymentState> before = new ArrayList<>(service.deployments());
    before.set(0, failed);
    ServiceDeploymentState latest = service.rollouts().latest();
    Json deployed = target.deployed();
    Json document =
        deployed == null
            ? service.document()
            : service.document().without(DeploymentState.DEPLOYED).with(deployed);
    return service
        .wanting(service.desiredCount(), service.settings().with(target.spec().targets()), document)
        .withDeployments(superseded(again, before, now))
        .withNotBefore(null)
        .withRollouts(
            service
                .rollouts()
                .with(latest == null ? null : Stories.rollingBack(latest, again.id(), cause, now)));
  }

  private static DeploymentState in(
      DeploymentState deployment, Rollout rollout, String reason, Instant now) {
    return new DeploymentState(
        deployment.id(),
        deployment.status(),
        deployment.spec(),
        deployment.desiredCount(),
        deployment.failedTasks(),
        rollout,
        reason,
        deployment.createdAt(),
        now,
        deployment.forgivenTasks(),
        deployment.deployed(),
        deployment.progress(),
        deployment.images());
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
        now,
        Math.min(deployment.forgivenTasks(), failed),
        deployment.deployed(),
        deployment.progress(),
        deployment.images());
  }
}
