package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentProgress.Stage;
import io.longshore.messages.DeploymentProgress.Strategy;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.DeploymentState.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a deployment passes from one stage to the next. Stages that wait for nothing are passed in
 * the same look as the one before them.
 */
final class Stages {
  private Stages() {}

  /**
   * How a deployment begins.
   *
   * @param service with the settings it begins under
   * @param before the deployments so far, the newest first
   */
  static DeploymentProgress first(Service service, List<DeploymentState> before) {
    Strategy strategy = service.settings().deploying().strategy();
    return switch (strategy) {
      case ROLLING -> new DeploymentProgress(strategy, Stage.SCALE_UP, null, null);
      case BLUE_GREEN ->
          new DeploymentProgress(strategy, Stage.RECONCILE_SERVICE, null, blue(service, before));
    };
  }

  /** The last deployment that was completed, or else the one that has been there for longest. */
  private static @Nullable String blue(Service service, List<DeploymentState> before) {
    DeploymentState completed = service.rollouts().completed();
    if (completed != null
        && before.stream().anyMatch(deployment -> deployment.id().equals(completed.id()))) {
      return completed.id();
    }
    return before.isEmpty() ? null : before.getLast().id();
  }

  /** Whether nothing leads back any more: the deployment has only to tidy up after itself. */
  static boolean isCleaningUp(DeploymentState deployment) {
    DeploymentProgress progress = deployment.progress();
    return progress != null && progress.stage() == Stage.CLEAN_UP;
  }

  /** Whether a deployment is complete once it is up and alone. */
  static boolean arePassed(DeploymentState deployment) {
    return deployment.progress() == null || isCleaningUp(deployment);
  }

  /** Lets the primary deployment go as far as it can. */
  static void advance(Plan plan) {
    DeploymentState primary = plan.next().primary();
    DeploymentProgress before = primary.progress();
    if (before == null || primary.rolloutState() != Rollout.IN_PROGRESS) {
      return;
    }
    DeploymentProgress progress = before;
    while (isPassed(progress, plan)) {
      progress = following(progress, plan);
    }
    awaitEnd(progress, plan);
    if (!progress.equals(before)) {
      plan.become(plan.next().withPrimary(primary.with(progress)));
      if (progress.stage() == Stage.CLEAN_UP && progress.blue() != null) {
        plan.become(withoutWayBack(plan.next(), plan.now));
      }
    }
  }

  private static boolean isPassed(DeploymentProgress progress, Plan plan) {
    return switch (progress.stage()) {
      // Nothing is asked of anybody at these.
      case RECONCILE_SERVICE,
          PRE_SCALE_UP,
          POST_SCALE_UP,
          POST_TEST_TRAFFIC_SHIFT,
          POST_PRODUCTION_TRAFFIC_SHIFT ->
          true;
      case SCALE_UP -> isUp(progress, plan);
      // There is no listener for tests.
      case TEST_TRAFFIC_SHIFT -> true;
      case PRODUCTION_TRAFFIC_SHIFT -> hasTraffic(progress, plan);
      case BAKE_TIME -> !isBaking(progress, plan.now) && isUp(progress, plan);
      case CLEAN_UP -> false;
    };
  }

  private static DeploymentProgress following(DeploymentProgress progress, Plan plan) {
    Stage next =
        progress.strategy() == Strategy.ROLLING && progress.stage() == Stage.SCALE_UP
            ? Stage.BAKE_TIME
            : Stage.values()[progress.stage().ordinal() + 1];
    Duration bakes = Duration.ofMinutes(plan.service.settings().deploying().bakeMinutes());
    return progress.at(
        next, next == Stage.BAKE_TIME ? plan.now.plus(bakes) : progress.bakesUntil());
  }

  /** What load balancers find only counts in a plan that began when they were asked already. */
  private static boolean hasTraffic(DeploymentProgress progress, Plan plan) {
    DeploymentProgress before = plan.service.primary().progress();
    return plan.service.primary().spec().targets().isEmpty()
        || (before != null && before.stage() == progress.stage() && isUp(progress, plan));
  }

  /** A rolling deployment has to be alone, too. */
  private static boolean isUp(DeploymentProgress progress, Plan plan) {
    return switch (progress.strategy()) {
      case ROLLING -> plan.isAlone();
      case BLUE_GREEN ->
          plan.healthy(
                  plan.tasks.stream().filter(Task::isWanted).filter(plan::isOfPrimary).toList())
              >= plan.service.desiredCount();
    };
  }

  private static boolean isBaking(DeploymentProgress progress, Instant now) {
    Instant until = progress.bakesUntil();
    return until != null && until.isAfter(now);
  }

  private static void awaitEnd(DeploymentProgress progress, Plan plan) {
    Instant until = progress.bakesUntil();
    if (progress.stage() == Stage.BAKE_TIME && until != null && until.isAfter(plan.now)) {
      plan.wakeAt(until);
      plan.await(
          Rule.BAKE_TIME,
          "Deployment %s is up and is watched before it counts as a success."
              .formatted(plan.next().primary().id()),
          until);
    }
  }

  /** From now on nothing is wanted of the earlier deployments. */
  private static Service withoutWayBack(Service service, Instant now) {
    List<DeploymentState> deployments = new ArrayList<>();
    deployments.add(service.primary());
    service.deployments().stream()
        .skip(1)
        .map(deployment -> Deployments.withDesiredCount(deployment, 0, now))
        .forEach(deployments::add);
    return service
        .withDeployments(deployments)
        .withRollouts(new Service.Rollouts(service.rollouts().latest(), service.primary()));
  }
}
