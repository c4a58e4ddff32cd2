package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.HostResources;
import io.longshore.messages.Json;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a report means. Repeated, late and foreign reports mean nothing, or a word to the one that
 * sent them.
 */
public final class ReportDecider {
  private static final String CONTAINERS_GONE =
      "The containers of the task are gone from its host; how they ended is unknown";

  public List<Decision> decide(State state, Report.OfRunner report, Instant now) {
    return switch (report) {
      case Report.RunnerRegistered registered -> registered(state, registered, now);
      case Report.RunnerBeat beat -> beat(state, beat);
      case Report.TaskObserved observed -> observed(state, observed);
      case Report.RunnerLeft left -> left(state, left);
    };
  }

  private static List<Decision> registered(
      State state, Report.RunnerRegistered report, Instant now) {
    Runner before = state.runner(report.runner());
    if (before == null && report.claimed()) {
      // Whoever gave it the id meant an instance that is not here, or not of this cluster.
      return List.of();
    }
    List<Decision> decisions = new ArrayList<>();
    Cluster cluster = state.cluster(report.cluster());
    if (cluster == null) {
      decisions.add(new Decision.PutCluster(newCluster(report.cluster(), now)));
    } else if (!cluster.isActive() && report.host().shared()) {
      // The host has not heard yet that the cluster is gone.
      return List.of();
    } else if (!cluster.isActive()) {
      decisions.add(new Decision.PutCluster(cluster.withStatus(Cluster.Status.ACTIVE)));
    }
    if (before != null
        && (!before.cluster().equals(report.cluster()) || before.isGone(report.incarnation()))) {
      return List.of();
    }
    decisions.add(new Decision.PutRunner(runner(before, report, now)));
    takeInventory(state, report, decisions);
    decisions.add(new Decision.SendManifest(report.runner()));
    for (Task task : state.tasksOn(report.runner())) {
      if (neverBegun(task) && !listed(report).contains(task.id())) {
        decisions.add(new Decision.StartAgain(task.id()));
      }
    }
    return decisions;
  }

  private static Cluster newCluster(ClusterName name, Instant now) {
    return new Cluster(name, Cluster.Status.ACTIVE, Json.EMPTY, Map.of(), 1, now);
  }

  private static Runner runner(
      @Nullable Runner before, Report.RunnerRegistered report, Instant now) {
    if (before != null) {
      return before.registered(report.incarnation(), report.host());
    }
    HostResources host = report.host();
    return new Runner(
        report.runner(),
        report.cluster(),
        report.incarnation(),
        0,
        Runner.Status.ACTIVE,
        true,
        host,
        Map.of(),
        1,
        now,
        Map.of(),
        null);
  }

  /**
   * The inventory is complete: a task that had begun and is not in it is over. One that had not
   * begun is ordered again, unless nobody wants it any more.
   */
  private static void takeInventory(
      State state, Report.RunnerRegistered report, List<Decision> decisions) {
    Set<TaskId> listed = listed(report);
    for (TaskObservation seen : report.inventory()) {
      decisions.addAll(ifNews(state, report.runner(), seen));
    }
    for (Task task : state.tasksOn(report.runner())) {
      if (!listed.contains(task.id()) && !neverBegun(task)) {
        if (Copies.areStrict(state, task)) {
          askForEnd(task, decisions);
          continue;
        }
        decisions.add(
            new Decision.Lose(
                task.id(),
                task.isWanted()
                    ? StopCode.ESSENTIAL_CONTAINER_EXITED
                    : StopCode.SERVICE_SCHEDULER_INITIATED,
                CONTAINERS_GONE,
                Rule.CONTAINERS_GONE));
      }
    }
  }

  /**
   * An inventory may be older than the last orders. Where a second copy would do harm, the host is
   * told to stop the task, and its answer is certain.
   */
  private static void askForEnd(Task task, List<Decision> decisions) {
    if (task.isWanted()) {
      decisions.add(
          new Decision.Stop(
              task.id(),
              StopCode.ESSENTIAL_CONTAINER_EXITED,
              CONTAINERS_GONE,
              Reason.of(Rule.CONTAINERS_GONE, CONTAINERS_GONE + ".")));
    }
  }

  private static Set<TaskId> listed(Report.RunnerRegistered report) {
    return report.inventory().stream().map(TaskObservation::task).collect(Collectors.toSet());
  }

  private static boolean neverBegun(Task task) {
    return task.isWanted() && task.status().isBefore(TaskStatus.ACTIVATING);
  }

  private static List<Decision> beat(State state, Report.RunnerBeat beat) {
    Runner runner = state.runner(beat.runner());
    if (runner != null && runner.isGone(beat.incarnation())) {
      return List.of();
    }
    // One that was taken for lost has to say what it still has: its tasks have been replaced.
    return runner != null && runner.connected() && runner.incarnation().equals(beat.incarnation())
        ? List.of()
        : List.of(new Decision.RegisterAgain(beat.runner(), beat.incarnation()));
  }

  private static List<Decision> observed(State state, Report.TaskObserved report) {
    Runner runner = state.runner(report.runner());
    if (runner == null
        || !runner.cluster().equals(report.cluster())
        || !runner.incarnation().equals(report.incarnation())
        || runner.isGone(report.incarnation())) {
      return List.of();
    }
    return ifNews(state, report.runner(), report.observation());
  }

  private static List<Decision> ifNews(State state, RunnerId runner, TaskObservation seen) {
    Task task = state.task(seen.task());
    if (task == null) {
      boolean ended = seen.lastStatus() == TaskStatus.STOPPED;
      return List.of(new Decision.Dismiss(runner, seen.task(), ended));
    }
    if (!task.runner().equals(runner)) {
      return List.of();
    }
    return switch (Lifecycle.judge(task.status(), seen.lastStatus(), Lifecycle.Owner.RUNNER)) {
      case ADVANCE -> List.of(new Decision.Observe(task.id(), seen));
      case SAME ->
          seen.equals(task.seen()) ? List.of() : List.of(new Decision.Observe(task.id(), seen));
      case LATE -> List.of();
    };
  }

  private static List<Decision> left(State state, Report.RunnerLeft report) {
    Runner runner = state.runner(report.runner());
    if (runner == null
        || !runner.cluster().equals(report.cluster())
        || !runner.incarnation().equals(report.incarnation())) {
      return List.of();
    }
    List<Decision> decisions = new ArrayList<>();
    for (Task task : state.tasksOn(report.runner())) {
      decisions.add(
          new Decision.Lose(
              task.id(),
              StopCode.TERMINATION_NOTICE,
              Leases.hostStopped(report.runner()),
              Rule.HOST_LOST));
    }
    decisions.add(
        new Decision.PutRunner(runner.withStatus(Runner.Status.INACTIVE).withConnected(false)));
    return decisions;
  }
}
