package io.longshore.api.store.output;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What is kept of one container's output. One thread changes it; any number read. */
public final class KeptStream {
  private final About about;
  private final CopyOnWriteArrayList<Segment> segments = new CopyOnWriteArrayList<>();
  private volatile long lastPosition;
  private volatile long lastAtNanos;

  KeptStream(About about) {
    this.about = about;
  }

  public About about() {
    return about;
  }

  /** Of the last line that was ever taken in, also if it is not kept any more. */
  public long lastPosition() {
    return lastPosition;
  }

  long lastAtNanos() {
    return lastAtNanos;
  }

  List<Segment> segments() {
    return segments;
  }

  void add(Segment segment) {
    segments.add(segment);
    reached(segment.last());
  }

  void reached(KeptLine line) {
    lastPosition = line.position();
    lastAtNanos = line.atNanos();
  }

  /** Bytes of its files. */
  public long bytes() {
    return segments.stream().mapToLong(Segment::size).sum();
  }

  /** When the oldest line that is kept was written, in milliseconds since 1970; 0 for none. */
  public long firstMillis() {
    for (Segment segment : segments) {
      return segment.first().atMillis();
    }
    return 0;
  }

  /** When the newest line was written, in milliseconds since 1970. */
  public long lastMillis() {
    return Math.floorDiv(lastAtNanos, 1_000_000L);
  }

  /** When the newest line was taken in here, in milliseconds since 1970; 0 if none is kept. */
  public long lastTakenInMillis() {
    long taken = 0;
    for (Segment segment : segments) {
      taken = segment.last().takenInMillis();
    }
    return taken;
  }

  /**
   * The first lines of a span.
   *
   * @param most 1 or more
   * @param bytes about how many they may be; one line is always told
   */
  public List<KeptLine> forward(Span span, int most, int bytes) throws IOException {
    List<KeptLine> lines = new ArrayList<>();
    int taken = 0;
    for (Segment segment : segments) {
      KeptLine last = segment.last();
      if (span.isTooEarly(last.position(), last.atNanos())) {
        continue;
      }
      if (lines.size() >= most || (taken >= bytes && !lines.isEmpty())) {
        break;
      }
      List<KeptLine> part = lines(segment, span, most - lines.size(), bytes - taken, true);
      if (part == null) {
        continue;
      }
      lines.addAll(part);
      taken += size(part);
      if (part.isEmpty() || part.getLast().position() < last.position()) {
        // The rest of this one comes before the next one.
        break;
      }
    }
    return lines;
  }

  /** The last lines of a span, in their order; otherwise as {@link #forward}. */
  public List<KeptLine> backward(Span span, int most, int bytes) throws IOException {
    List<List<KeptLine>> parts = new ArrayList<>();
    int count = 0;
    int taken = 0;
    for (Segment segment : new ArrayList<>(segments).reversed()) {
      KeptLine first = segment.first();
      if (span.isTooLate(first.position(), first.atNanos())) {
        continue;
      }
      if (count >= most || (taken >= bytes && count > 0)) {
        break;
      }
      List<KeptLine> part = lines(segment, span, most - count, bytes - taken, false);
      if (part == null) {
        break;
      }
      parts.add(part);
      count += part.size();
      taken += size(part);
      if (part.isEmpty() || part.getFirst().position() > first.position()) {
        break;
      }
    }
    Collections.reverse(parts);
    return parts.stream().flatMap(List::stream).toList();
  }

  private static int size(List<KeptLine> lines) {
    return lines.stream().mapToInt(KeptLine::size).sum();
  }

  /** Null if the file is gone: retention was faster. */
  private static @Nullable List<KeptLine> lines(
      Segment segment, Span span, int most, int bytes, boolean forward) throws IOException {
    try {
      return forward ? segment.forward(span, most, bytes) : segment.backward(span, most, bytes);
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
