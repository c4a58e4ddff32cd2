package io.longshore.balancer.core;

import java.util.Set;

/** Whether a request whose target failed goes to another one. */
public final class Retry {
  /** Of one request. More would multiply the load of those that are left. */
  public static final int MOST_ATTEMPTS = 3;

  /** Having them done twice is as having them done once (RFC 9110, 9.2.2). */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

  /** How far an attempt had come when its connection failed. */
  public enum Reached {
    /** Nothing was sent. */
    NOT_CONNECTED,
    /** Some or all was sent and nothing came back. */
    SENT,
    /** Some of the response came. */
    ANSWERED
  }

  private Retry() {}

  public static boolean allowed(RequestHead head, Reached reached, int attempts) {
    if (attempts >= MOST_ATTEMPTS) {
      return false;
    }
    return switch (reached) {
      case NOT_CONNECTED -> true;
      case SENT -> IDEMPOTENT.contains(head.method()) && head.framing() instanceof Framing.None;
      case ANSWERED -> false;
    };
  }
}
