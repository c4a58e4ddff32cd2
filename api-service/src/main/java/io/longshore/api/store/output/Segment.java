package io.longshore.api.store.output;

import io.longshore.messages.Codec;
import io.longshore.messages.UnreadableMessageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A file with some lines of one stream, in their order. Its first line says whose they are. One
 * thread appends; any number read what had been appended before they came.
 */
final class Segment {
  // The longest line, every character of it written as two, with its numbers.
  private static final int LONGEST_LINE = 1 << 20;
  private static final int PIECE = 64 << 10;

  private final Path file;
  private final long begin;
  private volatile long size;
  private volatile KeptLine first;
  private volatile KeptLine last;

  private Segment(Path file, long begin, long size, KeptLine first, KeptLine last) {
    this.file = file;
    this.begin = begin;
    this.size = size;
    this.first = withoutText(first);
    this.last = withoutText(last);
  }

  private static KeptLine withoutText(KeptLine line) {
    return new KeptLine(line.position(), line.atNanos(), line.error(), line.takenInMillis(), "");
  }

  /** Makes a file with its first lines. */
  static Segment create(Path file, About about, List<KeptLine> lines) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Codec.encode(about));
    bytes.write('\n');
    long begin = bytes.size();
    lines.forEach(line -> line.write(bytes));
    Files.write(file, bytes.toByteArray());
    return new Segment(file, begin, bytes.size(), lines.getFirst(), lines.getLast());
  }

  /** A file that was there, and whose it is. */
  record Opened(About about, Segment segment) {}

  /**
   * Looks at a file from an earlier life of this process. What a sudden end left unfinished at its
   * end is cut off.
   *
   * @return null for a file without lines
   */
  static @Nullable Opened open(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long whole = endOfLastLine(channel, channel.size());
      if (whole < channel.size()) {
        channel.truncate(whole);
      }
      byte[] head = bytes(channel, 0, Math.min(whole, PIECE));
      int headEnd = indexOf(head, 0);
      if (headEnd < 0 || headEnd + 1 >= whole) {
        return null;
      }
      About about = Codec.decode(Arrays.copyOf(head, headEnd), About.class);
      long begin = headEnd + 1L;
      KeptLine first = lineAt(channel, begin, whole);
      KeptLine last = lineAt(channel, endOfLastLine(channel, whole - 1), whole);
      return first == null || last == null
          ? null
          : new Opened(about, new Segment(file, begin, whole, first, last));
    } catch (UnreadableMessageException e) {
      return null;
    }
  }

  /** The offset after the last line break before {@code end}; 0 if there is none. */
  private static long endOfLastLine(FileChannel channel, long end) throws IOException {
    long to = end;
    while (to > 0) {
      long from = Math.max(0, to - PIECE);
      byte[] piece = bytes(channel, from, to);
      for (int i = piece.length - 1; i >= 0; i--) {
        if (piece[i] == '\n') {
          return from + i + 1;
        }
      }
      to = from;
    }
    return 0;
  }

  void append(List<KeptLine> lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    lines.forEach(line -> line.write(bytes));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
      long at = size;
      while (buffer.hasRemaining()) {
        at += channel.write(buffer, at);
      }
    }
    last = withoutText(lines.getLast());
    size += bytes.size();
  }

  KeptLine first() {
    return first;
  }

  KeptLine last() {
    return last;
  }

  long size() {
    return size;
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  /** The first lines of the span, at most so many and so many bytes, but one at least. */
  List<KeptLine> forward(Span span, int most, int bytes) throws IOException {
    long end = size;
    List<KeptLine> lines = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long at = search(channel, end, line -> span.isTooEarly(line.position(), line.atNanos()));
      long stop = at + bytes;
      byte[] piece = new byte[0];
      int from = 0;
      while (at < end && lines.size() < most && (lines.isEmpty() || at < stop)) {
        int to = indexOf(piece, from);
        if (to < 0) {
          piece =
              bytes(channel, at, Math.min(end, at + Math.max(PIECE, 2L * (piece.length - from))));
          from = 0;
          to = indexOf(piece, from);
          if (to < 0 && (at + piece.length >= end || piece.length > LONGEST_LINE * 2)) {
            break;
          }
          continue;
        }
        KeptLine line = KeptLine.read(piece, from, to);
        if (line != null && span.isTooLate(line.position(), line.atNanos())) {
          break;
        }
        if (line != null) {
          lines.add(line);
        }
        at += to + 1 - from;
        from = to + 1;
      }
    }
    return lines;
  }

  /** The last lines of the span, in their order, at most so many and about so many bytes. */
  List<KeptLine> backward(Span span, int most, int bytes) throws IOException {
    long size = this.size;
    List<KeptLine> lines = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long end = search(channel, size, line -> !span.isTooLate(line.position(), line.atNanos()));
      long from = Math.max(begin, end - Math.max(bytes, 2 * LONGEST_LINE));
      if (from > begin) {
        from = endOfLastLine(channel, from);
      }
      byte[] piece = bytes(channel, from, end);
      int at = 0;
      for (int to = indexOf(piece, at); to >= 0; to = indexOf(piece, at)) {
        KeptLine line = KeptLine.read(piece, at, to);
        if (line != null && !span.isTooEarly(line.position(), line.atNanos())) {
          lines.add(line);
        }
        at = to + 1;
      }
    }
    int taken = 0;
    int index = lines.size();
    while (index > 0 && lines.size() - index < most && taken < bytes) {
      index--;
      taken += lines.get(index).size();
    }
    return List.copyOf(lines.subList(index, lines.size()));
  }

  /** The offset of the first line for which this is not so; it is so for all before that one. */
  private long search(FileChannel channel, long end, Predicate<KeptLine> isBefore)
      throws IOException {
    long low = begin;
    long high = end;
    // Both are always beginnings of lines, or the end.
    while (low < high) {
      long middle = Math.max(low, endOfLastLine(channel, (low + high) / 2));
      KeptLine line = lineAt(channel, middle, end);
      if (line != null && isBefore.test(line)) {
        low = middle + lengthAt(channel, middle, end);
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static @Nullable KeptLine lineAt(FileChannel channel, long at, long end)
      throws IOException {
    int length = lengthAt(channel, at, end);
    byte[] line = bytes(channel, at, at + length);
    return length == 0 ? null : KeptLine.read(line, 0, length - 1);
  }

  /** Of the line that begins there, with its end. */
  private static int lengthAt(FileChannel channel, long at, long end) throws IOException {
    int look = 512;
    while (true) {
      byte[] piece = bytes(channel, at, Math.min(end, at + look));
      int to = indexOf(piece, 0);
      if (to >= 0) {
        return to + 1;
      }
      if (at + look >= end || look > 2 * LONGEST_LINE) {
        return piece.length;
      }
      look *= 8;
    }
  }

  private static int indexOf(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static byte[] bytes(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, to - from));
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, from + buffer.position());
      if (read < 0) {
        break;
      }
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}
