package io.longshore.chaos;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** What a {@link FaultProxy} does to everything that goes through it. */
public sealed interface Disturbance {
  /** Which way bytes go. */
  enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  Set<Direction> BOTH_WAYS = Set.copyOf(EnumSet.allOf(Direction.class));

  /** Everything passes. */
  record None() implements Disturbance {}

  /** Each piece that is read waits so long before it goes on. */
  record Delay(Duration by, Set<Direction> in) implements Disturbance {
    public Delay {
      in = Set.copyOf(in);
    }
  }

  /** Connections are reset, the new ones as soon as they have been accepted. */
  record Reset() implements Disturbance {}

  /**
   * Connections stay, new ones are accepted, and nothing passes until it is over. What was sent
   * meanwhile arrives then, as it does from a network that was cut in two.
   */
  record BlackHole(Set<Direction> in) implements Disturbance {
    public BlackHole {
      in = Set.copyOf(in);
    }
  }

  /** Each connection passes so many bytes more, and is reset in the middle of what it says. */
  record CutAfter(long bytes, Set<Direction> in) implements Disturbance {
    public CutAfter {
      in = Set.copyOf(in);
    }
  }
}
