package io.longshore.runner.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.OutputLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodLinesTest {
  private final List<OutputLine> told = new ArrayList<>();

  private void read(long after, boolean whole, String... logs) throws Exception {
    PodLines lines = new PodLines(after, told::add);
    for (String log : logs) {
      lines.read(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)), whole);
    }
  }

  @Test
  void linesHaveTheirTimesAndPositionsThatRise() throws Exception {
    String log =
        "1970-01-01T00:00:02.000000005Z one\n"
            + "1970-01-01T00:00:02.000000005Z two words\n"
            + "1970-01-01T01:00:03+01:00 \n";
    read(0, true, log);
    assertThat(told)
        .containsExactly(
            new OutputLine(2_000_000_005L, 2_000_000_005L, false, "one"),
            new OutputLine(2_000_000_006L, 2_000_000_005L, false, "two words"),
            new OutputLine(3_000_000_000L, 3_000_000_000L, false, ""));
    told.clear();
    read(2_000_000_005L, true, log);
    assertThat(told).extracting(OutputLine::text).containsExactly("two words", "");
  }

  @Test
  void aLineWithoutAnEndIsToldWhenNothingMoreComes() throws Exception {
    String log = "1970-01-01T00:00:02Z one\n1970-01-01T00:00:03Z half";
    read(0, false, log);
    assertThat(told).extracting(OutputLine::text).containsExactly("one");
    told.clear();
    read(0, true, log, "1970-01-01T00:00:04Z next run\n");
    assertThat(told).extracting(OutputLine::text).containsExactly("one", "half", "next run");
  }

  @Test
  void whatHasNoTimesIsNoLog() {
    assertThatThrownBy(() -> read(0, true, "x".repeat(100))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(0, true, "yesterday one\n")).isInstanceOf(IOException.class);
  }
}
