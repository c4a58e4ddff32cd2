package io.longshore.messages;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of day for whoever has to decide by it. Machines' clocks are set, now and then by hours
 * and backwards; this one begins with the machine's time and never goes back. It follows the
 * machine's clock in one of two ways:
 *
 * <ul>
 *   <li>Far behind it, as after a machine has slept, it leaps: people and other machines have gone
 *       on. {@link #leaps} tells whoever judges silence, because nobody could be heard meanwhile.
 *   <li>Otherwise it follows slowly, by at most {@link #SLEW}, which is more than any quartz
 *       drifts: no wait is cut short or drawn out by more than that. Where a machine's clock was
 *       set back far, it stays ahead until the process is started again.
 * </ul>
 *
 * <p>Two processes may disagree by as much as their machines do. Where one goes on with what
 * another has begun, {@link #goOnFrom} keeps the time of that from going back.
 */
public final class SteadyClock implements InstantSource {
  /** One part in so many: half a millisecond in a second. */
  private static final long SLEW = 2_000;

  /** What is less is made up for in hours, and hurts nobody meanwhile. */
  private static final Duration FAR_BEHIND = Duration.ofSeconds(5);

  /**
   * Clocks that are kept at all differ by less: what Kerberos, too, takes for the most (RFC 4120,
   * section 8.2). Whoever was further ahead had a wrong clock, and nobody follows it.
   */
  public static final Duration FARTHEST_AHEAD = Duration.ofMinutes(5);

  private final InstantSource wall;
  private final LongSupplier nanos;
  private Instant shown;
  private long shownAtNanos;
  private long leaps;

  public SteadyClock() {
    this(InstantSource.system(), System::nanoTime);
  }

  /**
   * @param wall the machine's clock
   * @param nanos of a clock that only goes forward, as {@link System#nanoTime}
   */
  public SteadyClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.shown = wall.instant();
    this.shownAtNanos = nanos.getAsLong();
  }

  @Override
  public synchronized Instant instant() {
    long now = nanos.getAsLong();
    long passed = Math.max(0, now - shownAtNanos);
    Instant steady = shown.plusNanos(passed);
    Duration off = Duration.between(steady, wall.instant());
    if (off.compareTo(FAR_BEHIND) > 0) {
      leaps++;
      shown = steady.plus(off);
      shownAtNanos = now;
      return shown;
    }
    Duration most = Duration.ofNanos(passed / SLEW);
    Duration correction =
        off.isNegative() ? max(off, most.negated()) : off.compareTo(most) < 0 ? off : most;
    shown = steady.plus(correction);
    shownAtNanos = now;
    return shown;
  }

  /**
   * Goes on with something that has got as far as this by another process's clock: leaps there when
   * it is ahead, by {@link #FARTHEST_AHEAD} at most, and comes back to the machine's time slowly.
   */
  public synchronized void goOnFrom(Instant reached) {
    Duration ahead = Duration.between(instant(), reached);
    if (ahead.isPositive() && ahead.compareTo(FARTHEST_AHEAD) <= 0) {
      leaps++;
      shown = reached;
    }
  }

  /** How often more time has gone by at once than passed here. */
  public synchronized long leaps() {
    return leaps;
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
