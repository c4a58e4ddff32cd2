package io.longshore.simulation;

import io.longshore.messages.Report;
import io.longshore.messages.Report.SeenTarget;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import io.longshore.messages.TaskId;
import io.longshore.scheduler.core.Outgoing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One process of the load balancer, as far as the scheduler has to do with it: it reads routes,
 * finds targets healthy after a while, has requests under way with them, and tells what it sees.
 */
final class BalancerNode {
  private static final int LOOK_MILLIS = 50;
  private static final long BEAT = Report.BALANCER_BEAT.toNanos();

  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final Crashes crashes;
  private final String name;
  private final List<Runnable> held = new ArrayList<>();
  private final Map<String, Route.ServiceTargets> routes = new LinkedHashMap<>();
  private final Map<TaskId, Target> targets = new LinkedHashMap<>();
  private final Map<String, Report> told = new HashMap<>();
  private Log.Pipe pipe;
  private int life;
  private boolean up = true;
  private boolean paused;
  private boolean deaf;
  private boolean blind;
  private int position;
  private long nextBeat;

  /** What it knows of a target. */
  private static final class Target {
    Route.TaskTarget route;
    boolean healthy;
    boolean drained;
    final long healthyAt;
    long idleAt = Long.MAX_VALUE;

    Target(Route.TaskTarget route, long healthyAt) {
      this.route = route;
      this.healthyAt = healthyAt;
    }

    /** Whether it becomes another one with time. */
    boolean passes(long now) {
      boolean comesUp = !healthy && !route.draining() && now >= healthyAt;
      boolean ends = route.draining() && !drained && now >= idleAt;
      healthy |= comesUp;
      drained |= ends;
      return comesUp || ends;
    }
  }

  BalancerNode(Timeline timeline, Chance chance, Log log, Crashes crashes, int number) {
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.crashes = crashes;
    this.name = "balancer-" + number;
    this.pipe = log.new Pipe();
    later(this::look);
  }

  /** Another one with each start of the process. */
  String id() {
    return name + "-" + life;
  }

  void kill() {
    if (!up) {
      return;
    }
    up = false;
    life++;
    held.clear();
    routes.clear();
    targets.clear();
    told.clear();
    position = 0;
    nextBeat = 0;
    pipe.end();
    pipe = log.new Pipe();
    timeline.in(
        chance.between(Timeline.seconds(1), Timeline.seconds(8)),
        () -> {
          up = true;
          paused = false;
          later(this::look);
        });
  }

  void pause() {
    paused = up;
  }

  void resume() {
    if (up && paused) {
      paused = false;
      List<Runnable> waiting = List.copyOf(held);
      held.clear();
      waiting.forEach(Runnable::run);
    }
  }

  /** It hears nothing, and nobody hears it. */
  void cutOff(boolean next) {
    deaf = next;
    pipe.cut(next);
  }

  /** All health checks fail, or they pass again. */
  void blind(boolean next) {
    blind = next;
    nextBeat = 0;
  }

  private void later(Runnable step) {
    int planned = life;
    timeline.in(
        chance.delayNanos(LOOK_MILLIS),
        () -> {
          if (planned != life) {
            return;
          }
          if (paused) {
            held.add(step);
          } else {
            step.run();
          }
        });
  }

  private void look() {
    long now = timeline.nanos();
    boolean news = now >= nextBeat;
    if (log.isUp() && !deaf && position < log.routes().size()) {
      news = true;
      log.routes().subList(position, log.routes().size()).forEach(this::take);
      position = log.routes().size();
      follow();
    }
    for (Target target : targets.values()) {
      news |= target.passes(now);
    }
    if (!news || tell(now)) {
      later(this::look);
    }
  }

  private void take(Outgoing record) {
    if (record instanceof Outgoing.Routed(Route.ServiceTargets route)) {
      routes.put(route.key(), route);
    } else if (record instanceof Outgoing.RouteGone(String key)) {
      routes.remove(key);
    }
  }

  private void follow() {
    Map<TaskId, Target> before = new HashMap<>(targets);
    targets.clear();
    for (Route.ServiceTargets route : routes.values()) {
      for (Route.TaskTarget told : route.targets()) {
        targets.put(told.task(), target(before.get(told.task()), told));
      }
    }
  }

  private Target target(@Nullable Target before, Route.TaskTarget told) {
    boolean anew = before == null || (before.route.draining() && !told.draining());
    if (before == null || anew) {
      long healthyAt = timeline.nanos() + chance.between(Timeline.millis(50), Timeline.seconds(2));
      Target fresh = new Target(told, healthyAt);
      if (told.draining()) {
        fresh.idleAt = timeline.nanos();
      }
      return fresh;
    }
    if (told.draining() && !before.route.draining()) {
      // The requests that are under way.
      long longest = before.healthy ? chance.between(0, Timeline.seconds(4)) : 0;
      before.idleAt = timeline.nanos() + longest;
    }
    before.route = told;
    return before;
  }

  /** Whether this process has lived on. */
  private boolean tell(long now) {
    boolean beat = now >= nextBeat;
    if (beat) {
      nextBeat = now + BEAT;
    }
    for (Route.ServiceTargets route : routes.values()) {
      List<SeenTarget> seen = new ArrayList<>();
      route.targets().forEach(told -> seen.add(seen(told)));
      Report report = new Report.ServiceTargetsSeen(route.cluster(), route.service(), id(), seen);
      if (beat || !report.equals(told.get(route.key()))) {
        Crash.Side end = crashes.reach(KillPoint.TARGETS_SENT);
        if (end == Crash.Side.BEFORE) {
          die();
          return false;
        }
        told.put(route.key(), report);
        pipe.send(() -> arrive(report, end == Crash.Side.AFTER), () -> {});
      }
    }
    told.keySet().retainAll(routes.keySet());
    return true;
  }

  private void arrive(Report report, boolean dies) {
    log.append(report);
    if (dies) {
      die();
    }
  }

  private void die() {
    crashes.strike();
    kill();
  }

  private SeenTarget seen(Route.TaskTarget told) {
    Target target = targets.get(told.task());
    TargetState state = TargetState.INITIAL;
    if (target != null && told.draining()) {
      state = target.drained ? TargetState.DRAINED : TargetState.DRAINING;
    } else if (target != null && target.healthy) {
      state = blind ? TargetState.UNHEALTHY : TargetState.HEALTHY;
    }
    return new SeenTarget(told.groupArn(), told.task(), told.host(), told.port(), state, null, "");
  }

  /** Whether requests are under way with a task, or may begin. */
  boolean uses(TaskId task) {
    Target target = targets.get(task);
    return target != null && (target.route.draining() ? !target.drained : target.healthy);
  }

  /** Whether it sends new requests to a task. */
  boolean serves(TaskId task) {
    Target target = targets.get(task);
    return target != null && target.healthy && !target.route.draining();
  }
}
