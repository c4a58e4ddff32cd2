package io.longshore.messages;

/**
 * One line of a container's output.
 *
 * @param position rises strictly within a stream, and is the same however often the line is read
 *     from its engine: a reader that has a position has every line up to it. 1 or more
 * @param atNanos when the engine took it in, in nanoseconds since 1970
 * @param error whether it was written to standard error
 * @param text without its line break
 */
public record OutputLine(long position, long atNanos, boolean error, String text) {
  /**
   * The longest line, in bytes of {@link #cost}; CloudWatch's bound of an event. What is longer is
   * cut.
   */
  public static final int LONGEST = 256 << 10;

  /** What it takes to send and to keep it, in bytes: its text as JSON, and a little more. */
  public int cost() {
    int cost = 64;
    for (int i = 0; i < text.length(); i++) {
      cost += cost(text.charAt(i));
    }
    return cost;
  }

  /** The bytes of one character as JSON; half a pair of surrogates counts half of the pair. */
  public static int cost(char character) {
    if (character < 0x20) {
      return 6;
    }
    if (character < 0x80) {
      return character == '"' || character == '\\' ? 2 : 1;
    }
    return character < 0x800 || Character.isSurrogate(character) ? 2 : 3;
  }
}
