package io.longshore.messages.query;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Reads regular expressions, of which it refuses what {@link LinearPattern} cannot match. */
final class PatternParser {
  private static final int DEEPEST = 32;
  private static final int MOST_REPEATS = 1000;

  private final int[] text;
  private final int offset;
  private int at;
  private int depth;

  PatternParser(String text, int offset) {
    this.text = text.codePoints().toArray();
    this.offset = offset;
  }

  PatternNode parse() throws InvalidQueryException {
    PatternNode node = choice();
    if (at < text.length) {
      throw problem("')' was not opened");
    }
    return node;
  }

  private PatternNode choice() throws InvalidQueryException {
    if (++depth > DEEPEST) {
      throw problem("the pattern is nested deeper than " + DEEPEST + " levels");
    }
    List<PatternNode> parts = new ArrayList<>(List.of(sequence()));
    while (takes('|')) {
      parts.add(sequence());
    }
    depth--;
    return parts.size() == 1 ? parts.getFirst() : new PatternNode.Choice(parts);
  }

  private PatternNode sequence() throws InvalidQueryException {
    List<PatternNode> parts = new ArrayList<>();
    while (at < text.length && text[at] != '|' && text[at] != ')') {
      if (text[at] == '^' || text[at] == '$') {
        anchor();
      } else {
        parts.add(repeated(single()));
      }
    }
    return new PatternNode.Sequence(parts);
  }

  /** Where an anchor holds of any whole text it may stand; elsewhere nothing would ever match. */
  private void anchor() throws InvalidQueryException {
    boolean holds = text[at] == '^' ? at == 0 : at == text.length - 1;
    if (!holds) {
      throw problem("anchors can only stand at the ends of a pattern");
    }
    at++;
  }

  private PatternNode repeated(PatternNode part) throws InvalidQueryException {
    PatternNode node = part;
    int times = 0;
    while (at < text.length && "?*+{".indexOf(text[at]) >= 0) {
      if (++times > 2) {
        throw problem("too many repetitions of the same");
      }
      node =
          switch (text[at++]) {
            case '?' -> new PatternNode.Repeat(node, 0, 1);
            case '*' -> new PatternNode.Repeat(node, 0, PatternNode.Repeat.UNBOUNDED);
            case '+' -> new PatternNode.Repeat(node, 1, PatternNode.Repeat.UNBOUNDED);
            default -> counted(node);
          };
    }
    return node;
  }

  private PatternNode counted(PatternNode part) throws InvalidQueryException {
    int least = count();
    int most = least;
    if (takes(',')) {
      most = at < text.length && text[at] == '}' ? PatternNode.Repeat.UNBOUNDED : count();
    }
    if (!takes('}') || (most != PatternNode.Repeat.UNBOUNDED && most < least)) {
      throw problem("a repetition such as {2,4} is expected");
    }
    return new PatternNode.Repeat(part, least, most);
  }

  private int count() throws InvalidQueryException {
    int begin = at;
    int count = 0;
    while (at < text.length && text[at] >= '0' && text[at] <= '9' && count <= MOST_REPEATS) {
      count = count * 10 + text[at++] - '0';
    }
    if (at == begin || count > MOST_REPEATS) {
      throw problem("a count up to " + MOST_REPEATS + " is expected");
    }
    return count;
  }

  private PatternNode single() throws InvalidQueryException {
    int character = text[at++];
    return switch (character) {
      case '.' -> new PatternNode.One(any -> true);
      case '\\' -> new PatternNode.One(escaped());
      case '[' -> new PatternNode.One(characterClass());
      case '(' -> group();
      case '?', '*', '+', '{' -> {
        at--;
        throw problem("there is nothing to repeat");
      }
      default -> new PatternNode.One(c -> c == character);
    };
  }

  private PatternNode group() throws InvalidQueryException {
    if (takes('?') && !takes(':')) {
      throw problem("of the groups that begin with '?' only '(?:' is known");
    }
    PatternNode inner = choice();
    if (!takes(')')) {
      throw problem("')' is missing");
    }
    return inner;
  }

  private IntPredicate escaped() throws InvalidQueryException {
    if (at == text.length) {
      throw problem("something is expected after '\\'");
    }
    int character = text[at++];
    return switch (character) {
      case 'd' -> PatternParser::isDigit;
      case 'D' -> c -> !isDigit(c);
      case 'w' -> PatternParser::isOfWord;
      case 'W' -> c -> !isOfWord(c);
      case 's' -> PatternParser::isSpace;
      case 'S' -> c -> !isSpace(c);
      default -> {
        if (isOfWord(character)) {
          at--;
          throw problem("of the escapes of letters and digits only \\d \\w \\s are known");
        }
        yield c -> c == character;
      }
    };
  }

  private IntPredicate characterClass() throws InvalidQueryException {
    boolean negated = takes('^');
    List<IntPredicate> ranges = new ArrayList<>();
    while (at < text.length && (ranges.isEmpty() || text[at] != ']')) {
      ranges.add(range());
    }
    if (!takes(']')) {
      throw problem("']' is missing");
    }
    return c -> ranges.stream().anyMatch(range -> range.test(c)) != negated;
  }

  private IntPredicate range() throws InvalidQueryException {
    int low = text[at++];
    if (low == '[' || (low == '&' && at < text.length && text[at] == '&')) {
      at--;
      throw problem("classes cannot be nested or cut");
    }
    if (low == '\\') {
      return escaped();
    }
    boolean single = at + 1 >= text.length || text[at] != '-' || text[at + 1] == ']';
    if (single) {
      return c -> c == low;
    }
    int high = text[at + 1];
    if (high < low || high == '\\' || high == '[') {
      throw problem("that is no range of characters");
    }
    at += 2;
    return c -> c >= low && c <= high;
  }

  private boolean takes(char sign) {
    if (at == text.length || text[at] != sign) {
      return false;
    }
    at++;
    return true;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isOfWord(int c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isSpace(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private InvalidQueryException problem(String problem) {
    return new InvalidQueryException(offset + at + 1, problem);
  }
}
