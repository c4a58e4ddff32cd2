package io.longshore.balancer.core;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a message says of its own connection, which is not for the next one (RFC 9110, 7.6.1). */
public final class Connection {
  private static final Set<String> ALWAYS =
      Set.of(
          "connection",
          "proxy-connection",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings",
          "proxy-authenticate",
          "proxy-authorization");

  private Connection() {}

  static boolean has(List<Field> fields, String option) {
    return options(fields).contains(option);
  }

  private static Set<String> options(List<Field> fields) {
    Set<String> options = new HashSet<>();
    for (Field field : fields) {
      if (field.is("connection")) {
        for (String option : field.value().split(",", -1)) {
          options.add(option.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    return options;
  }

  /**
   * The fields that are passed on. What a client declares to be of its connection may not take away
   * what others rely on.
   */
  public static List<Field> endToEnd(List<Field> fields) {
    Set<String> options = options(fields);
    options.removeAll(Set.of("host", "content-length", "cookie", "authorization"));
    return fields.stream()
        .filter(field -> {
          String name = field.lowerName();
          return !ALWAYS.contains(name) && !options.contains(name);
        })
        .toList();
  }
}
