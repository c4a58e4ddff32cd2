package io.longshore.balancer.outbound;

import io.longshore.balancer.core.TargetKey;
import java.net.InetSocketAddress;
import java.time.Instant;

/** Entries of an access log, as a test needs them. */
final class Entries {
  private static final InetSocketAddress CLIENT = new InetSocketAddress("10.0.0.1", 5);

  private Entries() {}

  static AccessLog.Entry of(Instant time, long targetNanos, long nanos, String target) {
    return new AccessLog.Entry(
        "http",
        time,
        "arn:listener",
        CLIENT,
        new TargetKey("arn:group", "", "10.0.0.2", 80),
        "web",
        targetNanos,
        nanos,
        200,
        1,
        3,
        4,
        new AccessLog.Request("GET", target, "HTTP/1.1", "a", "agent", "Root=1"),
        null);
  }

  static AccessLog.Entry of(String target) {
    return of(Instant.EPOCH, -1, 0, target);
  }

  static AccessLog.Entry atLayer4() {
    return new AccessLog.Entry(
        "tcp",
        Instant.EPOCH,
        "arn:listener",
        new InetSocketAddress("::1", 5),
        null,
        "",
        -1,
        0,
        0,
        1,
        3,
        4,
        null,
        null);
  }

  static AccessLog.Entry refused(String words) {
    return new AccessLog.Entry(
        "http", Instant.EPOCH, "arn:listener", CLIENT, null, "", -1, 0, 400, 0, 0, 0, null, words);
  }
}
