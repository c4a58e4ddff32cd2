package io.longshore.scheduler.core;

import java.time.Duration;

/**
 * The figures decisions depend on.
 *
 * @param runnerLease a runner not heard of for this long is taken for lost; its tasks are replaced
 * @param steadyAfter a task that ran for this long was a success, whatever ends it later
 * @param backoffFirst the first wait after repeated failures; each further failure doubles it
 * @param backoffCeiling the longest wait
 * @param launchesPerPlan tasks started for one service in one go; the rest follow in the next turn
 * @param healthyAfter a task without a health check that has been RUNNING for this long is healthy;
 *     ECS waits for 40 seconds
 * @param budgets how many tasks of services are launched at a time
 * @param massLossHold how long the tasks of silent hosts are kept when most hosts of a cluster have
 *     fallen silent together; zero for not at all
 */
public record Policy(
    Duration runnerLease,
    Duration steadyAfter,
    Duration backoffFirst,
    Duration backoffCeiling,
    int launchesPerPlan,
    Duration healthyAfter,
    Budgets budgets,
    Duration massLossHold) {
  public static final Policy DEFAULT =
      new Policy(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          200,
          Duration.ofSeconds(2));

  /** With the default budgets, and the default of what holds when most hosts are lost. */
  public Policy(
      Duration runnerLease,
      Duration steadyAfter,
      Duration backoffFirst,
      Duration backoffCeiling,
      int launchesPerPlan,
      Duration healthyAfter) {
    this(
        runnerLease,
        steadyAfter,
        backoffFirst,
        backoffCeiling,
        launchesPerPlan,
        healthyAfter,
        Budgets.DEFAULT,
        Duration.ofMinutes(5));
  }

  /**
   * So many at once, and then so many a second.
   *
   * @param burst at least 1
   * @param perSecond 1 to 1,000,000
   */
  public record Rate(int burst, int perSecond) {
    public Rate {
      if (burst < 1 || perSecond < 1 || perSecond > 1_000_000) {
        throw new IllegalArgumentException(
            "a launch budget of %d and %d a second".formatted(burst, perSecond));
      }
    }

    @Override
    public String toString() {
      return burst + " at once and then " + perSecond + " a second";
    }

    /** Every plan asks for it, so it is a number: dividing durations takes big decimals. */
    long intervalNanos() {
      return 1_000_000_000L / perSecond;
    }
  }

  /** How many tasks each service, each host and each cluster may have launched at a time. */
  public record Budgets(Rate service, Rate host, Rate cluster) {
    public static final Budgets DEFAULT =
        new Budgets(new Rate(1_000, 100), new Rate(200, 20), new Rate(5_000, 2_000));

    @Override
    public String toString() {
      return service + " by a service, " + host + " on a host, " + cluster + " in a cluster";
    }
  }

  /** A task without a health check that ran for this long has proved itself. */
  Duration proof() {
    return steadyAfter.compareTo(healthyAfter) < 0 ? healthyAfter : steadyAfter;
  }

  /**
   * How long to wait after a number of failures in a row. As many failures as there are wanted
   * tasks (at least three) are free: all tasks of a service ending at once is one event, not a
   * loop.
   */
  Duration backoff(int failures, int desiredCount) {
    int beyond = failures - Math.max(3, desiredCount);
    if (beyond <= 0) {
      return Duration.ZERO;
    }
    // 2^20 times any first wait is past any sensible ceiling; the shift must not overflow.
    Duration wait = backoffFirst.multipliedBy(1L << Math.min(beyond - 1, 20));
    return wait.compareTo(backoffCeiling) < 0 ? wait : backoffCeiling;
  }
}
