package io.longshore.balancer.core;

/** ELB's matcher, such as {@code 200} or {@code 200-299,301}. */
public final class HttpCodes {
  private HttpCodes() {}

  /** What is no range of codes matches nothing. */
  public static boolean matches(String matcher, int code) {
    for (String part : matcher.split(",", -1)) {
      if (isWithin(part, code)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWithin(String range, int code) {
    int dash = range.indexOf('-');
    try {
      int low = Integer.parseInt((dash < 0 ? range : range.substring(0, dash)).strip());
      int high = dash < 0 ? low : Integer.parseInt(range.substring(dash + 1).strip());
      return low <= code && code <= high;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
