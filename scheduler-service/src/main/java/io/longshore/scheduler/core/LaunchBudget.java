package io.longshore.scheduler.core;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How many tasks of services may be launched at a time: by each service, on each host and in each
 * cluster a number at once and then so many a second, so that neither an outage nor a loop becomes
 * a storm. It is not stored: whoever takes a shard over begins with full budgets. Calls of RunTask
 * and StartTask take nothing of it.
 */
final class LaunchBudget {
  /** Budgets that are full again need not be remembered; they are looked through at this many. */
  private static final int MOST = 10_000;

  /** When a budget would be full again if nothing more were taken of it. */
  private final Map<Object, Instant> fullAt = new HashMap<>();

  /** How many launches a budget has left. */
  int left(Object whose, Policy.Rate rate, Instant now) {
    long free = rate.burst() * rate.intervalNanos() - owed(whose, now).toNanos();
    return (int) Math.max(0, free / rate.intervalNanos());
  }

  void take(Object whose, Policy.Rate rate, Instant now) {
    if (fullAt.size() >= MOST) {
      fullAt.values().removeIf(at -> !at.isAfter(now));
    }
    fullAt.put(whose, now.plus(owed(whose, now)).plusNanos(rate.intervalNanos()));
  }

  private Duration owed(Object whose, Instant now) {
    Instant full = fullAt.getOrDefault(whose, now);
    return full.isAfter(now) ? Duration.between(now, full) : Duration.ZERO;
  }
}
