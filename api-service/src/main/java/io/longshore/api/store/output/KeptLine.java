package io.longshore.api.store.output;

import io.longshore.messages.OutputLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A line as it is kept. In its file it is a line, too: its four numbers, and its text with escapes.
 *
 * @param position rises strictly within a stream
 * @param atNanos when it was written, in nanoseconds since 1970; never falls within a stream
 * @param takenInMillis when it was taken in here, in milliseconds since 1970
 */
public record KeptLine(
    long position, long atNanos, boolean error, long takenInMillis, String text) {
  private static final int NUMBERS = 4;

  static KeptLine of(OutputLine line, long atNanos, long takenInMillis) {
    return new KeptLine(line.position(), atNanos, line.error(), takenInMillis, line.text());
  }

  /** When it was written, in milliseconds since 1970. */
  public long atMillis() {
    return Math.floorDiv(atNanos, 1_000_000L);
  }

  /** What it takes of an answer, about, in bytes; CloudWatch counts 26 beside the text. */
  public int size() {
    return text.length() + 26;
  }

  void write(ByteArrayOutputStream out) {
    String numbers = "%d %d %d %d ".formatted(position, atNanos, error ? 1 : 0, takenInMillis);
    out.writeBytes(numbers.getBytes(StandardCharsets.US_ASCII));
    String escaped = text.indexOf('\\') < 0 && text.indexOf('\n') < 0 ? text : escaped(text);
    out.writeBytes(escaped.getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n");
  }

  /**
   * Reads a line of a file.
   *
   * @param line without its end
   * @return null for what is no such line
   */
  static @Nullable KeptLine read(byte[] line, int from, int to) {
    long[] numbers = new long[NUMBERS];
    int at = from;
    for (int i = 0; i < NUMBERS; i++) {
      int begin = at;
      while (at < to && line[at] >= '0' && line[at] <= '9' && at - begin < 19) {
        numbers[i] = numbers[i] * 10 + (line[at] - '0');
        at++;
      }
      if (at == begin || at == to || line[at] != ' ') {
        return null;
      }
      at++;
    }
    String text = new String(line, at, to - at, StandardCharsets.UTF_8);
    String plain = text.indexOf('\\') < 0 ? text : plain(text);
    return new KeptLine(numbers[0], numbers[1], numbers[2] == 1, numbers[3], plain);
  }

  private static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        plain.append(text.charAt(i) == 'n' ? '\n' : text.charAt(i));
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
