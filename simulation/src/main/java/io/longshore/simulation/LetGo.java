package io.longshore.simulation;

import io.longshore.messages.Report;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.DesiredStatus;
import io.longshore.scheduler.core.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests end before the task does that they are with: a task that load balancers are to let go of
 * is not stopped while one has requests under way with it that has been heard within the lease.
 */
final class LetGo {
  private static final String PROMISE = "A19 no request is cut off";
  // An owner's clock follows its machine's by one part in 2,000.
  private static final double CLOCK_AHEAD = 0.999;
  private static final long LEASE = 3 * Report.BALANCER_BEAT.toNanos();

  private final Log log;
  private final List<BalancerNode> balancers = new ArrayList<>();
  private final Map<String, Long> spokeAt = new HashMap<>();
  private int position;
  private long before;

  LetGo(Log log) {
    this.log = log;
  }

  void balancers(List<BalancerNode> nodes) {
    balancers.addAll(nodes);
  }

  /**
   * Before anything of a turn is written. What came in with the turn itself may have come after the
   * decision.
   */
  void begin(Store.Turn turn) {
    for (; position < Math.min(before, log.reports().size()); position++) {
      if (log.reports().get(position) instanceof Report.OfBalancer report) {
        spokeAt.put(report.balancer(), log.reportedAt(position));
      }
    }
    before = turn.reportsOffset();
  }

  private static boolean isLetGo(Task task, Task before) {
    return before.traffic().drainsUntil() != null
        && task.traffic().drainsUntil() == null
        && task.status() == TaskStatus.DEACTIVATING;
  }

  private static boolean isStoppedAtOnce(Task task, Task before) {
    return before.desired() == DesiredStatus.RUNNING
        && task.desired() == DesiredStatus.STOPPED
        && task.status() == TaskStatus.RUNNING;
  }

  void written(Store.Turn turn, Task task, @Nullable Task before) {
    if (before == null || !(isLetGo(task, before) || isStoppedAtOnce(task, before))) {
      return;
    }
    for (BalancerNode node : balancers) {
      Long spoke = spokeAt.get(node.id());
      boolean heard = spoke != null && turn.decided().nanos() - spoke < LEASE * CLOCK_AHEAD;
      if (heard && node.uses(task.id())) {
        throw new Violation(
            PROMISE,
            "task %s of %s is to be stopped, and %s has requests under way with it"
                .formatted(task.id(), task.origin().group(), node.id()));
      }
    }
  }
}
