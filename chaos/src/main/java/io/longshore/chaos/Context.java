package io.longshore.chaos;

import io.longshore.chaos.History.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a history has about one thing, for people who look into a violation. */
final class Context {
  private static final int WIDTH = 700;

  private record Line(Instant at, String text) {}

  private Context() {}

  /**
   * @param word that stands in what is meant, such as a task's id
   */
  static List<String> of(History history, String word) {
    List<Line> lines = new ArrayList<>();
    if (history.engine() != null) {
      history.engine().stream()
          .filter(happening -> happening.task().equals(word))
          .forEach(happening ->
              lines.add(
                  new Line(
                      happening.at(),
                      "engine  %s %s on %s %s"
                          .formatted(
                              happening.action(),
                              happening
                                  .container()
                                  .substring(0, Math.min(12, happening.container().length())),
                              happening.host(),
                              happening.exitCode() == null ? "" : happening.exitCode()))));
    }
    for (Entry entry : history.records()) {
      String text = String.valueOf(entry.value());
      if (text.contains(word)) {
        lines.add(
            new Line(
                entry.at(),
                "%s %d/%d  %s"
                    .formatted(
                        entry.topic(),
                        entry.partition(),
                        entry.offset(),
                        text.length() <= WIDTH ? text : text.substring(0, WIDTH) + "…")));
      }
    }
    history.writes().stream()
        .filter(write ->
            write.subject().equals(word)
                || (write.answer() != null && write.answer().endsWith(word)))
        .forEach(write -> lines.add(new Line(write.from(), "client  " + write)));
    return lines.stream()
        .sorted(Comparator.comparing(Line::at))
        .map(line -> line.at() + "  " + line.text())
        .toList();
  }
}
