package io.longshore.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Instant wall = START;
  private long nanos = 42;
  private final SteadyClock clock = new SteadyClock(() -> wall, () -> nanos);

  private void pass(Duration duration) {
    wall = wall.plus(duration);
    nanos += duration.toNanos();
  }

  @Test
  void itShowsTheMachinesTime() {
    assertThat(clock.instant()).isEqualTo(START);
    pass(Duration.ofHours(3));
    assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofHours(3)));
  }

  @Test
  void aMachineThatHasSleptHasTheTimeOfTheOthers() {
    assertThat(clock.instant()).isEqualTo(START);
    wall = wall.plus(Duration.ofHours(8));
    assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofHours(8)));
    assertThat(clock.leaps()).isEqualTo(1);
    pass(Duration.ofHours(1));
    assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofHours(9)));
    assertThat(clock.leaps()).isEqualTo(1);
  }

  @Test
  void aClockThatIsSetALittleOrBackChangesNoWait() {
    for (Duration jump : new Duration[] {Duration.ofSeconds(4), Duration.ofDays(-3)}) {
      Instant before = clock.instant();
      wall = wall.plus(jump);
      assertThat(clock.instant()).isEqualTo(before);
      pass(Duration.ofSeconds(10));
      assertThat(Duration.between(before, clock.instant()))
          .isBetween(Duration.ofMillis(9_995), Duration.ofMillis(10_005));
    }
    assertThat(clock.leaps()).isZero();
  }

  @Test
  void itNeverGoesBack() {
    Instant last = clock.instant();
    wall = wall.minus(Duration.ofHours(1));
    for (int i = 0; i < 1_000; i++) {
      nanos += 1_000;
      Instant next = clock.instant();
      assertThat(next).isAfterOrEqualTo(last);
      last = next;
    }
  }

  @Test
  void itComesBackToTheMachinesTimeInTheEnd() {
    wall = wall.plusMillis(100);
    for (int second = 0; second < 300; second++) {
      pass(Duration.ofSeconds(1));
      clock.instant();
    }
    assertThat(clock.instant()).isEqualTo(wall);
  }

  @Test
  void whoeverTakesOverGoesOnFromTheLastTimeOfTheOther() {
    Instant reached = START.plusSeconds(40);
    clock.goOnFrom(reached);
    assertThat(clock.instant()).isEqualTo(reached);
    assertThat(clock.leaps()).isEqualTo(1);
    pass(Duration.ofSeconds(10));
    assertThat(clock.instant()).isBetween(reached.plusMillis(9_995), reached.plusMillis(10_000));
    clock.goOnFrom(reached);
    assertThat(clock.leaps()).isEqualTo(1);
  }

  @Test
  void nobodyFollowsAWrongClock() {
    clock.goOnFrom(START.plus(SteadyClock.FARTHEST_AHEAD).plusSeconds(1));
    assertThat(clock.instant()).isEqualTo(START);
    assertThat(clock.leaps()).isZero();
  }
}
