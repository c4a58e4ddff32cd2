package io.longshore.runner.engine.docker;

import io.longshore.messages.OutputLine;
import io.longshore.runner.engine.LineAssembler;
import io.longshore.runner.engine.Lines;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The engine's answer to a question for output, with times. Each entry is a frame: a byte that says
 * which of the two outputs, three that are zero, four for the length, the time, a space, the text
 * and a line break. Of a line over 16 KiB the engine makes several entries with one time, and only
 * the last has the line break. A container with a terminal has entries without frames.
 *
 * <p>A line's position is its time, or one more than that of the line before it if that is as late.
 * So it is the same whenever it is read, unless the engine's clock goes back for long.
 */
final class DockerLines {
  private static final int STANDARD_ERROR = 2;
  private static final int LONGEST_TIME = 64;
  private static final int PIECE = 8 << 10;

  private final InputStream in;
  private final long after;
  private final Lines lines;
  private final Piece out = new Piece(false);
  private final Piece error = new Piece(true);
  private final byte[] buffer = new byte[PIECE];
  private long reached;

  /** A line on its way; entries of the two outputs come mixed. */
  private static final class Piece {
    final boolean error;
    final LineAssembler line = new LineAssembler();
    long atNanos;

    Piece(boolean error) {
      this.error = error;
    }
  }

  /**
   * @param after the position of the last line that is not told again
   */
  DockerLines(InputStream in, long after, Lines lines) {
    this.in = in;
    this.after = after;
    this.lines = lines;
  }

  /**
   * Until the answer ends.
   *
   * @param whole whether a line without an end is one
   */
  void read(boolean whole) throws IOException, InterruptedException {
    int first = in.read();
    // Times begin with a digit, frames with a byte from 0 to 2.
    if (first > STANDARD_ERROR) {
      terminal(first);
    } else {
      while (first >= 0) {
        frame(first);
        first = in.read();
      }
    }
    if (whole) {
      for (Piece piece : new Piece[] {out, error}) {
        if (!piece.line.isEmpty()) {
          tell(piece, piece.line.take());
        }
      }
    }
  }

  private void frame(int kind) throws IOException, InterruptedException {
    byte[] header = in.readNBytes(7);
    if (header.length < 7) {
      throw new EOFException("a frame broke off");
    }
    long left = 0;
    for (int i = 3; i < 7; i++) {
      left = (left << 8) | (header[i] & 0xFF);
    }
    Piece piece = kind == STANDARD_ERROR ? error : out;
    String time = time((int) Math.min(left, LONGEST_TIME), null);
    left -= time.length() + 1;
    begin(piece, time);
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(left, PIECE));
      if (read < 0) {
        throw new EOFException("a frame broke off");
      }
      left -= read;
      add(piece, read, "");
    }
  }

  /** Up to and with the space after it. */
  private String time(int most, @Nullable Integer first) throws IOException {
    StringBuilder time = new StringBuilder();
    int next = first == null ? in.read() : first;
    while (next >= 0 && next != ' ' && time.length() < most) {
      time.append((char) next);
      next = in.read();
    }
    return time.toString();
  }

  private void begin(Piece piece, String time) throws IOException {
    if (!piece.line.isEmpty()) {
      return;
    }
    try {
      Instant at = Instant.parse(time);
      piece.atNanos = TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
    } catch (DateTimeException e) {
      throw new IOException("an entry does not begin with its time", e);
    }
  }

  /**
   * @param repeated what the engine puts before each further entry of a line
   */
  private void add(Piece piece, int length, String repeated) throws InterruptedException {
    int begin = 0;
    for (int i = 0; i < length; i++) {
      if (buffer[i] == '\n') {
        piece.line.add(buffer, begin, i - begin);
        begin = i + 1;
        String text = piece.line.take();
        tell(piece, repeated.isEmpty() ? text : plain(text, repeated));
      }
    }
    if (begin < length) {
      piece.line.add(buffer, begin, length - begin);
    }
  }

  private static String plain(String text, String repeated) {
    String line = text.replace(repeated, "");
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  private void terminal(int first) throws IOException, InterruptedException {
    int next = first;
    while (next >= 0) {
      String time = time(LONGEST_TIME, next);
      begin(out, time);
      next = in.read();
      while (next >= 0 && next != '\n') {
        buffer[0] = (byte) next;
        out.line.add(buffer, 0, 1);
        next = in.read();
      }
      if (next == '\n') {
        buffer[0] = '\n';
        add(out, 1, time + " ");
        next = in.read();
      }
    }
  }

  private void tell(Piece piece, String text) throws InterruptedException {
    reached = Math.max(piece.atNanos, reached + 1);
    if (reached > after) {
      lines.line(new OutputLine(reached, piece.atNanos, piece.error, text));
    }
  }
}
