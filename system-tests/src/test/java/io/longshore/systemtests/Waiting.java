package io.longshore.systemtests;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long tests wait for a state: generous, because a slow machine is no defect. */
final class Waiting {
  private Waiting() {}

  static ConditionFactory forState(String what, int seconds) {
    return Awaitility.await(what)
        .atMost(Duration.ofSeconds(seconds))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50));
  }
}
