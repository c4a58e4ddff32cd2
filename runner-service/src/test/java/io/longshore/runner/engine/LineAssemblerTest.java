package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.OutputLine;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LineAssemblerTest {
  private final LineAssembler line = new LineAssembler();

  private void add(String piece) {
    byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
    line.add(bytes, 0, bytes.length);
  }

  @Test
  void piecesBecomeOneLine() {
    assertThat(line.isEmpty()).isTrue();
    add("one ");
    add("");
    add("line");
    assertThat(line.isEmpty()).isFalse();
    assertThat(line.take()).isEqualTo("one line");
    assertThat(line.isEmpty()).isTrue();
    add("");
    assertThat(line.isEmpty()).isFalse();
    assertThat(line.take()).isEmpty();
  }

  @Test
  void whateverComesALineHasItsBound() {
    for (String piece : new String[] {"x", "\u001b", "\"", "é", "…", "😀"}) {
      for (int i = 0; i < 2_000_000; i += 1000) {
        add(piece.repeat(1000));
      }
      String text = line.take();
      assertThat(text).as(piece).endsWith(piece + LineAssembler.CUT);
      OutputLine whole = new OutputLine(1, 1, false, text);
      assertThat(whole.cost()).isBetween(OutputLine.LONGEST - 100, OutputLine.LONGEST + 100);
    }
    add("next");
    assertThat(line.take()).isEqualTo("next");
  }

  @Test
  void whatIsNoTextIsShownAsSuch() {
    line.add(new byte[] {'a', (byte) 0xFF, 0, 'b'}, 0, 4);
    assertThat(line.take()).isEqualTo("a\uFFFD\uFFFDb");
  }
}
