package io.longshore.runner.engine.kubernetes;

import io.longshore.messages.OutputLine;
import io.longshore.runner.engine.LineAssembler;
import io.longshore.runner.engine.Lines;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.concurrent.TimeUnit;

/**
 * The lines of a log with times: each is its time, a space, and the text. The node has put the
 * pieces of long lines together, and does not say which of the two outputs a line was written to.
 *
 * <p>A line's position is its time, or one more than that of the line before it if that is as late.
 */
final class PodLines {
  private static final int LONGEST_TIME = 64;
  private static final int PIECE = 8 << 10;

  private final long after;
  private final Lines lines;
  private final LineAssembler line = new LineAssembler();
  private final StringBuilder time = new StringBuilder();
  private boolean inText;
  private long reached;

  /**
   * @param after the position of the last line that is not told again
   */
  PodLines(long after, Lines lines) {
    this.after = after;
    this.lines = lines;
  }

  /**
   * Until the log ends; may be called again for the log that follows it.
   *
   * @param whole whether a line without an end is one
   */
  void read(InputStream in, boolean whole) throws IOException, InterruptedException {
    byte[] buffer = new byte[PIECE];
    int read = in.read(buffer);
    while (read >= 0) {
      take(buffer, read);
      read = in.read(buffer);
    }
    if (whole && inText) {
      tell();
    }
    inText = false;
    time.setLength(0);
    line.discard();
  }

  private void take(byte[] buffer, int length) throws IOException, InterruptedException {
    int at = 0;
    while (at < length) {
      if (!inText) {
        at = takeTime(buffer, at, length);
        continue;
      }
      int end = at;
      while (end < length && buffer[end] != '\n') {
        end++;
      }
      line.add(buffer, at, end - at);
      if (end < length) {
        tell();
        end++;
      }
      at = end;
    }
  }

  private int takeTime(byte[] buffer, int from, int length) throws IOException {
    for (int at = from; at < length; at++) {
      if (buffer[at] == ' ') {
        inText = true;
        return at + 1;
      }
      time.append((char) buffer[at]);
      if (time.length() > LONGEST_TIME) {
        throw new IOException("a line does not begin with its time");
      }
    }
    return length;
  }

  private void tell() throws IOException, InterruptedException {
    long atNanos = nanos(time.toString());
    String text = line.take();
    inText = false;
    time.setLength(0);
    reached = Math.max(atNanos, reached + 1);
    if (reached > after) {
      lines.line(new OutputLine(reached, atNanos, false, text));
    }
  }

  private static long nanos(String time) throws IOException {
    try {
      var at = OffsetDateTime.parse(time).toInstant();
      return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
    } catch (DateTimeException e) {
      throw new IOException("a line does not begin with its time", e);
    }
  }
}
