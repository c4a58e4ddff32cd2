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
 */
public record Policy(
    Duration runnerLease,
    Duration steadyAfter,
    Duration backoffFirst,
    Duration backoffCeiling,
    int launchesPerPlan) {
  public static final Policy DEFAULT =
      new Policy(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          200);

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
