package io.longshore.balancer.core;

/** How long a message's body is. */
public sealed interface Framing {
  record None() implements Framing {}

  /**
   * @param bytes 1 or more
   */
  record Length(long bytes) implements Framing {}

  record Chunked() implements Framing {}

  Framing NONE = new None();
  Framing CHUNKED = new Chunked();
}
