package io.longshore.balancer.outbound;

import io.longshore.balancer.core.TargetKey;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Takes one entry for each request, or connection at layer 4. Called on event loops, which must not
 * wait: an entry is what there is, and whoever writes it makes text of it.
 */
@FunctionalInterface
public interface AccessLog {
  AccessLog NONE = entry -> {};

  void write(Entry entry);

  /**
   * @param type http, https, h2, ws, wss, tcp or tls
   * @param target null when there was none
   * @param group empty when there was none
   * @param targetNanos to the head of the response; negative when none came
   * @param status 460 when the client left, 0 at layer 4
   * @param request null at layer 4, and when none could be read
   * @param refused why no request could be read; null otherwise
   */
  record Entry(
      String type,
      Instant time,
      String listener,
      InetSocketAddress client,
      @Nullable TargetKey target,
      String group,
      long targetNanos,
      long nanos,
      int status,
      int attempts,
      long received,
      long sent,
      @Nullable Request request,
      @Nullable String refused) {}

  /** What a client sent; cut, as entries that wait to be written must not take any memory. */
  record Request(
      String method, String target, String version, String host, String userAgent, String trace) {
    private static final int LONGEST = 1024;

    public Request {
      method = cut(method);
      target = cut(target);
      host = cut(host);
      userAgent = cut(userAgent);
    }

    private static String cut(String text) {
      return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
  }
}
