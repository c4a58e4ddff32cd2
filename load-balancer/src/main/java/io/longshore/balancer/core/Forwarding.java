package io.longshore.balancer.core;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/** The fields of a request as its target gets them. */
public final class Forwarding {
  public static final String TRACE = "X-Amzn-Trace-Id";
  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";
  private static final String PORT = "X-Forwarded-Port";

  private Forwarding() {}

  /**
   * @param sourcePort the client's
   * @param trace for a request that came without one
   */
  public static List<Field> fields(
      RequestHead head, Asked asked, int sourcePort, BalancerAttributes attributes, String trace) {
    List<Field> fields = new ArrayList<>();
    List<String> before = new ArrayList<>();
    boolean traced = false;
    for (Field field : Connection.endToEnd(head.fields())) {
      if (field.is(FOR)) {
        before.add(field.value());
      } else if (field.is(TRACE)) {
        traced = true;
        fields.add(field);
      } else if (!field.is("host")
          && !field.is(PROTO)
          && !field.is(PORT)
          && !field.is("content-length")) {
        fields.add(field);
      }
    }
    // Empty for HTTP/1.0 without it: the target is spoken to in HTTP/1.1, which must have one.
    fields.addFirst(new Field("Host", head.authority()));
    forwardedFor(before, asked.source(), sourcePort, attributes, fields);
    fields.add(new Field(PROTO, asked.secure() ? "https" : "http"));
    fields.add(new Field(PORT, Integer.toString(asked.port())));
    if (!traced) {
      fields.add(new Field(TRACE, trace));
    }
    return fields;
  }

  private static void forwardedFor(
      List<String> before,
      InetAddress source,
      int sourcePort,
      BalancerAttributes attributes,
      List<Field> fields) {
    switch (attributes.forwardedFor()) {
      case APPEND -> {
        String client = source.getHostAddress();
        if (attributes.clientPort()) {
          client =
              (source instanceof Inet6Address ? "[" + client + "]" : client) + ":" + sourcePort;
        }
        List<String> all = new ArrayList<>(before);
        all.add(client);
        fields.add(new Field(FOR, String.join(", ", all)));
      }
      case PRESERVE -> before.forEach(value -> fields.add(new Field(FOR, value)));
      case REMOVE -> {}
    }
  }

  public static String trace(Instant now, RandomGenerator random) {
    HexFormat hex = HexFormat.of();
    return "Root=1-"
        + hex.toHexDigits(now.getEpochSecond(), 8)
        + "-"
        + hex.toHexDigits(random.nextLong())
        + hex.toHexDigits(random.nextLong(), 8);
  }
}
