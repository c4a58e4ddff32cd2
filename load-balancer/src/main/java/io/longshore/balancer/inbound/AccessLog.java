package io.longshore.balancer.inbound;

import java.time.Instant;

/** Takes one entry for each request, or connection at layer 4. Called on event loops. */
@FunctionalInterface
public interface AccessLog {
  AccessLog NONE = entry -> {};

  void write(Entry entry);

  /**
   * @param type http, https, h2, ws, wss, tcp or tls
   * @param target empty when there was none
   * @param targetSeconds negative when no response came
   * @param status 460 when the client left, 0 at layer 4
   * @param request method, target and version
   */
  record Entry(
      String type,
      Instant time,
      String listener,
      String client,
      String target,
      String group,
      double targetSeconds,
      double totalSeconds,
      int status,
      int attempts,
      long received,
      long sent,
      String request,
      String host,
      String userAgent,
      String trace) {
    private static final int LONGEST = 1024;

    /** One line, of fields in the order above; what a client sent is cut and cleaned. */
    public String line() {
      StringBuilder line = new StringBuilder(256);
      word(line, type);
      word(line, time.toString());
      word(line, listener);
      word(line, client);
      word(line, target.isEmpty() ? "-" : target);
      word(line, group.isEmpty() ? "-" : group);
      seconds(line, targetSeconds);
      seconds(line, totalSeconds);
      line.append(status).append(' ').append(attempts).append(' ');
      line.append(received).append(' ').append(sent);
      quoted(line, request);
      quoted(line, host);
      quoted(line, userAgent);
      quoted(line, trace);
      return line.toString();
    }

    private static void word(StringBuilder line, String word) {
      line.append(word).append(' ');
    }

    /** With six places; a format for it would cost more than all the rest of the line. */
    private static void seconds(StringBuilder line, double seconds) {
      long micros = Math.round(seconds * 1e6);
      String places = Long.toString(1_000_000 + Math.abs(micros) % 1_000_000);
      line.append(micros < 0 ? "-" : "").append(Math.abs(micros) / 1_000_000).append('.');
      line.append(places, 1, 7).append(' ');
    }

    private static void quoted(StringBuilder line, String text) {
      line.append(" \"").append(clean(text)).append('"');
    }

    private static String clean(String text) {
      String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
      StringBuilder clean = new StringBuilder(cut.length());
      for (int i = 0; i < cut.length(); i++) {
        char c = cut.charAt(i);
        clean.append(c < ' ' || c == '"' || (c >= 0x7F && c < 0xA0) ? '?' : c);
      }
      return clean.toString();
    }
  }
}
