package io.longshore.simulation;

/**
 * A process ends.
 *
 * @param occurrence the how manieth time the effect is reached since the crash before, from 1
 */
public record Crash(KillPoint point, Side side, int occurrence) {

  /** Whether what it was about to do is done. */
  public enum Side {
    BEFORE,
    AFTER
  }

  @Override
  public String toString() {
    return "%s killed %s %s no. %d".formatted(point.process(), side, point, occurrence);
  }
}
