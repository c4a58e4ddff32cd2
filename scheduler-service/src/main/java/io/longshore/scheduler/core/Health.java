package io.longshore.scheduler.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a wanted task of a service is, as far as its service is concerned.
 *
 * <ol>
 *   <li>One that is not RUNNING has yet to come up.
 *   <li>Where essential containers have health checks, they say: any UNHEALTHY one makes the task
 *       unhealthy, except in the service's grace period; all of them HEALTHY make it healthy.
 *   <li>So do load balancers, where it is a target: unhealthy in one group makes the task
 *       unhealthy, healthy in all of them makes it healthy.
 *   <li>Without a check, a task is healthy that has been RUNNING for {@link Policy#healthyAfter}.
 *       One that by our clock has yet to come up was seen RUNNING by a scheduler whose clock was
 *       ahead: nobody knows for how long, and it must not be taken for worthless.
 * </ol>
 *
 * @param changesAt when time alone will make it another one; null for never
 * @param waits what one that is coming waits for; null for one that is not coming
 */
record Health(State state, @Nullable Instant changesAt, @Nullable Rule waits) {

  /** What a task counts as. */
  enum State {
    /** It may become healthy. */
    COMING,
    HEALTHY,
    UNHEALTHY
  }

  private static final Health HEALTHY = new Health(State.HEALTHY, null, null);
  private static final Health UNHEALTHY = new Health(State.UNHEALTHY, null, null);
  static final Health NOT_UP = new Health(State.COMING, null, Rule.STARTING);
  private static final Health UNPROVEN = new Health(State.COMING, null, Rule.HEALTH_CHECK);
  private static final Health UNREACHED = new Health(State.COMING, null, Rule.TARGET_HEALTH);

  static Health of(Task task, Service service, Policy policy, Instant now) {
    if (!task.isRunning()) {
      return NOT_UP;
    }
    Instant since = task.upSince();
    List<HealthStatus> checks = checks(task);
    boolean balanced = Targets.role(task, service) == Targets.Role.SERVES;
    if (checks.isEmpty() && !balanced) {
      // Whoever saw it come up had a clock that was ahead of this one.
      return since.isAfter(now)
          ? HEALTHY
          : after(since.plus(policy.healthyAfter()), HEALTHY, Rule.HEALTHY_AFTER, now);
    }
    boolean unreached = balanced && Targets.unhealthy(task) != null;
    if (checks.contains(HealthStatus.UNHEALTHY) || unreached) {
      Duration grace =
          Duration.ofSeconds(service.settings().scheduling().healthCheckGraceSeconds());
      return after(since.plus(grace), UNHEALTHY, Rule.HEALTH_GRACE, now);
    }
    if (!passed(checks)) {
      return UNPROVEN;
    }
    return balanced && !Targets.passed(task) ? UNREACHED : HEALTHY;
  }

  /** Goes on after how many tasks wait. */
  static String waiting(Rule rule) {
    if (rule == Rule.HEALTH_CHECK) {
      return " tasks run and have yet to pass their health checks.";
    } else if (rule == Rule.TARGET_HEALTH) {
      return " tasks run and have yet to be found healthy by load balancers.";
    } else if (rule == Rule.HEALTHY_AFTER) {
      return " tasks have yet to run for long enough to count as healthy.";
    }
    return rule == Rule.HEALTH_GRACE
        ? " tasks fail their health checks in the service's grace period."
        : " tasks have yet to come up.";
  }

  private static Health after(Instant then, Health becomes, Rule waits, Instant now) {
    return then.isAfter(now) ? new Health(State.COMING, then, waits) : becomes;
  }

  /** Whether the checks of its essential containers, and of its targets, had last passed. */
  static boolean passed(Task task) {
    return passed(checks(task)) && Targets.passed(task);
  }

  /** Goes on after which checks have failed, in ECS's words. */
  static String failed(Task task) {
    Target target = Targets.unhealthy(task);
    return checks(task).contains(HealthStatus.UNHEALTHY) || target == null
        ? "failed container health checks"
        : "failed ELB health checks in (target-group %s)".formatted(target.groupArn());
  }

  private static boolean passed(List<HealthStatus> checks) {
    return checks.stream().allMatch(check -> check == HealthStatus.HEALTHY);
  }

  /** What ECS shows of a task. */
  static HealthStatus told(Task task) {
    List<HealthStatus> checks = checks(task);
    if (checks.contains(HealthStatus.UNHEALTHY)) {
      return HealthStatus.UNHEALTHY;
    }
    return checks.isEmpty() || !passed(checks) ? HealthStatus.UNKNOWN : HealthStatus.HEALTHY;
  }

  /** Whether anything but time says how a task with this recipe is. */
  static boolean isChecked(TaskSpec spec) {
    return !spec.targets().isEmpty() || hasCheck(spec);
  }

  private static boolean hasCheck(TaskSpec spec) {
    for (ContainerSpec container : spec.containers()) {
      if (isChecked(container)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isChecked(ContainerSpec container) {
    return container.essential() && container.ordering().healthCheck() != null;
  }

  private static List<HealthStatus> checks(Task task) {
    if (!hasCheck(task.spec())) {
      return List.of();
    }
    return task.spec().containers().stream()
        .filter(Health::isChecked)
        .map(container -> seen(task, container.name()))
        .toList();
  }

  private static HealthStatus seen(Task task, String container) {
    return task.seen().containers().stream()
        .filter(seen -> seen.name().equals(container))
        .map(ContainerObservation::health)
        .findFirst()
        .orElse(HealthStatus.UNKNOWN);
  }
}
