package io.longshore.balancer.core;

import static io.longshore.balancer.Routes.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DrainingTest {
  private static final TargetKey ONE = new TargetKey(GROUP, "one/web", "127.0.0.1", 8000);
  private static final TargetKey TWO = new TargetKey(GROUP, "two/web", "127.0.0.1", 8001);

  private final Draining draining = new Draining();

  private boolean lookWith(int underWay) {
    return draining.look(key -> underWay);
  }

  @Test
  void whatIsUnderWayIsLookedAtOnlyWhenEveryLoopHasPassed() {
    draining.published(Set.of(ONE));
    assertThat(lookWith(0)).isFalse();
    long pass = draining.pass();
    assertThat(pass).isPositive();
    assertThat(lookWith(0)).isFalse();
    assertThat(draining.isDrained(ONE)).isFalse();
    draining.passed(pass);
    assertThat(lookWith(0)).isTrue();
    assertThat(draining.isDrained(ONE)).isTrue();
    assertThat(draining.waits()).isFalse();
  }

  @Test
  void whoHasSomethingUnderWayWaitsForItsEnd() {
    draining.published(Set.of(ONE));
    draining.passed(draining.pass());
    assertThat(lookWith(1)).isFalse();
    assertThat(draining.waits()).isTrue();
    assertThat(lookWith(0)).isTrue();
    assertThat(draining.isDrained(ONE)).isTrue();
  }

  @Test
  void aPassThatWasAskedForBeforeTellsNothingOfALaterOne() {
    draining.published(Set.of(ONE));
    long first = draining.pass();
    draining.published(Set.of(ONE, TWO));
    draining.passed(first);
    assertThat(lookWith(0)).isTrue();
    assertThat(draining.isDrained(ONE)).isTrue();
    assertThat(draining.isDrained(TWO)).isFalse();
    draining.passed(draining.pass());
    assertThat(lookWith(0)).isTrue();
    assertThat(draining.isDrained(TWO)).isTrue();
  }

  @Test
  void aPassIsAskedForOnceForAllThatWait() {
    draining.published(Set.of(ONE, TWO));
    assertThat(draining.pass()).isPositive();
    assertThat(draining.pass()).isZero();
    draining.published(Set.of(ONE, TWO));
    assertThat(draining.pass()).isZero();
  }

  @Test
  void whoseTimeIsOverIsDrainedWhenTheLoopsHaveEndedWhatWasUnderWay() {
    draining.published(Set.of(ONE));
    draining.passed(draining.pass());
    draining.over(ONE);
    assertThat(lookWith(1)).isFalse();
    draining.passed(draining.pass());
    assertThat(lookWith(1)).isTrue();
    assertThat(draining.isDrained(ONE)).isTrue();
    draining.over(ONE);
    assertThat(draining.pass()).isZero();
  }

  @Test
  void whoDrainsNoMoreIsATargetAnew() {
    draining.published(Set.of(ONE));
    draining.passed(draining.pass());
    assertThat(lookWith(0)).isTrue();
    draining.published(Set.of());
    assertThat(draining.isDrained(ONE)).isFalse();
    draining.published(Set.of(ONE));
    assertThat(lookWith(0)).isFalse();
    draining.passed(draining.pass());
    assertThat(lookWith(0)).isTrue();
  }
}
