package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Report;
import io.longshore.messages.Report.SeenTarget;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How each process of the load balancer sees the targets, and what follows from all of them
 * together. Nothing of it is stored: they repeat themselves, and what they last agreed on is kept
 * with the tasks.
 *
 * <ol>
 *   <li>A target is healthy when all processes say so, and stays healthy until one says that it is
 *       not. It is unhealthy when all say so: one that is cut off must not have tasks replaced.
 *   <li>A task may be stopped when no process has anything under way with it. One that is silent
 *       for {@link #LEASE} does not count; nothing is waited for when there is none. Whoever begins
 *       to listen waits as long: one that has spoken says nothing of the others.
 * </ol>
 */
final class BalancerViews {
  /** Three beats. */
  static final Duration LEASE = Report.BALANCER_BEAT.multipliedBy(3);

  /** ELB's longest deregistration delay, and time to tell. */
  static final Duration LONGEST_DRAIN = Duration.ofMinutes(61);

  private record Whose(ClusterName cluster, ServiceName service) {}

  /** What tells targets of one service, or of one group, apart. */
  private record Place(String groupArn, @Nullable TaskId task, String host, int port) {}

  private record View(Instant heardAt, Map<Place, SeenTarget> targets) {
    static View of(List<SeenTarget> targets, Instant heardAt) {
      Map<Place, SeenTarget> places = HashMap.newHashMap(targets.size());
      for (SeenTarget seen : targets) {
        places.put(new Place(seen.groupArn(), seen.task(), seen.host(), seen.port()), seen);
      }
      return new View(heardAt, places);
    }
  }

  private Instant since;

  /** Of a service, or, by its ARN, of a group. */
  private final Map<Object, Map<String, View>> views = new HashMap<>();

  private final Map<String, Instant> heardAt = new HashMap<>();

  /**
   * @param since when this scheduler began to listen
   */
  BalancerViews(Instant since) {
    this.since = since;
  }

  /** After a time in which nobody could be heard. */
  void renew(Instant now) {
    since = now;
    heardAt.replaceAll((balancer, at) -> now);
    views
        .values()
        .forEach(ofOne -> ofOne.replaceAll((balancer, view) -> new View(now, view.targets())));
  }

  /** Takes in what a process sees, and says what follows. */
  List<Decision> heard(State state, Report.OfBalancer report, Instant now) {
    heardAt.put(report.balancer(), now);
    Object whose =
        switch (report) {
          case Report.ServiceTargetsSeen seen -> new Whose(seen.cluster(), seen.service());
          case Report.GroupTargetsSeen seen -> seen.groupArn();
        };
    views
        .computeIfAbsent(whose, any -> new HashMap<>())
        .put(report.balancer(), View.of(report.targets(), now));
    return switch (report) {
      case Report.ServiceTargetsSeen seen -> {
        Service service = state.service(seen.cluster(), seen.service());
        yield service == null ? List.of() : ofService(state, service, now);
      }
      case Report.GroupTargetsSeen seen -> ofGroup(state, seen.groupArn(), now);
    };
  }

  private List<Decision> ofService(State state, Service service, Instant now) {
    List<Decision> decisions = new ArrayList<>();
    for (Task task : state.tasksOf(service.uid())) {
      if (task.isDraining()) {
        letGo(task, now, decisions);
      } else if (!task.traffic().targets().isEmpty()) {
        List<Target> agreed =
            task.traffic().targets().stream()
                .map(target -> agreed(target, states(task, target, now), now))
                .toList();
        if (!agreed.equals(task.traffic().targets())) {
          decisions.add(new Decision.PutTargets(task.id(), agreed));
        }
      }
    }
    return decisions;
  }

  private List<Decision> ofGroup(State state, String arn, Instant now) {
    if (!(state.loadBalancing().find(arn) instanceof Balanced.TargetGroup group)) {
      return List.of();
    }
    List<Target> agreed =
        group.targets().stream()
            .map(target -> {
              Target known = group.known(target.host(), target.port());
              return target.drainingUntil() == null
                  ? agreed(known, states(arn, known, null, now), now)
                  : known.draining();
            })
            .toList();
    return agreed.equals(group.seen())
        ? List.of()
        : List.of(new Decision.PutSeen(group.withSeen(agreed)));
  }

  /** Forgets who is silent, and lets tasks go that nobody holds any more. */
  List<Decision> expire(State state, Instant now) {
    heardAt.values().removeIf(heard -> !isLive(heard, now));
    views
        .values()
        .removeIf(ofOne -> {
          ofOne.values().removeIf(view -> !isLive(view.heardAt(), now));
          return ofOne.isEmpty();
        });
    List<Decision> decisions = new ArrayList<>();
    for (Task task : state.draining()) {
      letGo(task, now, decisions);
    }
    return decisions;
  }

  private void letGo(Task task, Instant now, List<Decision> decisions) {
    Instant until = task.traffic().drainsUntil();
    // A clock that leaps must not cut requests off: so long somebody has to have listened, too.
    boolean over =
        until == null || (!until.isAfter(now) && !since.plus(LONGEST_DRAIN).isAfter(now));
    if (over || isLetGo(task, now)) {
      decisions.add(new Decision.StopDrained(task.id()));
    }
  }

  private boolean isLetGo(Task task, Instant now) {
    if (since.plus(LEASE).isAfter(now)) {
      // Somebody may have requests under way who has not been heard yet.
      return false;
    }
    return task.traffic().targets().stream()
        .allMatch(target ->
            states(task, target, now).stream()
                .allMatch(seen -> seen != null && seen.state() == TargetState.DRAINED));
  }

  private static boolean isLive(Instant heard, Instant now) {
    return !heard.plus(LEASE).isBefore(now);
  }

  private List<@Nullable SeenTarget> states(Task task, Target target, Instant now) {
    Task.Membership service = task.origin().service();
    return service == null
        ? List.of()
        : states(new Whose(task.cluster(), service.name()), target, task, now);
  }

  /** What each live process says of a target; null for one that does not know it yet. */
  private List<@Nullable SeenTarget> states(
      Object whose, Target target, @Nullable Task task, Instant now) {
    Map<String, View> ofOne = views.getOrDefault(whose, Map.of());
    Place place =
        new Place(target.groupArn(), task == null ? null : task.id(), target.host(), target.port());
    List<@Nullable SeenTarget> all = new ArrayList<>();
    heardAt.forEach((balancer, heard) -> {
      if (isLive(heard, now)) {
        View view = ofOne.get(balancer);
        all.add(view == null || !isLive(view.heardAt(), now) ? null : view.targets().get(place));
      }
    });
    return all;
  }

  private static boolean isNotChecked(TargetState state) {
    return state == TargetState.UNUSED || state == TargetState.UNAVAILABLE;
  }

  /** A target as all of them together see it. */
  private Target agreed(Target known, List<@Nullable SeenTarget> seen, Instant now) {
    if (seen.isEmpty() || known.state() == TargetState.DRAINING) {
      return known;
    }
    SeenTarget worst = null;
    boolean all = true;
    for (SeenTarget each : seen) {
      all &= each != null && (worst == null || each.state() == worst.state());
      if (each != null && (worst == null || each.state() == TargetState.UNHEALTHY)) {
        worst = each;
      }
    }
    // Healthy it stays until one says otherwise, also when none has looked yet.
    boolean stays =
        worst != null
            && known.state() == TargetState.HEALTHY
            && worst.state() != TargetState.UNHEALTHY
            && !(all && isNotChecked(worst.state()));
    // The first one to speak may be the one that is cut off.
    boolean early =
        worst != null && worst.state() == TargetState.UNHEALTHY && since.plus(LEASE).isAfter(now);
    if (worst == null || stays || early) {
      return known;
    }
    if (all) {
      // One that still drains it has not heard yet that it came back.
      return worst.state() == TargetState.DRAINING || worst.state() == TargetState.DRAINED
          ? known
          : known.with(worst.state(), worst.reason(), worst.description());
    }
    return known.with(
        TargetState.INITIAL,
        "Elb.InitialHealthChecking",
        "Not all processes of the load balancer have found it healthy");
  }
}
