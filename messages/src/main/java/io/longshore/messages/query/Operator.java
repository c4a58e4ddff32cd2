package io.longshore.messages.query;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** How a subject is compared. */
enum Operator {
  EQUALS("==", "equals"),
  NOT_EQUALS("!=", "not_equals"),
  GREATER_THAN_EQUAL(">=", "greater_than_equal"),
  GREATER_THAN(">", "greater_than"),
  LESS_THAN_EQUAL("<=", "less_than_equal"),
  LESS_THAN("<", "less_than"),
  MATCHES("=~", "matches"),
  NOT_MATCHES("!~", "not_matches"),
  NOT_EXISTS("!exists", "not_exists"),
  EXISTS("exists", "exists"),
  NOT_IN("!in", "not_in"),
  IN("in", "in");

  private final String sign;
  private final String word;

  Operator(String sign, String word) {
    this.sign = sign;
    this.word = word;
  }

  static Optional<Operator> ofSign(String text) {
    return Arrays.stream(values()).filter(operator -> operator.sign.equals(text)).findFirst();
  }

  static Optional<Operator> ofWord(String text) {
    return Arrays.stream(values()).filter(operator -> operator.word.equals(text)).findFirst();
  }

  boolean takesNothing() {
    return this == EXISTS || this == NOT_EXISTS;
  }

  boolean takesList() {
    return this == IN || this == NOT_IN;
  }

  boolean takesPattern() {
    return this == MATCHES || this == NOT_MATCHES;
  }

  /** One that is true exactly where another one is false. */
  boolean isNegative() {
    return Set.of(NOT_EQUALS, NOT_MATCHES, NOT_EXISTS, NOT_IN).contains(this);
  }
}
