package io.longshore.balancer.core;

import java.time.Duration;
import java.util.Map;

/**
 * What a load balancer's attributes mean here.
 *
 * @param idle after which a connection on which nothing moves is closed
 * @param tcpIdle the same of connections at layer 4
 * @param keepAlive how old a client's connection may become before it is closed between requests
 */
public record BalancerAttributes(
    Duration idle,
    Duration tcpIdle,
    Duration keepAlive,
    boolean http2,
    ForwardedFor forwardedFor,
    boolean clientPort,
    boolean preserveHost) {

  /** What becomes of the field X-Forwarded-For. */
  public enum ForwardedFor {
    APPEND,
    PRESERVE,
    REMOVE
  }

  public static BalancerAttributes of(Map<String, String> told) {
    Attributes attributes = new Attributes(told);
    return new BalancerAttributes(
        attributes.seconds("idle_timeout.timeout_seconds", 60),
        attributes.seconds("tcp.idle_timeout.seconds", 350),
        attributes.seconds("client_keep_alive.seconds", 3600),
        attributes.on("routing.http2.enabled", true),
        switch (attributes.text("routing.http.xff_header_processing.mode", "append")) {
          case "preserve" -> ForwardedFor.PRESERVE;
          case "remove" -> ForwardedFor.REMOVE;
          default -> ForwardedFor.APPEND;
        },
        attributes.on("routing.http.xff_client_port.enabled", false),
        attributes.on("routing.http.preserve_host_header.enabled", true));
  }
}
