package io.longshore.chaos;

import io.longshore.messages.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Histories as files of JSON, one thing a line, for {@code grep} and the like. */
final class HistoryFiles {
  private HistoryFiles() {}

  static void write(Path folder, History history, Schedule schedule) throws IOException {
    Path histories = Files.createDirectories(folder.resolve("histories"));
    Files.write(
        histories.resolve("faults.txt"), schedule.faults().stream().map(Fault::toString).toList());
    lines(histories.resolve("records.json"), history.records());
    lines(histories.resolve("writes.json"), history.writes());
    lines(histories.resolve("end.json"), List.of(history.times(), history.end()));
    if (history.engine() != null) {
      lines(histories.resolve("engine.json"), history.engine());
    }
  }

  private static void lines(Path file, List<?> things) throws IOException {
    Files.write(file, things.stream().map(Codec::encodeText).toList());
  }
}
