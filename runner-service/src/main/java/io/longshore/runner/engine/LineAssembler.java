package io.longshore.runner.engine;

import io.longshore.messages.OutputLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Makes one line of the pieces it comes in. However long it is, no more is kept of it than is told;
 * what is no UTF-8 is told as U+FFFD.
 */
public final class LineAssembler {
  /** Ends a line that was too long. */
  public static final String CUT = " [cut]";

  // What an ordinary line's buffer grows to; a larger one is not kept for the next line.
  private static final int ORDINARY = 32 << 10;

  private ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean begun;

  public void add(byte[] piece, int from, int length) {
    begun = true;
    bytes.write(piece, from, Math.min(length, OutputLine.LONGEST - bytes.size()));
  }

  /** Whether nothing came since the last line. */
  public boolean isEmpty() {
    return !begun;
  }

  /** The line as far as it came; the next one begins. */
  public String take() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    boolean full = bytes.size() >= OutputLine.LONGEST;
    if (bytes.size() > ORDINARY) {
      bytes = new ByteArrayOutputStream();
    }
    discard();
    return bounded(text.replace('\0', '\uFFFD'), full);
  }

  /** Forgets what came. */
  public void discard() {
    bytes.reset();
    begun = false;
  }

  private static String bounded(String text, boolean full) {
    int cost = 0;
    for (int i = 0; i < text.length(); i++) {
      cost += OutputLine.cost(text.charAt(i));
      if (cost > OutputLine.LONGEST) {
        int end = Character.isLowSurrogate(text.charAt(i)) ? i - 1 : i;
        return text.substring(0, end) + CUT;
      }
    }
    return full ? text + CUT : text;
  }
}
