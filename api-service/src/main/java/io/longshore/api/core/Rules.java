package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Ids;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks that many operations share. Every message names the member. */
public final class Rules {
  private static final int SHOWN = 80;

  private Rules() {}

  public static String required(Members members, String name) {
    String value = members.text(name);
    if (value == null || value.isEmpty()) {
      throw invalid(name + " must not be null or empty.").at(name);
    }
    return value;
  }

  /** A name of 1 to 255 letters, digits, underscores and hyphens. */
  public static String name(String member, String value) {
    if (!Ids.isName(value)) {
      throw invalid(
              "%s must be 1 to 255 letters, digits, underscores and hyphens, not '%s'."
                  .formatted(member, shown(value)))
          .at(member);
    }
    return value;
  }

  public static int range(String member, int value, int least, int most) {
    if (value < least || value > most) {
      throw invalid("%s must be between %d and %d, not %d.".formatted(member, least, most, value))
          .at(member);
    }
    return value;
  }

  public static @Nullable String longest(String member, @Nullable String value, int most) {
    if (value != null && value.length() > most) {
      throw invalid("%s must have at most %d characters.".formatted(member, most)).at(member);
    }
    return value;
  }

  public static <T> List<T> atMost(String member, List<T> list, int most) {
    if (list.size() > most) {
      throw invalid("%s must have at most %d items, not %d.".formatted(member, most, list.size()))
          .at(member);
    }
    return list;
  }

  /** ECS's idempotency tokens: printable ASCII. */
  public static @Nullable String clientToken(Members request, int most) {
    String token = longest("clientToken", request.text("clientToken"), most);
    if (token != null && !token.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw invalid("clientToken must consist of printable ASCII characters.");
    }
    return token == null || token.isEmpty() ? null : token;
  }

  /** Short enough for a message and without control characters. */
  public static String shown(String value) {
    String printable = value.replaceAll("\\p{C}", "?");
    return printable.length() <= SHOWN ? printable : printable.substring(0, SHOWN) + "…";
  }
}
