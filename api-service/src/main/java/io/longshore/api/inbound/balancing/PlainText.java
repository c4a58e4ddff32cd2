package io.longshore.api.inbound.balancing;

import io.longshore.api.inbound.AwsJson;
import java.util.List;
import java.util.Map;

/**
 * The texts of a request of ELB, by whichever door it came: what is kept of them is shown in XML,
 * which has no word for most control characters.
 */
public final class PlainText {
  private PlainText() {}

  /**
   * Checks every text of a tree.
   *
   * @param path of the tree; empty for a whole request
   * @throws io.longshore.api.core.EcsException SerializationException, with the path of the text
   */
  public static void check(Object tree, String path) {
    switch (tree) {
      case String text -> text(text, path);
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          check(list.get(i), path + "[" + i + "]");
        }
      }
      case Map<?, ?> map ->
          map.forEach(
              (name, value) -> check(value, path.isEmpty() ? "" + name : path + "." + name));
      default -> {}
    }
  }

  /** The text, when it can be shown. */
  static String text(String text, String path) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // A decoder has put U+FFFD for what is no UTF-8.
      if (c == '\uFFFD' || (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c >= '\uFFFE') {
        throw AwsJson.mismatch(path, "text without control characters");
      }
    }
    return text;
  }
}
