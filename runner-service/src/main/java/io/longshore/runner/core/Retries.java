package io.longshore.runner.core;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * When the calls of one task that failed are made again, for each of its containers. Times are
 * those of a clock that only goes forward.
 */
final class Retries {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private record Failures(int inARow, long dueNanos) {}

  private final Map<String, Failures> failures = new HashMap<>();

  void failed(String container, long nowNanos) {
    Failures before = failures.get(container);
    int inARow = before == null ? 1 : before.inARow() + 1;
    long wait = Math.min(FIRST.toNanos() << Math.min(inARow - 1, 10), LONGEST.toNanos());
    failures.put(container, new Failures(inARow, nowNanos + wait));
  }

  /** Whether there is any call that failed and has not been made again with success. */
  boolean areAwaited() {
    return !failures.isEmpty();
  }

  /** The next call for it waits for nothing. */
  void forget(String container) {
    failures.remove(container);
  }

  void forgetAll() {
    failures.clear();
  }

  /** Those that nothing is to be done for any more have nothing to wait for. */
  void forgetAllBut(Set<String> containers) {
    failures.keySet().retainAll(containers);
  }

  /** How long the next call for a container has to wait; not positive for not at all. */
  long nanosLeft(String container, long nowNanos) {
    Failures known = failures.get(container);
    return known == null ? 0 : known.dueNanos() - nowNanos;
  }
}
