package io.longshore.balancer.inbound;

import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a listener, the default one first.
 *
 * @param certificates one or more
 */
record Identity(List<Certificate> certificates) {
  /**
   * @param names it is for, in lower case; a first label may be {@code *}
   */
  record Certificate(List<String> names, SslContext context) {
    boolean isFor(String host) {
      int dot = host.indexOf('.');
      String wild = dot < 0 ? "*" : "*" + host.substring(dot);
      return names.contains(host) || names.contains(wild);
    }
  }

  /**
   * @param host that the client asks for; null when it does not say
   */
  SslContext of(@Nullable String host) {
    if (host != null) {
      String lower = host.toLowerCase(Locale.ROOT);
      for (Certificate certificate : certificates) {
        if (certificate.isFor(lower)) {
          return certificate.context();
        }
      }
    }
    return certificates.getFirst().context();
  }
}
