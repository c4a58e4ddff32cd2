package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which runners are alive, judged only by when this scheduler heard of them: clocks of two machines
 * are never compared. Nothing of it is stored; whoever takes over a shard gives every runner a
 * fresh lease.
 */
public final class Leases {
  /** How many hosts have to be silent, and how many percent of a cluster's more than. */
  private static final int MASS = 3;

  private static final int MASS_PERCENT = 55;

  private final Policy policy;
  private Instant since;
  private final Map<RunnerId, Instant> heardAt = new HashMap<>();
  private final Map<RunnerId, Progress> progress = new HashMap<>();

  /** Those that were taken for lost and have not been heard of since. */
  private final Map<RunnerId, Instant> silentSince = new HashMap<>();

  /** How far a runner is in its orders, and since when it has been there. */
  private record Progress(long generation, Instant since) {}

  /**
   * @param since when this scheduler began to listen
   */
  public Leases(Policy policy, Instant since) {
    this.policy = policy;
    this.since = since;
  }

  /** A fresh lease for everybody, after a time in which nobody could be heard. */
  public void renew(Instant now) {
    since = now;
    heardAt.clear();
    progress.clear();
    silentSince.replaceAll((runner, at) -> now);
  }

  public void heard(Report.OfRunner report, Instant now) {
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
    Instant halfALeaseAgo = now.minus(policy.runnerLease().dividedBy(2));
    for (Runner runner : state.runners()) {
      Progress last = progress.get(runner.id());
      if (runner.connected()
          && last != null
          && last.generation() < runner.generation()
          && last.since().isBefore(halfALeaseAgo)) {
        decisions.add(new Decision.RegisterAgain(runner.id(), runner.incarnation()));
        progress.remove(runner.id());
      }
    }
    return decisions;
  }

  /** Whether {@link #expire} would take a runner for lost, or what it still has. */
  boolean anySilent(State state, Instant now) {
    for (Runner runner : state.runners()) {
      if (isSilent(runner, now) && (runner.connected() || state.taskCount(runner.id()) > 0)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes runners for lost that have been silent for longer than the lease: nothing is placed on
   * them any more, and their tasks end with them. Where most hosts of a cluster have fallen silent
   * together it is likelier that they cannot be heard than that they are gone, and those who are
   * left could hardly carry it all. Then tasks are kept for {@link Policy#massLossHold}.
   *
   * @param now a moment until which everything that was said has been heard
   */
  public List<Decision> expire(State state, Instant now) {
    List<Decision> decisions = new ArrayList<>();
    Map<ClusterName, Fleet> fleets = new LinkedHashMap<>();
    for (Runner runner : state.runners()) {
      boolean silent = isSilent(runner, now);
      if (!silent) {
        silentSince.remove(runner.id());
      } else if (runner.connected()) {
        silentSince.put(runner.id(), now);
        decisions.add(new Decision.PutRunner(runner.withConnected(false)));
      } else if (state.taskCount(runner.id()) > 0) {
        // It was kept for its tasks' sake by whoever had the shard before.
        silentSince.putIfAbsent(runner.id(), since);
      }
      if (!silent || silentSince.containsKey(runner.id())) {
        fleets.computeIfAbsent(runner.cluster(), name -> new Fleet()).count(runner, silent);
      }
    }
    fleets.values().forEach(fleet -> loseTasks(state, fleet, now, decisions));
    silentSince
        .entrySet()
        .removeIf(each -> !isHeld(each.getValue(), now) && state.taskCount(each.getKey()) == 0);
    return decisions;
  }

  private boolean isHeld(Instant silent, Instant now) {
    return silent.plus(policy.massLossHold()).isAfter(now);
  }

  /** The hosts of a cluster that are heard, and those that have fallen silent lately. */
  private static final class Fleet {
    private final List<Runner> silent = new ArrayList<>();
    private int size;

    void count(Runner runner, boolean isSilent) {
      size++;
      if (isSilent) {
        silent.add(runner);
      }
    }

    boolean isMostlySilent() {
      return silent.size() >= MASS && silent.size() * 100 > MASS_PERCENT * size;
    }
  }

  private boolean isSilent(Runner runner, Instant now) {
    return !runner.connected()
        || heardAt.getOrDefault(runner.id(), since).plus(policy.runnerLease()).isBefore(now);
  }

  private void loseTasks(State state, Fleet fleet, Instant now, List<Decision> decisions) {
    boolean together = fleet.isMostlySilent();
    Set<String> keeping = new LinkedHashSet<>();
    for (Runner runner : fleet.silent) {
      Instant silent = silentSince.getOrDefault(runner.id(), now);
      boolean held = together && isHeld(silent, now);
      for (Task task : state.tasksOn(runner.id())) {
        String service = task.serviceUid();
        // What allows no second copy has ended with its host's lease, so nothing is left to keep.
        if (!held || Copies.areStrict(state, task)) {
          decisions.add(
              new Decision.Lose(
                  task.id(),
                  StopCode.TERMINATION_NOTICE,
                  hostStopped(runner.id()),
                  Rule.HOST_LOST));
        } else if (silent.equals(now) && service != null) {
          keeping.add(service);
        }
      }
    }
    for (String uid : keeping) {
      Service service = state.service(uid);
      if (service != null) {
        decisions.add(
            new Decision.Announce(
                uid,
                "(service %s) keeps tasks on hosts that are silent until %s, because %d of %d hosts have fallen silent together."
                    .formatted(
                        service.name(),
                        now.plus(policy.massLossHold()).truncatedTo(ChronoUnit.SECONDS),
                        fleet.silent.size(),
                        fleet.size)));
      }
    }
  }

  /** In the words that clients match on: {@code Host EC2 (instance …) stopped.} */
  static String hostStopped(RunnerId runner) {
    return "Host EC2 (instance " + runner + ") stopped.";
  }
}
