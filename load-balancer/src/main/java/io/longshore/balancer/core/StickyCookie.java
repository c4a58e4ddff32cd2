package io.longshore.balancer.core;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The cookies that keep a client with its target or its group. A cookie says all that is needed, so
 * that every process of the load balancer reads it alike: a digest of whom it names, and until when
 * it holds. It shows no address. It is not signed: all that one could forge is which of the
 * eligible targets to be sent to.
 */
public final class StickyCookie {
  public static final String TARGET = "AWSALB";
  public static final String GROUP = "AWSALBTG";

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private StickyCookie() {}

  static String nameOf(String text) {
    return Choice.digest(text);
  }

  /** The target that the request's cookie names, if it may still get requests. */
  public static @Nullable Target target(List<Field> fields, GroupView group, Instant now) {
    String name = named(fields, TARGET, now);
    if (name != null) {
      for (Target target : group.eligible()) {
        if (target.cookie().equals(name)) {
          return target;
        }
      }
    }
    return null;
  }

  public static List<String> of(Target target, Duration age, boolean secure, Instant now) {
    return cookies(TARGET, target.cookie(), age, secure, now);
  }

  /** Whether the request's cookie names this group. */
  static boolean names(List<Field> fields, String groupArn, Instant now) {
    return nameOf(groupArn).equals(named(fields, GROUP, now));
  }

  public static List<String> of(String groupArn, Duration age, boolean secure, Instant now) {
    return cookies(GROUP, nameOf(groupArn), age, secure, now);
  }

  /** The second is for scripts of other sites, which only a secure cookie can serve. */
  private static List<String> cookies(
      String cookie, String name, Duration age, boolean secure, Instant now) {
    Instant until = now.plus(age);
    String value = name + "." + Long.toString(until.getEpochSecond(), Character.MAX_RADIX);
    String rest = "=" + value + "; Expires=" + DATE.format(until) + "; Path=/";
    return secure
        ? List.of(cookie + rest, cookie + "CORS" + rest + "; SameSite=None; Secure")
        : List.of(cookie + rest);
  }

  private static @Nullable String named(List<Field> fields, String cookie, Instant now) {
    String value = value(fields, cookie);
    if (value == null) {
      value = value(fields, cookie + "CORS");
    }
    int dot = value == null ? -1 : value.indexOf('.');
    if (value == null || dot < 0) {
      return null;
    }
    try {
      long until = Long.parseLong(value.substring(dot + 1), Character.MAX_RADIX);
      return Instant.ofEpochSecond(until).isAfter(now) ? value.substring(0, dot) : null;
    } catch (NumberFormatException | DateTimeException e) {
      return null;
    }
  }

  private static @Nullable String value(List<Field> fields, String cookie) {
    for (Field field : fields) {
      if (field.is("cookie")) {
        for (String pair : field.value().split(";", -1)) {
          String stripped = pair.strip();
          if (stripped.startsWith(cookie) && stripped.startsWith("=", cookie.length())) {
            return stripped.substring(cookie.length() + 1);
          }
        }
      }
    }
    return null;
  }
}
