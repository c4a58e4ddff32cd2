package io.longshore.simulation;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.core.Task;
import java.util.HashMap;
import java.util.Map;

/**
 * How fast tasks of services come, by the orders on the log, held against how many may be launched
 * at a time. It counts for itself: of what was decided it takes only when that was, in the time of
 * the history.
 */
final class Pace {
  private static final String PROMISE = "A11 launches stay within their budgets";
  // An owner's clock follows its machine's by one part in 2,000.
  private static final double CLOCK_AHEAD = 1.001;
  private static final double ROUNDED = 0.01;

  private final Policy.Budgets budgets;
  private final Map<TaskId, Launch> unsent = new HashMap<>();
  private final Map<Object, Level> levels = new HashMap<>();

  /**
   * Whoever takes a shard over begins with full budgets, and so does one whose clock has leaped.
   */
  private record Term(long epoch, long leaps) {}

  private record Launch(
      Term term,
      long atNanos,
      String service,
      RunnerId host,
      ClusterName cluster,
      boolean failing) {}

  /** How much of a budget had been used at a time. */
  private record Level(Term term, double launches, long atNanos) {}

  Pace(Policy.Budgets budgets) {
    this.budgets = budgets;
  }

  /**
   * A task is written for the first time.
   *
   * @param failing whether tasks of its service keep failing
   */
  void launched(Store.Turn turn, Task task, boolean failing) {
    String service = task.serviceUid();
    if (service != null) {
      Store.Moment decided = turn.decided();
      Term term = new Term(turn.epoch(), decided.leaps());
      unsent.put(
          task.id(),
          new Launch(term, decided.nanos(), service, task.runner(), task.cluster(), failing));
    }
  }

  /** A start is on the log; only the first one of a task counts. */
  void sent(Order.StartTask order) {
    Launch launch = unsent.remove(order.assignment().task());
    if (launch != null) {
      count(launch.service(), budgets.service(), launch, false);
      count(launch.host(), budgets.host(), launch, launch.failing());
      count(launch.cluster(), budgets.cluster(), launch, launch.failing());
    }
  }

  /**
   * @param leavesHalf whether half of what is for all has to be left to the others
   */
  private void count(Object whose, Policy.Rate rate, Launch launch, boolean leavesHalf) {
    Level before = levels.get(whose);
    double used = 0;
    if (before != null && before.term().equals(launch.term())) {
      double seconds = (launch.atNanos() - before.atNanos()) / 1e9;
      used = Math.max(0, before.launches() - seconds * rate.perSecond() * CLOCK_AHEAD);
    }
    levels.put(whose, new Level(launch.term(), used + 1, launch.atNanos()));
    int most = leavesHalf ? rate.burst() - rate.burst() / 2 : rate.burst();
    if (used + 1 > most + ROUNDED) {
      throw new Violation(
          PROMISE,
          "service %s launches beyond %d of %s: %s, and %.1f are used"
              .formatted(launch.service(), most, whose, rate, used));
    }
  }
}
