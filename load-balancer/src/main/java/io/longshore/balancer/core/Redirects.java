package io.longshore.balancer.core;

import io.longshore.messages.Route;

/** Where a redirect leads, with ELB's placeholders filled in. */
public final class Redirects {
  private Redirects() {}

  public static String location(Route.Action.Redirect redirect, Asked asked) {
    String path = filled(redirect.path(), asked);
    String query = filled(redirect.query(), asked);
    return filled(redirect.protocol(), asked).toLowerCase(java.util.Locale.ROOT)
        + "://"
        + filled(redirect.host(), asked)
        + ":"
        + filled(redirect.port(), asked)
        + (path.startsWith("/") ? path : "/" + path)
        + (query.isEmpty() ? "" : "?" + query);
  }

  private static String filled(String part, Asked asked) {
    if (part.indexOf('#') < 0) {
      return part;
    }
    String query = asked.query();
    return part.replace("#{protocol}", asked.secure() ? "https" : "http")
        .replace("#{port}", Integer.toString(asked.port()))
        .replace("#{host}", asked.host())
        .replace("#{path}", asked.path().startsWith("/") ? asked.path().substring(1) : asked.path())
        .replace("#{query}", query == null ? "" : query);
  }
}
