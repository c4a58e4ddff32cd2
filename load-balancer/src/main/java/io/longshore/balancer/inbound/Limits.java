package io.longshore.balancer.inbound;

import java.time.Duration;

/**
 * What a client may take.
 *
 * @param head how long it may be sending one head
 * @param body bytes of one request
 * @param connections of all clients together
 */
public record Limits(Duration head, long body, int connections) {
  public static final Limits DEFAULT = new Limits(Duration.ofSeconds(10), Long.MAX_VALUE, 20_000);
}
