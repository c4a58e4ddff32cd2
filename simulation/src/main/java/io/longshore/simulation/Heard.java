package io.longshore.simulation;

import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskObservation;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Task;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What hosts have said, which life of their processes said it, and when. Nobody is taken for lost
 * who has spoken within the lease, and of a host only its present process is believed.
 */
final class Heard {
  // An owner's clock follows its machine's by one part in 2,000.
  private static final double CLOCK_AHEAD = 0.999;

  private final Log log;
  private final long leaseNanos;
  private final Map<RunnerId, Long> spokeAt = new HashMap<>();

  /**
   * The lives of processes that have told of something, as one and the same or one after another.
   */
  private final Map<TaskObservation, Set<String>> tellers = new IdentityHashMap<>();

  /** Those that have registered in the reports of the turn that is being written. */
  private final Set<String> registered = new HashSet<>();

  private int position;

  Heard(Log log, Policy policy) {
    this.log = log;
    this.leaseNanos = policy.runnerLease().toNanos();
  }

  /** Before anything else is asked about a turn. */
  void written(Store.Turn turn, Store store) {
    registered.clear();
    List<Report> reports = log.reports();
    for (; position < Math.min(turn.reportsOffset(), reports.size()); position++) {
      if (!(reports.get(position) instanceof Report.OfRunner report)) {
        continue;
      }
      spokeAt.put(report.runner(), log.reportedAt(position));
      switch (report) {
        case Report.TaskObserved observed -> told(observed.observation(), observed.incarnation());
        case Report.RunnerRegistered registration -> {
          registered.add(registration.incarnation());
          registration.inventory().forEach(seen -> told(seen, registration.incarnation()));
        }
        case Report.RunnerBeat beat -> {}
        case Report.RunnerLeft left -> {}
      }
    }
    for (Runner runner : turn.changes().runners()) {
      Runner before = store.runners().get(runner.id());
      boolean lost = before != null && before.connected() && !runner.connected();
      if (lost && runner.status() != Runner.Status.INACTIVE) {
        lost(runner, turn.decided().nanos());
      }
    }
  }

  private void told(TaskObservation seen, String teller) {
    Set<String> before = tellers.putIfAbsent(seen, Set.of(teller));
    if (before != null && !before.contains(teller)) {
      Set<String> all = new HashSet<>(before);
      all.add(teller);
      tellers.put(seen, all);
    }
  }

  private void lost(Runner runner, long atNanos) {
    long spoke = spokeAt.getOrDefault(runner.id(), 0L);
    for (int i = position; i < log.reports().size() && log.reportedAt(i) <= atNanos; i++) {
      if (log.reports().get(i) instanceof Report.OfRunner report
          && report.runner().equals(runner.id())) {
        spoke = log.reportedAt(i);
      }
    }
    if (atNanos - spoke < leaseNanos * CLOCK_AHEAD) {
      throw new Violation(
          "A10 nobody is taken for lost who is heard",
          "%s is taken for lost %.3f s after its last report"
              .formatted(runner.id(), (atNanos - spoke) / 1e9));
    }
  }

  /** A task is written: what is known of it must not be from a process that has been replaced. */
  void believed(Task task, @Nullable Task before, Store store) {
    Set<String> known = tellers.getOrDefault(task.seen(), Set.of());
    Runner runner = store.runners().get(task.runner());
    boolean news = before == null || before.seen() != task.seen();
    if (news
        && !known.isEmpty()
        && runner != null
        && !known.contains(runner.incarnation())
        && Collections.disjoint(known, registered)) {
      throw new Violation(
          "A9 former processes of a host are not believed",
          "task %s is %s because %s said so, and %s has registered since"
              .formatted(task.id(), task.status(), known, runner.incarnation()));
    }
  }
}
