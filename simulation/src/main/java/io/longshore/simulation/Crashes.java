package io.longshore.simulation;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which processes end where in one history: one crash after the other. Whoever is about to have an
 * effect asks here, and ends where it is told to.
 */
final class Crashes {
  private final List<Crash> planned;
  private final int[] reached = new int[KillPoint.values().length];
  private final int[] reachedSince = new int[KillPoint.values().length];
  private int struck;

  Crashes(List<Crash> planned) {
    this.planned = planned;
  }

  /**
   * A process is about to have an effect.
   *
   * @return whether it is to end before it or after it; null for neither
   */
  Crash.@Nullable Side reach(KillPoint point) {
    reached[point.ordinal()]++;
    if (struck == planned.size()) {
      return null;
    }
    int occurrence = ++reachedSince[point.ordinal()];
    Crash next = planned.get(struck);
    return next.point() == point && next.occurrence() == occurrence ? next.side() : null;
  }

  /** The process has ended where it was told to; from here on the next crash is waited for. */
  void strike() {
    struck++;
    Arrays.fill(reachedSince, 0);
  }

  /** How many of the crashes have happened. */
  int struck() {
    return struck;
  }

  /** How often an effect was reached in the whole history. */
  int reached(KillPoint point) {
    return reached[point.ordinal()];
  }
}
