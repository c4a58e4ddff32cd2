package io.longshore.balancer.core;

import java.time.Duration;
import java.util.Map;

/**
 * What a target group's attributes mean here.
 *
 * @param slowStart over which a target that has become healthy gets its full share; zero for at
 *     once
 * @param deregistrationDelay how long what a draining target has begun may take
 */
public record GroupAttributes(
    Algorithm algorithm,
    Stickiness stickiness,
    Duration cookieAge,
    Duration slowStart,
    Duration deregistrationDelay) {

  /** How a target is chosen. */
  public enum Algorithm {
    ROUND_ROBIN,
    LEAST_OUTSTANDING_REQUESTS,
    WEIGHTED_RANDOM
  }

  /** What keeps a client with its target. */
  public enum Stickiness {
    NONE,
    COOKIE,
    SOURCE
  }

  public static GroupAttributes of(Map<String, String> told) {
    Attributes attributes = new Attributes(told);
    return new GroupAttributes(
        switch (attributes.text("load_balancing.algorithm.type", "round_robin")) {
          case "least_outstanding_requests" -> Algorithm.LEAST_OUTSTANDING_REQUESTS;
          case "weighted_random" -> Algorithm.WEIGHTED_RANDOM;
          default -> Algorithm.ROUND_ROBIN;
        },
        stickiness(attributes),
        attributes.seconds("stickiness.lb_cookie.duration_seconds", 86_400),
        attributes.seconds("slow_start.duration_seconds", 0),
        attributes.seconds("deregistration_delay.timeout_seconds", 300));
  }

  private static Stickiness stickiness(Attributes attributes) {
    if (!attributes.on("stickiness.enabled", false)) {
      return Stickiness.NONE;
    }
    return switch (attributes.text("stickiness.type", "lb_cookie")) {
      case "lb_cookie" -> Stickiness.COOKIE;
      case "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto" -> Stickiness.SOURCE;
      default -> Stickiness.NONE;
    };
  }
}
