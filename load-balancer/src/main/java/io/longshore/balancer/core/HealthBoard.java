package io.longshore.balancer.core;

import io.longshore.balancer.core.TargetHealth.Reason;
import io.longshore.balancer.core.TargetHealth.State;
import io.longshore.messages.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The health of every target, and when each is looked at next. One thread calls it.
 *
 * <p>A target that appears is looked at once, and then ever more rarely until it has passed or
 * until a group's threshold would have been reached at its interval: what starts slowly gets
 * traffic soon after it is up, and is not called unhealthy sooner than ELB would.
 */
public final class HealthBoard {
  /** A container that has just been started answers within fractions of a second. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /**
   * A change to tell.
   *
   * @param before null when the target is new
   * @param after null when it is gone
   */
  public record Change(
      TargetKey key, @Nullable TargetHealth before, @Nullable TargetHealth after) {}

  /** A check that is to be made now. */
  public record Check(TargetKey key, Route.HealthCheck how) {}

  private record Due(Instant at, Watch watch) {}

  /** What is kept of one target. */
  private static final class Watch {
    private final TargetKey key;
    private TargetHealth health;
    private Route.HealthCheck how;
    private Instant firstCheck = Instant.MAX;
    private Instant next = Instant.MAX;
    private Duration pause = FIRST_PAUSE;
    private boolean underWay;
    private int passed;
    private int failed;
    private Instant drainedAt = Instant.MAX;
    private boolean drained;

    Watch(TargetKey key, Route.HealthCheck how, TargetHealth health) {
      this.key = key;
      this.how = how;
      this.health = health;
    }
  }

  private final Map<TargetKey, Watch> watches = new HashMap<>();
  private final PriorityQueue<Due> agenda = new PriorityQueue<>(Comparator.comparing(Due::at));

  /** Takes in which targets there are. */
  public List<Change> take(RoutingTable table, Instant now) {
    List<Change> changes = new ArrayList<>();
    Set<String> used = table.used();
    watches
        .values()
        .removeIf(watch -> {
          boolean gone = !table.targets().containsKey(watch.key);
          if (gone) {
            changes.add(new Change(watch.key, watch.health, null));
          }
          return gone;
        });
    for (RoutingTable.Told told : table.targets().values()) {
      Route.Group group = table.groups().get(told.key().groupArn());
      if (group != null) {
        take(told, group, used.contains(group.arn()), now, changes);
      }
    }
    return changes;
  }

  private void take(
      RoutingTable.Told told, Route.Group group, boolean used, Instant now, List<Change> changes) {
    Watch watch = watches.get(told.key());
    State wanted = wanted(told, group, used);
    if (watch == null) {
      watch = new Watch(told.key(), group.healthCheck(), appeared(wanted, now));
      watches.put(told.key(), watch);
      changes.add(new Change(told.key(), null, watch.health));
      enter(watch, wanted, told, group, now);
      return;
    }
    watch.how = group.healthCheck();
    State is = watch.health.state();
    boolean checked = is == State.INITIAL || is == State.HEALTHY || is == State.UNHEALTHY;
    if (wanted == State.INITIAL ? checked : wanted == is) {
      if (told.drainingUntil() != null) {
        watch.drainedAt = told.drainingUntil();
        schedule(watch, watch.drainedAt);
      }
      return;
    }
    change(watch, appeared(wanted, now), changes);
    enter(watch, wanted, told, group, now);
  }

  private static State wanted(RoutingTable.Told told, Route.Group group, boolean used) {
    if (told.draining()) {
      return State.DRAINING;
    }
    if (!used) {
      return State.UNUSED;
    }
    return group.healthCheck().enabled() ? State.INITIAL : State.UNAVAILABLE;
  }

  private static TargetHealth appeared(State state, Instant now) {
    return switch (state) {
      case DRAINING ->
          TargetHealth.of(
              state,
              Reason.DEREGISTRATION_IN_PROGRESS,
              "Target deregistration is in progress",
              now);
      case UNUSED ->
          TargetHealth.of(
              state,
              Reason.NOT_IN_USE,
              "Target group is not configured to receive traffic from the load balancer",
              now);
      case UNAVAILABLE ->
          TargetHealth.of(state, Reason.HEALTH_CHECK_DISABLED, "Health checks are disabled", now);
      case INITIAL, UNHEALTHY ->
          TargetHealth.of(
              state, Reason.REGISTRATION_IN_PROGRESS, "Target registration is in progress", now);
      case HEALTHY -> TargetHealth.of(state, null, "", now);
    };
  }

  private void enter(
      Watch watch, State state, RoutingTable.Told told, Route.Group group, Instant now) {
    watch.passed = 0;
    watch.failed = 0;
    watch.pause = FIRST_PAUSE;
    watch.firstCheck = now;
    watch.next = state == State.INITIAL ? now : Instant.MAX;
    watch.drained = false;
    watch.drainedAt = Instant.MAX;
    if (state == State.DRAINING) {
      Instant until = told.drainingUntil();
      watch.drainedAt =
          until == null
              ? now.plus(GroupAttributes.of(group.attributes()).deregistrationDelay())
              : until;
      schedule(watch, watch.drainedAt);
    } else if (state == State.INITIAL) {
      schedule(watch, now);
    }
  }

  private void schedule(Watch watch, Instant at) {
    agenda.add(new Due(at, watch));
  }

  /** When there is something to do next; null when there is not. */
  public @Nullable Instant next() {
    Due due = agenda.peek();
    return due == null ? null : due.at();
  }

  /** What is to be checked now. Each is told once, until its result is taken in. */
  public List<Check> due(Instant now) {
    List<Check> checks = new ArrayList<>();
    for (Due due = agenda.peek(); due != null && !due.at().isAfter(now); due = agenda.peek()) {
      agenda.remove();
      Watch watch = due.watch();
      boolean current = watches.get(watch.key) == watch;
      if (current && !watch.underWay && !watch.next.isAfter(now)) {
        watch.underWay = true;
        checks.add(new Check(watch.key, watch.how));
      }
    }
    return checks;
  }

  /**
   * Draining targets whose time is over: what they have begun is to be ended. Each is told once.
   */
  public List<TargetKey> drained(Instant now) {
    List<TargetKey> over = new ArrayList<>();
    for (Watch watch : watches.values()) {
      if (!watch.drained && !watch.drainedAt.isAfter(now)) {
        watch.drained = true;
        over.add(watch.key);
      }
    }
    return over;
  }

  /** Takes in what a check came to. Of a target that is no longer checked it means nothing. */
  public List<Change> checked(TargetKey key, CheckResult result, Instant now) {
    Watch watch = watches.get(key);
    List<Change> changes = new ArrayList<>();
    if (watch == null) {
      return changes;
    }
    watch.underWay = false;
    if (watch.next.equals(Instant.MAX)) {
      return changes;
    }
    if (result instanceof CheckResult.Passed) {
      pass(watch, now, changes);
    } else {
      fail(watch, result, now, changes);
    }
    watch.next = now.plus(pauseAfter(watch));
    schedule(watch, watch.next);
    return changes;
  }

  private static Duration pauseAfter(Watch watch) {
    Duration interval = Duration.ofSeconds(watch.how.intervalSeconds());
    if (watch.health.state() != State.INITIAL) {
      return interval;
    }
    Duration pause = watch.pause.compareTo(interval) < 0 ? watch.pause : interval;
    watch.pause = watch.pause.plus(watch.pause);
    return pause;
  }

  private void pass(Watch watch, Instant now, List<Change> changes) {
    watch.failed = 0;
    watch.passed++;
    boolean enough =
        switch (watch.health.state()) {
          case INITIAL -> true;
          case UNHEALTHY -> watch.passed >= watch.how.healthyThreshold();
          case HEALTHY, DRAINING, UNUSED, UNAVAILABLE -> false;
        };
    if (enough) {
      change(watch, appeared(State.HEALTHY, now), changes);
    }
  }

  private void fail(Watch watch, CheckResult result, Instant now, List<Change> changes) {
    watch.passed = 0;
    watch.failed++;
    boolean enough =
        switch (watch.health.state()) {
          case INITIAL -> {
            Duration patience =
                Duration.ofSeconds(watch.how.intervalSeconds())
                    .multipliedBy(watch.how.unhealthyThreshold());
            yield !now.isBefore(watch.firstCheck.plus(patience));
          }
          case HEALTHY -> watch.failed >= watch.how.unhealthyThreshold();
          case UNHEALTHY, DRAINING, UNUSED, UNAVAILABLE -> false;
        };
    if (enough) {
      change(watch, failure(result, now), changes);
    }
  }

  private static TargetHealth failure(CheckResult result, Instant now) {
    return switch (result) {
      case CheckResult.Mismatch mismatch ->
          TargetHealth.of(
              State.UNHEALTHY,
              Reason.RESPONSE_CODE_MISMATCH,
              "Health checks failed with these codes: [" + mismatch.code() + "]",
              now);
      case CheckResult.TimedOut timedOut ->
          TargetHealth.of(State.UNHEALTHY, Reason.TIMEOUT, "Request timed out", now);
      case CheckResult.Failed failed ->
          TargetHealth.of(
              State.UNHEALTHY,
              Reason.FAILED_HEALTH_CHECKS,
              "Health checks failed: " + failed.words(),
              now);
      case CheckResult.Passed passed -> appeared(State.HEALTHY, now);
    };
  }

  private static void change(Watch watch, TargetHealth after, List<Change> changes) {
    changes.add(new Change(watch.key, watch.health, after));
    watch.health = after;
  }

  /** Null for a target that is not there. */
  public @Nullable TargetHealth of(TargetKey key) {
    Watch watch = watches.get(key);
    return watch == null ? null : watch.health;
  }
}
