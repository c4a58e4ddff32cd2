package io.longshore.runner.core;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a runner knows of its own lease: how long the scheduler certainly does not take its host for
 * lost. It counts from when it sent the newest word that has certainly been heard, because the
 * scheduler counts from when it hears a word, and nobody hears one before it is sent.
 *
 * <p>It is over before the scheduler's is, so that what must have ended by then can be ended. Once
 * it was over, the host may have been taken for lost and its tasks replaced, and words that are
 * heard again change nothing about that: it begins anew with a registration under an incarnation
 * that nobody has heard of. A manifest for that incarnation is from after it, and is what is wanted
 * since.
 *
 * <p>Times are those of a clock that only goes forward.
 */
final class Contact {
  /**
   * The last quarter of a lease is for ending: for looking, for the engine to kill, and for clocks
   * that differ.
   */
  private static final int QUARTERS_TO_GO_ON = 3;

  private @Nullable Duration lease;
  private long heardAtNanos;
  private boolean over = true;

  /** A registration is about to be sent under an incarnation that nobody has heard of. */
  void begin(long nanos) {
    heardAtNanos = nanos;
    over = false;
  }

  /** A manifest told how long a lease is. */
  void leaseIs(@Nullable Duration told) {
    lease = told;
  }

  /** What was sent then has arrived. */
  void acknowledged(long sentNanos, long nanos) {
    if (!isOver(nanos) && sentNanos - heardAtNanos > 0) {
      heardAtNanos = sentNanos;
    }
  }

  /** Whether the host may have been taken for lost since the beginning. */
  boolean isOver(long nanos) {
    over = over || (lease != null && nanos - heardAtNanos >= goesOnNanos(lease));
    return over;
  }

  /** Whether the host has certainly not been taken for lost since the beginning. */
  boolean isSure(long nanos) {
    return lease != null && !isOver(nanos);
  }

  /** When it will be over if nothing is heard; {@link Long#MAX_VALUE} where nobody can tell. */
  long overInNanos(long nanos) {
    return lease == null || over
        ? Long.MAX_VALUE
        : Math.max(0, heardAtNanos + goesOnNanos(lease) - nanos);
  }

  private static long goesOnNanos(Duration lease) {
    return TimeUnit.MILLISECONDS.toNanos(lease.toMillis()) / 4 * QUARTERS_TO_GO_ON;
  }
}
