package io.longshore.simulation;

import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and what is to happen in it. Of two things due at the same moment the one that was
 * planned first comes first, so that a history depends on its seed alone.
 */
final class Timeline {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private long planned;
  private long nanos;

  private record Due(long atNanos, long order, Runnable what) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime == 0 ? Long.compare(order, other.order) : byTime;
    }
  }

  static long millis(long count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }

  static long seconds(long count) {
    return TimeUnit.SECONDS.toNanos(count);
  }

  /** Since the beginning. */
  long nanos() {
    return nanos;
  }

  Instant now() {
    return START.plusNanos(nanos);
  }

  void in(long delayNanos, Runnable what) {
    at(nanos + Math.max(0, delayNanos), what);
  }

  void at(long atNanos, Runnable what) {
    queue.add(new Due(Math.max(nanos, atNanos), planned++, what));
  }

  /** Lets the next thing happen that is due no later than then; false if there is none. */
  boolean step(long untilNanos) {
    @Nullable Due next = queue.peek();
    if (next == null || next.atNanos > untilNanos) {
      nanos = Math.max(nanos, untilNanos);
      return false;
    }
    queue.poll();
    nanos = next.atNanos;
    next.what.run();
    return true;
  }
}
