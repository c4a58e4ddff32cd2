package io.longshore.messages.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads expressions by recursive descent:
 *
 * <pre>{@code
 * any        = all { ("||" | "or") all }
 * all        = single { ("&&" | "and") single }
 * single     = ("!" | "not") single | "(" any ")" | comparison
 * comparison = subject operator [ argument ]
 * }</pre>
 */
final class QueryParser {
  private static final int DEEPEST = 32;
  private static final int MOST_ARGUMENTS = 100;

  /** What neither a subject nor a bare argument of a list can contain. */
  private static final String SUBJECT_ENDS = "=!<>()[]&|,'\"~";

  private final String text;
  private int at;
  private int depth;

  QueryParser(String text) {
    this.text = text;
  }

  Query parse() throws InvalidQueryException {
    if (text.length() > Query.LONGEST) {
      throw problem(Query.LONGEST, "an expression has at most " + Query.LONGEST + " characters");
    }
    Query query = any();
    skipSpace();
    if (at < text.length()) {
      throw problem(at, "'and', 'or' or the end is expected");
    }
    return query;
  }

  private Query any() throws InvalidQueryException {
    List<Query> parts = new ArrayList<>(List.of(all()));
    while (takes("||") || takesWord("or")) {
      parts.add(all());
    }
    return parts.size() == 1 ? parts.getFirst() : new Query.Any(List.copyOf(parts));
  }

  private Query all() throws InvalidQueryException {
    List<Query> parts = new ArrayList<>(List.of(single()));
    while (takes("&&") || takesWord("and")) {
      parts.add(single());
    }
    return parts.size() == 1 ? parts.getFirst() : new Query.All(List.copyOf(parts));
  }

  private Query single() throws InvalidQueryException {
    if (++depth > DEEPEST) {
      throw problem(at, "nested deeper than " + DEEPEST + " levels");
    }
    try {
      if (takes("!") || takesWord("not")) {
        return new Query.Not(single());
      }
      if (!takes("(")) {
        return comparison();
      }
      Query inner = any();
      if (!takes(")")) {
        throw problem(at, "')' is expected");
      }
      return inner;
    } finally {
      depth--;
    }
  }

  private Query comparison() throws InvalidQueryException {
    Subject subject = subject();
    Operator operator = operator();
    if (operator.takesNothing()) {
      return new Query.Comparison(subject, operator, List.of(), null);
    }
    if (operator.takesPattern()) {
      skipSpace();
      int begin = quoteAt() ? at + 1 : at;
      return new Query.Comparison(
          subject, operator, List.of(), LinearPattern.compile(argument(true), begin));
    }
    List<Value> arguments = operator.takesList() ? list(subject) : List.of(value(subject));
    return new Query.Comparison(subject, operator, arguments, null);
  }

  private Subject subject() throws InvalidQueryException {
    skipSpace();
    int begin = at;
    while (at < text.length() && !isSpace(at) && SUBJECT_ENDS.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String name = text.substring(begin, at);
    if (name.isEmpty()) {
      throw problem(begin, "a subject such as attribute:name is expected");
    }
    if (name.equals("task:group")) {
      return new Subject.TaskGroup();
    }
    if (name.startsWith("attribute:") && name.length() > "attribute:".length()) {
      return new Subject.Attribute(name.substring("attribute:".length()));
    }
    Optional<Subject.Field> field = Subject.Field.ofWireName(name);
    if (field.isEmpty()) {
      throw problem(begin, "there is no subject of that name");
    }
    return field.get();
  }

  private Operator operator() throws InvalidQueryException {
    skipSpace();
    int begin = at;
    for (String word : List.of("!exists", "!in")) {
      if (takesWord(word)) {
        return Operator.ofSign(word).orElseThrow();
      }
    }
    for (int length = 2; length > 0; length--) {
      int end = Math.min(text.length(), begin + length);
      Optional<Operator> sign = Operator.ofSign(text.substring(begin, end));
      if (sign.isPresent() && !Character.isLetter(text.charAt(begin))) {
        at = end;
        return sign.get();
      }
    }
    int end = begin;
    while (end < text.length() && isOfWord(text.charAt(end))) {
      end++;
    }
    Optional<Operator> word = Operator.ofWord(text.substring(begin, end));
    if (word.isEmpty()) {
      throw problem(begin, "an operator such as == is expected");
    }
    at = end;
    return word.get();
  }

  private List<Value> list(Subject subject) throws InvalidQueryException {
    if (!takes("[")) {
      throw problem(at, "a list such as [a, b] is expected");
    }
    List<Value> values = new ArrayList<>();
    do {
      values.add(value(subject));
      if (values.size() > MOST_ARGUMENTS) {
        throw problem(at, "a list has at most " + MOST_ARGUMENTS + " arguments");
      }
    } while (takes(","));
    if (!takes("]")) {
      throw problem(at, "',' or ']' is expected");
    }
    return List.copyOf(values);
  }

  private Value value(Subject subject) throws InvalidQueryException {
    skipSpace();
    int begin = at;
    Value value = Value.of(subject.kind(), argument(false));
    String wrong = value.problem();
    if (wrong != null) {
      throw problem(begin, wrong);
    }
    return value;
  }

  /**
   * A quoted text, or all up to a space, a bracket that was not opened in it, or what joins
   * comparisons.
   *
   * @param pattern whether brackets and commas may be in it
   */
  private String argument(boolean pattern) throws InvalidQueryException {
    int begin = at;
    if (quoteAt()) {
      int end = text.indexOf(text.charAt(at), at + 1);
      if (end < 0) {
        throw problem(begin, "the quotation is not closed");
      }
      at = end + 1;
      return text.substring(begin + 1, end);
    }
    int open = 0;
    while (at < text.length() && !isSpace(at) && (open > 0 || !endsArgument(pattern))) {
      char next = text.charAt(at);
      open += pattern && "([".indexOf(next) >= 0 ? 1 : 0;
      open -= pattern && ")]".indexOf(next) >= 0 ? 1 : 0;
      // What is escaped neither opens nor closes.
      at += pattern && next == '\\' && at + 1 < text.length() ? 2 : 1;
    }
    if (at == begin) {
      throw problem(begin, "an argument is expected");
    }
    return text.substring(begin, at);
  }

  private boolean endsArgument(boolean pattern) {
    char next = text.charAt(at);
    return next == ')'
        || text.startsWith("&&", at)
        || text.startsWith("||", at)
        || (!pattern && "([],'\"".indexOf(next) >= 0);
  }

  private boolean quoteAt() {
    return at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"');
  }

  private boolean takes(String sign) {
    skipSpace();
    if (!text.startsWith(sign, at)) {
      return false;
    }
    at += sign.length();
    return true;
  }

  private boolean takesWord(String word) {
    skipSpace();
    int end = at + word.length();
    if (!text.startsWith(word, at) || (end < text.length() && isOfWord(text.charAt(end)))) {
      return false;
    }
    at = end;
    return true;
  }

  private static boolean isOfWord(char c) {
    return Character.isLetterOrDigit(c) || "_:.-/".indexOf(c) >= 0;
  }

  private boolean isSpace(int index) {
    return Character.isWhitespace(text.charAt(index));
  }

  private void skipSpace() {
    while (at < text.length() && isSpace(at)) {
      at++;
    }
  }

  private static InvalidQueryException problem(int index, String problem) {
    return new InvalidQueryException(index + 1, problem);
  }
}
