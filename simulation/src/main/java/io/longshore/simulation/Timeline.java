package io.longshore.simulation;

import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and what is to happen in it. Of two things due at the same moment the one that was
 * planned first comes first, so that a history depends on its seed alone.
 */
final class Timeline {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int CHILDREN = 4;

  /**
   * What is due, as a heap in three arrays: what is due first is at 0, and whatever is at i comes
   * before what is at 4 i + 1 to 4 i + 4. All of a history passes through here, and a queue of
   * objects that are compared took a tenth of its time.
   */
  private long[] atNanos = new long[256];

  private long[] order = new long[256];
  private @Nullable Runnable[] what = new Runnable[256];
  private int size;
  private long planned;
  private long nanos;

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

  void in(long delayNanos, Runnable step) {
    at(nanos + Math.max(0, delayNanos), step);
  }

  void at(long dueNanos, Runnable step) {
    if (size == what.length) {
      atNanos = Arrays.copyOf(atNanos, 2 * size);
      order = Arrays.copyOf(order, 2 * size);
      what = Arrays.copyOf(what, 2 * size);
    }
    long due = Math.max(nanos, dueNanos);
    long place = planned++;
    int free = size++;
    // It was planned last, so it only passes what is due later.
    while (free > 0 && atNanos[(free - 1) / CHILDREN] > due) {
      move((free - 1) / CHILDREN, free);
      free = (free - 1) / CHILDREN;
    }
    put(free, due, place, step);
  }

  /** Lets the next thing happen that is due no later than then; false if there is none. */
  boolean step(long untilNanos) {
    Runnable next = what[0];
    if (next == null || atNanos[0] > untilNanos) {
      nanos = Math.max(nanos, untilNanos);
      return false;
    }
    nanos = atNanos[0];
    removeFirst();
    next.run();
    return true;
  }

  /** The last one takes the free place, or one further down if others come before it. */
  private void removeFirst() {
    int last = --size;
    int free = 0;
    int first = first(free, last);
    while (first < last && isBefore(first, last)) {
      move(first, free);
      free = first;
      first = first(free, last);
    }
    move(last, free);
    what[last] = null;
  }

  /** Which of those below a place comes first; {@code end} for none. */
  private int first(int place, int end) {
    int first = place * CHILDREN + 1;
    if (first >= end) {
      return end;
    }
    int past = Math.min(first + CHILDREN, end);
    for (int i = first + 1; i < past; i++) {
      if (isBefore(i, first)) {
        first = i;
      }
    }
    return first;
  }

  private boolean isBefore(int one, int other) {
    return atNanos[one] == atNanos[other]
        ? order[one] < order[other]
        : atNanos[one] < atNanos[other];
  }

  private void move(int from, int to) {
    atNanos[to] = atNanos[from];
    order[to] = order[from];
    what[to] = what[from];
  }

  private void put(int place, long due, long number, Runnable step) {
    atNanos[place] = due;
    order[place] = number;
    what[place] = step;
  }
}
