package io.longshore.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waiting for something to become so. */
final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  private Patience() {}

  /**
   * @throws IllegalStateException if it has not become so within a minute
   */
  static <T> T await(String what, Supplier<T> probe, Predicate<T> enough)
      throws InterruptedException {
    return await(what, LIMIT, probe, enough);
  }

  /**
   * @throws IllegalStateException if it has not become so within that limit
   */
  static <T> T await(String what, Duration limit, Supplier<T> probe, Predicate<T> enough)
      throws InterruptedException {
    return await(what, limit, POLL, probe, enough);
  }

  /**
   * @param poll how long the probe is left alone, where answering keeps what is measured from its
   *     work
   * @throws IllegalStateException if it has not become so within that limit
   */
  static <T> T await(
      String what, Duration limit, Duration poll, Supplier<T> probe, Predicate<T> enough)
      throws InterruptedException {
    Instant deadline = Instant.now().plus(limit);
    while (true) {
      T found = probe.get();
      if (enough.test(found)) {
        return found;
      }
      if (Instant.now().isAfter(deadline)) {
        throw new IllegalStateException(
            "Waited for %s for %d s in vain.".formatted(what, limit.toSeconds()));
      }
      Thread.sleep(poll);
    }
  }
}
