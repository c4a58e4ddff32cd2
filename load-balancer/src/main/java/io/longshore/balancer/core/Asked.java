package io.longshore.balancer.core;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rules look at in a request.
 *
 * @param secure whether it came in TLS
 * @param host without port
 * @param port of the listener
 * @param path as it was sent, without query
 * @param query as it was sent, without question mark; null when there was none
 * @param source of the connection
 */
public record Asked(
    String method,
    boolean secure,
    String host,
    int port,
    String path,
    @Nullable String query,
    List<Field> fields,
    InetAddress source) {

  public static Asked of(RequestHead head, boolean secure, int port, InetAddress source) {
    int mark = head.target().indexOf('?');
    return new Asked(
        head.method(),
        secure,
        hostOf(head.authority()),
        port,
        mark < 0 ? head.target() : head.target().substring(0, mark),
        mark < 0 ? null : head.target().substring(mark + 1),
        head.fields(),
        source);
  }

  private static String hostOf(String authority) {
    int colon = authority.lastIndexOf(':');
    // The colons of an IPv6 address are within brackets.
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }
}
