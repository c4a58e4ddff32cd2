package io.longshore.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/**
 * Something that goes wrong, and when. What of it is undone again is undone after {@code
 * lastsNanos}.
 *
 * @param target which host or scheduler, where it is about one
 * @param amount how much of it: percent, or seconds for clocks
 */
record Fault(Kind kind, long atNanos, long lastsNanos, int target, int amount) {

  /** What can go wrong. */
  enum Kind {
    SCHEDULER_KILLED,
    SCHEDULER_KILLED_BEFORE_COMMIT,
    SCHEDULER_KILLED_BEFORE_COMMIT_OF_A_COMMAND,
    SCHEDULER_KILLED_AFTER_COMMIT,
    SCHEDULER_KILLED_AFTER_SEND,
    COMMIT_OUTCOME_UNKNOWN,
    SCHEDULER_PAUSED,
    SCHEDULER_PAUSED_BEFORE_COMMIT,
    SCHEDULER_CLOCK_JUMPS,
    REBALANCE,
    BROKERS_DOWN,
    STORE_DOWN,
    RUNNER_KILLED,
    RUNNER_PAUSED,
    HOST_CUT_OFF,
    HOST_NOT_HEARD,
    HOST_HEARS_NOTHING,
    /** It hears late of what arrives, and then nothing arrives any more. */
    HOST_FADES,
    HOST_REBOOTS,
    HOST_LOSES_CONTAINERS,
    HOST_DIES,
    HOST_CLOCK_JUMPS,
    HALF_THE_HOSTS_CUT_OFF,
    ENGINE_HANGS,
    ENGINE_LOSES_EVENTS,
    ENGINE_LOSES_ANSWERS,
    CONTAINER_DIES,
    CONTAINERS_DIE,
    CONTAINER_REMOVED,
    // From here on only where conditions are not plain.
    SERVICE_CRASHES,
    HALF_THE_HOSTS_REBOOT,
    MOST_HOSTS_CUT_OFF,
    RUNNER_KILLED_WITH_REPORTS_HELD_UP,
    // And these only where there are load balancers.
    BALANCER_KILLED,
    BALANCER_PAUSED,
    BALANCER_CUT_OFF,
    /** It finds all targets unhealthy, and nobody else does. */
    BALANCER_REACHES_NOTHING
  }

  private static final List<Kind> STORMS =
      List.copyOf(EnumSet.range(Kind.SERVICE_CRASHES, Kind.RUNNER_KILLED_WITH_REPORTS_HELD_UP));

  private static final List<Kind> OF_BALANCERS =
      List.copyOf(EnumSet.range(Kind.BALANCER_KILLED, Kind.BALANCER_REACHES_NOTHING));

  private static final List<Kind> KINDS =
      List.copyOf(EnumSet.range(Kind.SCHEDULER_KILLED, Kind.CONTAINER_REMOVED));

  /** Those of one history, in the order of their times. */
  static List<Fault> plan(Chance chance, int count, long fromNanos, long toNanos) {
    return plan(KINDS, chance, count, fromNanos, toNanos);
  }

  /** Those that are there besides. */
  static List<Fault> storms(Chance chance, int count, long fromNanos, long toNanos) {
    return plan(STORMS, chance, count, fromNanos, toNanos);
  }

  /** Those of load balancers. */
  static List<Fault> ofBalancers(Chance chance, int count, long fromNanos, long toNanos) {
    return plan(OF_BALANCERS, chance, count, fromNanos, toNanos);
  }

  private static List<Fault> plan(
      List<Kind> kinds, Chance chance, int count, long fromNanos, long toNanos) {
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Kind kind = chance.of(kinds);
      faults.add(
          new Fault(
              kind,
              chance.between(fromNanos, toNanos),
              chance.between(Timeline.seconds(1), Timeline.seconds(30)),
              chance.between(0, World.HOSTS - 1),
              chance.between(10, 100)));
    }
    faults.sort(Comparator.comparingLong(Fault::atNanos));
    return faults;
  }

  @Override
  public String toString() {
    return "%8.3f s %s for %.1f s, target %d, amount %d"
        .formatted(atNanos / 1e9, kind, lastsNanos / 1e9, target, amount);
  }
}
