package io.longshore.api.store.output;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Lines of several streams as one, in the order in which they were written. */
public final class Merge {
  /** Lines of equal times are in the order of their streams' names. */
  public static final Comparator<Entry> ORDER =
      Comparator.comparingLong((Entry entry) -> entry.line().atNanos())
          .thenComparing(entry -> entry.stream().about().name())
          .thenComparingLong(entry -> entry.line().position());

  // Of each stream that is being read, so many lines and bytes are in memory.
  private static final int LINES_AT_ONCE = 64;
  private static final int BYTES_AT_ONCE = 16 << 10;

  /** A call looks at no more than that, however little of it is wanted. */
  private static final long LOOKED_AT_MOST = 16 << 20;

  private Merge() {}

  /** A line and whose it is. */
  public record Entry(KeptStream stream, KeptLine line) {}

  /**
   * What was found.
   *
   * @param stoppedAt the last line that was looked at; null when all of them were
   */
  public record Page(List<Entry> entries, @Nullable Entry stoppedAt) {}

  /** One stream on its way through its span. */
  private static final class Cursor {
    final KeptStream stream;
    Span span;
    final Deque<KeptLine> next = new ArrayDeque<>();

    Cursor(KeptStream stream, Span span) {
      this.stream = stream;
      this.span = span;
    }

    boolean fill() throws IOException {
      if (next.isEmpty()) {
        next.addAll(stream.forward(span, LINES_AT_ONCE, BYTES_AT_ONCE));
        if (!next.isEmpty()) {
          span = span.after(next.getLast().position());
        }
      }
      return !next.isEmpty();
    }

    Entry head() {
      return new Entry(stream, next.element());
    }
  }

  /**
   * Reads the first lines.
   *
   * @param spans what is wanted of each stream
   * @param most 1 or more
   * @param bytes about how many they may be
   */
  public static Page read(
      List<KeptStream> streams,
      Function<KeptStream, Span> spans,
      Predicate<KeptLine> wanted,
      int most,
      int bytes)
      throws IOException {
    PriorityQueue<Cursor> open = new PriorityQueue<>(Comparator.comparing(Cursor::head, ORDER));
    // Opened only when it is their time: most have nothing to do with the first lines.
    Deque<KeptStream> closed = new ArrayDeque<>();
    streams.stream().sorted(Comparator.comparingLong(KeptStream::firstMillis)).forEach(closed::add);
    List<Entry> entries = new ArrayList<>();
    Entry last = null;
    int taken = 0;
    long looked = 0;
    while (true) {
      while (!closed.isEmpty()
          && (open.isEmpty()
              || closed.element().firstMillis() <= open.element().next.element().atMillis())) {
        KeptStream stream = closed.remove();
        Cursor cursor = new Cursor(stream, spans.apply(stream));
        if (cursor.fill()) {
          open.add(cursor);
        }
      }
      Cursor cursor = open.poll();
      if (cursor == null) {
        return new Page(entries, null);
      }
      if (entries.size() >= most || taken >= bytes || looked >= LOOKED_AT_MOST) {
        return new Page(entries, last);
      }
      Entry head = cursor.head();
      cursor.next.remove();
      last = head;
      looked += head.line().size();
      if (wanted.test(head.line())) {
        entries.add(head);
        taken += head.line().size();
      }
      if (cursor.fill()) {
        open.add(cursor);
      }
    }
  }
}
