package io.longshore.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** All that is left to chance, from one seed. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    random = new SplittableRandom(seed);
  }

  private Chance(SplittableRandom random) {
    this.random = random;
  }

  /** Another source that follows from this one: what is drawn here does not depend on it. */
  Chance fork() {
    return new Chance(random.split());
  }

  /** From {@code least} to {@code most}, both included. */
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  long between(long least, long most) {
    return random.nextLong(least, most + 1);
  }

  boolean oneIn(int count) {
    return random.nextInt(count) == 0;
  }

  boolean percent(int percent) {
    return random.nextInt(100) < percent;
  }

  <T> T of(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Mostly short, at times long: what networks and busy machines take. */
  long delayNanos(int typicalMillis) {
    long typical = Timeline.millis(typicalMillis);
    return percent(95) ? between(typical / 10, typical * 2) : between(typical, typical * 40);
  }
}
