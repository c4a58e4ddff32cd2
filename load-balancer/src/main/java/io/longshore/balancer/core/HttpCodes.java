package io.longshore.balancer.core;

/** ELB's matcher, such as {@code 200} or {@code 200-299,301}. */
public final class HttpCodes {
  private HttpCodes() {}

  /** What is no range of codes matches nothing. */
  public static boolean matches(String matcher, int code) {
    for (String part : matcher.split(",", -1)) {
      int dash = part.indexOf('-');
      try {
        int low = Integer.parseInt((dash < 0 ? part : part.substring(0, dash)).strip());
        int high = dash < 0 ? low : Integer.parseInt(part.substring(dash + 1).strip());
        if (low <= code && code <= high) {
          return true;
        }
      } catch (NumberFormatException e) {
        continue;
      }
    }
    return false;
  }
}
