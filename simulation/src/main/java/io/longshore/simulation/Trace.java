package io.longshore.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * What happened, step by step: its digest, by which two histories are compared, and, if somebody
 * wants to read it, the last lines of it.
 */
final class Trace {
  private static final int LINES_KEPT = 400;

  private final Timeline timeline;
  private final boolean readable;
  private final Deque<String> lines = new ArrayDeque<>();
  private long digest = 1;

  Trace(Timeline timeline, boolean readable) {
    this.timeline = timeline;
    this.readable = readable;
  }

  /**
   * @param subject whom it is about
   * @param line asked for only if somebody reads
   */
  void add(String subject, Supplier<String> line) {
    digest = 31 * (31 * digest + timeline.nanos()) + subject.hashCode();
    if (readable) {
      if (lines.size() == LINES_KEPT) {
        lines.removeFirst();
      }
      lines.add("%10.3f s %s".formatted(timeline.nanos() / 1e9, line.get()));
    }
  }

  long digest() {
    return digest;
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
