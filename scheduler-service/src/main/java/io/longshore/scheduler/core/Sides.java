package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentProgress.Stage;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.DeploymentState.Rollout;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The two sides of a blue/green deployment, each looked at as if it were a service by itself. Both
 * are kept at the desired count of the service, whatever becomes of single tasks, until the new
 * (green) deployment has got as far as {@link Stage#CLEAN_UP}; from then on it is the only one, and
 * the earlier (blue) one leaves like that of any service.
 *
 * <ol>
 *   <li>Of blue no healthy task is stopped within the desired count.
 *   <li>Of green any task may be stopped before the production traffic is its own, none within the
 *       desired count afterwards. All of them are, when it is given up.
 *   <li>Together there are never more than twice the desired count by our own doing. What is left
 *       of still other deployments counts as green's.
 * </ol>
 */
enum Sides {
  /** All of a service that is not divided. */
  WHOLE,
  BLUE,
  GREEN;

  /** The earlier deployment that has to stay as it is; null when there is none. */
  static @Nullable DeploymentState blue(Service service) {
    DeploymentProgress progress = service.primary().progress();
    if (progress == null || progress.blue() == null || progress.stage() == Stage.CLEAN_UP) {
      return null;
    }
    return service.deployments().stream()
        .skip(1)
        .filter(deployment -> deployment.id().equals(progress.blue()))
        .findFirst()
        .orElse(null);
  }

  /** Blue and green, or the plan itself when it is not divided. */
  static List<Plan> of(Plan plan) {
    Service service = plan.service;
    DeploymentState primary = service.primary();
    DeploymentState blue = blue(service);
    if (blue == null || primary.progress() == null) {
      return List.of(plan);
    }
    Task.DeploymentId id = new Task.DeploymentId(blue.id());
    var tasks = plan.tasks.stream().collect(Collectors.partitioningBy(task -> task.isOf(id)));
    List<Task> ofBlue = tasks.getOrDefault(true, List.of());
    List<Task> others = tasks.getOrDefault(false, List.of());
    int count = service.desiredCount();
    boolean shifted = primary.progress().stage().compareTo(Stage.PRODUCTION_TRAFFIC_SHIFT) > 0;
    boolean givenUp = primary.rolloutState() == Rollout.FAILED;
    Service green = givenUp ? wantingNothing(service) : service;
    return List.of(
        plan.side(
            BLUE,
            service.withDeployments(List.of(blue)),
            ofBlue,
            new Bounds(count, 2 * count - Math.max(count, others.size()))),
        plan.side(
            GREEN,
            green,
            others,
            new Bounds(
                shifted && !givenUp ? count : 0, 2 * count - Math.max(count, ofBlue.size()))));
  }

  /**
   * In which order they start tasks. Both launch within one budget: one whose tasks end as soon as
   * they start would leave nothing to the other, which may be the way out. The same holds for tasks
   * that end after a while and count as successes, so whoever has waited longer comes first.
   */
  static List<Plan> inTurn(List<Plan> sides) {
    if (sides.size() == 1) {
      return sides;
    }
    return sides.stream()
        .sorted(
            Comparator.<Plan>comparingInt(side -> Deaths.inARow(side.service.primary()))
                .thenComparing(Sides::lastLaunch))
        .toList();
  }

  private static Instant lastLaunch(Plan side) {
    return side.tasks.stream()
        .map(Task::createdAt)
        .max(Comparator.naturalOrder())
        .orElse(Instant.MIN);
  }

  private static Service wantingNothing(Service service) {
    return service.wanting(0, service.settings(), service.document());
  }

  /** How many healthy tasks have to stay, and how many of any kind there may be. */
  record Bounds(int lower, int upper) {
    static Bounds of(Service service) {
      return new Bounds(service.lowerBound(), service.upperBound());
    }
  }
}
