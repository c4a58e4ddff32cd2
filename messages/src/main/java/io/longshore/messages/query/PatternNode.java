package io.longshore.messages.query;

import java.util.List;
import java.util.function.IntPredicate;

/** A regular expression, read. */
sealed interface PatternNode {
  /** One character. */
  record One(IntPredicate character) implements PatternNode {}

  /** One after the other; none is the empty text. */
  record Sequence(List<PatternNode> parts) implements PatternNode {}

  /** One of them. */
  record Choice(List<PatternNode> parts) implements PatternNode {}

  /** The same over and over. */
  record Repeat(PatternNode part, int least, int most) implements PatternNode {
    static final int UNBOUNDED = -1;
  }
}
