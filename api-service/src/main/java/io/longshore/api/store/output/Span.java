package io.longshore.api.store.output;

/**
 * Which lines of a stream are wanted.
 *
 * @param after positions above this one; 0 for all
 * @param before positions below this one
 * @param fromNanos not written earlier than that
 * @param untilNanos written earlier than that
 */
public record Span(long after, long before, long fromNanos, long untilNanos) {
  public static final Span ALL = new Span(0, Long.MAX_VALUE, 0, Long.MAX_VALUE);

  public Span after(long position) {
    return new Span(position, before, fromNanos, untilNanos);
  }

  public Span before(long position) {
    return new Span(after, position, fromNanos, untilNanos);
  }

  boolean isTooEarly(long position, long atNanos) {
    return position <= after || atNanos < fromNanos;
  }

  boolean isTooLate(long position, long atNanos) {
    return position >= before || atNanos >= untilNanos;
  }
}
