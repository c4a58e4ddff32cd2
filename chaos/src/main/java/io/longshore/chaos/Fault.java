package io.longshore.chaos;

import java.time.Duration;

/**
 * A trouble and its time.
 *
 * @param from since the beginning of the schedule
 * @param until when it is mended
 */
record Fault(int number, Duration from, Duration until, Trouble trouble) {
  @Override
  public String toString() {
    return "%3d  %6.1f s - %6.1f s  %s"
        .formatted(number, from.toMillis() / 1e3, until.toMillis() / 1e3, trouble);
  }
}
