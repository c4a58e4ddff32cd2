package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of CloudWatch Logs. They say the same to every api instance, and hold nothing that a
 * request could not ask for: so they are not authenticated.
 */
public final class LogTokens {
  private static final Pattern WAY = Pattern.compile("([fb])/(\\d{1,19})");
  private static final Pattern PLACE = Pattern.compile("(\\d{1,19}) (\\d{1,19}) (.{1,512})");
  private static final int LONGEST = 1024;

  private LogTokens() {}

  /**
   * From where, and in which direction, a stream is read on.
   *
   * @param position of a line that the reader has
   */
  public record Way(boolean forward, long position) {
    public String text() {
      return (forward ? "f/" : "b/") + position;
    }
  }

  /** Null for no token. */
  public static @Nullable Way way(@Nullable String token) {
    if (token == null || token.isEmpty()) {
      return null;
    }
    Matcher matcher = WAY.matcher(token);
    if (!matcher.matches()) {
      throw refused();
    }
    return new Way(matcher.group(1).equals("f"), number(matcher.group(2)));
  }

  /** A line in the order of all lines of a group. */
  public record Place(long atNanos, long position, String stream) {
    public String text() {
      return encoded("%d %d %s".formatted(atNanos, position, stream));
    }
  }

  /** Null for no token. */
  public static @Nullable Place place(@Nullable String token) {
    String text = name(token);
    if (text == null) {
      return null;
    }
    Matcher matcher = PLACE.matcher(text);
    if (!matcher.matches()) {
      throw refused();
    }
    return new Place(number(matcher.group(1)), number(matcher.group(2)), matcher.group(3));
  }

  /** A list goes on after this name. */
  public static String ofName(String name) {
    return encoded(name);
  }

  /** Null for no token. */
  public static @Nullable String name(@Nullable String token) {
    if (token == null || token.isEmpty()) {
      return null;
    }
    try {
      if (token.length() <= LONGEST) {
        return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      }
    } catch (IllegalArgumentException e) {
      throw refused();
    }
    throw refused();
  }

  private static String encoded(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw refused();
    }
  }

  private static EcsException refused() {
    return invalid("The specified nextToken is invalid.");
  }
}
