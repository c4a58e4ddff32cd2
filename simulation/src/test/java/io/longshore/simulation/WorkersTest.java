package io.longshore.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void allIsDoneWhenItReturns() throws InterruptedException {
    AtomicInteger left = new AtomicInteger(1_000);
    AtomicInteger done = new AtomicInteger();
    Workers.run(() -> {
      while (left.getAndDecrement() > 0) {
        done.incrementAndGet();
      }
    });
    assertThat(done).hasValue(1_000);
  }

  /** Seeds that nobody ran have not passed. */
  @Test
  void whoeverDiesIsToldOf() {
    AtomicInteger calls = new AtomicInteger();
    Error missing = new NoClassDefFoundError("something");
    assertThatThrownBy(() ->
            Workers.run(() -> {
              if (calls.getAndIncrement() == 0) {
                throw missing;
              }
            }))
        .isInstanceOf(IllegalStateException.class)
        .hasCause(missing);
  }
}
