package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CloudWatch's filter patterns for text: words and quoted phrases, all of which a line must have;
 * with {@code -} before them, none; with {@code ?}, at least one of those. Patterns for JSON, for
 * columns and for regular expressions are refused.
 */
public final class FilterPattern {
  private static final int LONGEST = 1024;
  private static final Pattern TERM =
      Pattern.compile("\\s*([-?]?)(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([\\p{L}\\p{N}_]+))(?=\\s|$)");

  private final List<String> all = new ArrayList<>();
  private final List<String> none = new ArrayList<>();
  private final List<String> any = new ArrayList<>();

  private FilterPattern() {}

  /**
   * @throws EcsException InvalidParameterException for what is no pattern of these kinds
   */
  public static FilterPattern parse(String text) {
    FilterPattern pattern = new FilterPattern();
    Rules.longest("filterPattern", text, LONGEST);
    String rest = text.strip();
    Matcher matcher = TERM.matcher(rest);
    int at = 0;
    while (at < rest.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw invalid(
            "Invalid filter pattern at '%s': it may have words, and phrases in double quotes, with - or ? before them."
                .formatted(Rules.shown(rest.substring(at))));
      }
      String phrase = matcher.group(2);
      String term = phrase == null ? matcher.group(3) : phrase.replaceAll("\\\\(.)", "$1");
      switch (matcher.group(1)) {
        case "-" -> pattern.none.add(term);
        case "?" -> pattern.any.add(term);
        default -> pattern.all.add(term);
      }
      at = matcher.end();
    }
    return pattern;
  }

  public boolean matches(String line) {
    return all.stream().allMatch(line::contains)
        && none.stream().noneMatch(line::contains)
        && (any.isEmpty() || any.stream().anyMatch(line::contains));
  }
}
