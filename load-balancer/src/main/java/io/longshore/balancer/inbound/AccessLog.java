package io.longshore.balancer.inbound;

import java.time.Instant;
import java.util.Locale;

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
      return String.format(
          Locale.ROOT,
          "%s %s %s %s %s %s %.6f %.6f %d %d %d %d \"%s\" \"%s\" \"%s\" \"%s\"",
          type,
          time,
          listener,
          client,
          target.isEmpty() ? "-" : target,
          group.isEmpty() ? "-" : group,
          targetSeconds,
          totalSeconds,
          status,
          attempts,
          received,
          sent,
          clean(request),
          clean(host),
          clean(userAgent),
          clean(trace));
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
