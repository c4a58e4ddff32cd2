package io.longshore.scheduler.core;

import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which runners are alive, judged only by when this scheduler heard of them: clocks of two machines
 * are never compared. Nothing of it is stored; whoever takes over a shard gives every runner a
 * fresh lease.
 */
public final class Leases {
  private final Duration lease;
  private Instant since;
  private final Map<RunnerId, Instant> heardAt = new HashMap<>();
  private final Map<RunnerId, Progress> progress = new HashMap<>();

  /** How far a runner is in its orders, and since when it has been there. */
  private record Progress(long generation, Instant since) {}

  /**
   * @param since when this scheduler began to listen
   */
  public Leases(Duration lease, Instant since) {
    this.lease = lease;
    this.since = since;
  }

  /** A fresh lease for everybody, after a time in which nobody could be heard. */
  public void renew(Instant now) {
    since = now;
    heardAt.clear();
    progress.clear();
  }

  public void heard(Report report, Instant now) {
    heardAt.put(report.runner(), now);
    if (report instanceof Report.RunnerBeat beat) {
      Progress before = progress.get(beat.runner());
      if (before == null || before.generation() != beat.generation()) {
        progress.put(beat.runner(), new Progress(beat.generation(), now));
      }
    } else {
      progress.remove(report.runner());
    }
  }

  /**
   * Finds runners that are alive and yet have not taken in an order for half a lease. Orders cannot
   * be lost on their way, so this should never find one; if it does, a fresh start puts the runner
   * right.
   */
  public List<Decision> findStuck(State state, Instant now) {
    List<Decision> decisions = new ArrayList<>();
    for (Runner runner : state.runners()) {
      Progress last = progress.get(runner.id());
      if (runner.connected()
          && last != null
          && last.generation() < runner.generation()
          && last.since().plus(lease.dividedBy(2)).isBefore(now)) {
        decisions.add(new Decision.RegisterAgain(runner.id(), runner.incarnation()));
        progress.remove(runner.id());
      }
    }
    return decisions;
  }

  /**
   * Takes runners for lost that have been silent for longer than the lease; their tasks end with
   * them.
   */
  public List<Decision> expire(State state, Instant now) {
    List<Decision> decisions = new ArrayList<>();
    for (Runner runner : state.runners()) {
      Instant heard = heardAt.getOrDefault(runner.id(), since);
      if (runner.connected() && heard.plus(lease).isBefore(now)) {
        decisions.add(new Decision.PutRunner(runner.withConnected(false)));
        for (Task task : state.tasksOn(runner.id())) {
          decisions.add(
              new Decision.Lose(task.id(), StopCode.TERMINATION_NOTICE, hostStopped(runner.id())));
        }
      }
    }
    return decisions;
  }

  /** In the words that clients match on: {@code Host EC2 (instance …) stopped.} */
  static String hostStopped(RunnerId runner) {
    return "Host EC2 (instance " + runner + ") stopped.";
  }
}
