package io.longshore.balancer.outbound;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes lines of entries, each a JSON object as the lines of the program's log are, with the same
 * names for what both have. What a client sent is cleaned. Of one thread.
 */
final class AccessLines {
  private static final long MILLION = TimeUnit.SECONDS.toMicros(1);

  private final StringBuilder lines = new StringBuilder();
  // The time of most entries begins as that of the one before.
  private long second = Long.MIN_VALUE;
  private String secondText = "";

  void add(AccessLog.Entry entry) {
    lines.append("{\"timestamp\":\"");
    time(entry.time());
    lines.append("\",\"loggerName\":\"io.longshore.balancer.access\",\"type\":\"");
    lines.append(entry.type()).append('"');
    text("listener", entry.listener());
    lines.append(",\"client\":\"");
    address(entry.client());
    lines.append('"');
    if (entry.target() != null) {
      text("target", entry.target().address());
    }
    if (!entry.group().isEmpty()) {
      text("group", entry.group());
    }
    if (entry.targetNanos() >= 0) {
      seconds("targetSeconds", entry.targetNanos());
    }
    seconds("seconds", entry.nanos());
    number("status", entry.status());
    number("attempts", entry.attempts());
    number("received", entry.received());
    number("sent", entry.sent());
    request(entry.request());
    if (entry.refused() != null) {
      text("refused", entry.refused());
    }
    lines.append("}\n");
  }

  /** How many characters there are. */
  int length() {
    return lines.length();
  }

  /** All lines there are; none afterwards. */
  ByteBuffer take() {
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    lines.setLength(0);
    return ByteBuffer.wrap(bytes);
  }

  private void request(AccessLog.@Nullable Request request) {
    if (request == null) {
      return;
    }
    lines.append(",\"request\":\"");
    clean(request.method());
    lines.append(' ');
    clean(request.target());
    lines.append(' ').append(request.version()).append('"');
    text("host", request.host());
    text("userAgent", request.userAgent());
    text("trace", request.trace());
  }

  private void time(Instant time) {
    if (time.getEpochSecond() != second) {
      second = time.getEpochSecond();
      String text = Instant.ofEpochSecond(second).toString();
      secondText = text.substring(0, text.length() - 1);
    }
    lines.append(secondText);
    places(time.getNano() / 1_000);
    lines.append('Z');
  }

  /** A point and six places. */
  private void places(long micros) {
    int begin = lines.length();
    lines.append(MILLION + micros);
    lines.setCharAt(begin, '.');
  }

  private void address(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    if (host.indexOf(':') < 0) {
      lines.append(host);
    } else {
      lines.append('[').append(host).append(']');
    }
    lines.append(':').append(address.getPort());
  }

  /** A format for it would cost more than all the rest of the line. */
  private void seconds(String name, long nanos) {
    long micros = (Math.max(0, nanos) + 500) / 1_000;
    number(name, micros / MILLION);
    places(micros % MILLION);
  }

  private void number(String name, long value) {
    lines.append(",\"").append(name).append("\":").append(value);
  }

  private void text(String name, String value) {
    lines.append(",\"").append(name).append("\":\"");
    clean(value);
    lines.append('"');
  }

  private void clean(String text) {
    int length = text.length();
    int begin = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < ' ' || (c >= 0x7F && c < 0xA0) || c == '"' || c == '\\') {
        lines.append(text, begin, i);
        if (c == '"' || c == '\\') {
          lines.append('\\').append(c);
        } else {
          lines.append('?');
        }
        begin = i + 1;
      }
    }
    lines.append(text, begin, length);
  }
}
