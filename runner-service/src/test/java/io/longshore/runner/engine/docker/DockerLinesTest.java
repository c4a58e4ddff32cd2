package io.longshore.runner.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.OutputLine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an engine sends, byte by byte. */
class DockerLinesTest {
  private static final String SECOND = "2026-01-02T03:04:05.";
  private static final long NANOS = 1_767_323_045_000_000_000L;

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  private void frame(int kind, int nanos, String text) {
    byte[] bytes = "%s%09dZ %s".formatted(SECOND, nanos, text).getBytes(StandardCharsets.UTF_8);
    sent.writeBytes(ByteBuffer.allocate(8).put((byte) kind).putInt(4, bytes.length).array());
    sent.writeBytes(bytes);
  }

  private List<OutputLine> read(long after, boolean whole)
      throws IOException, InterruptedException {
    List<OutputLine> lines = new ArrayList<>();
    new DockerLines(new ByteArrayInputStream(sent.toByteArray()), after, lines::add).read(whole);
    return lines;
  }

  @Test
  void piecesOfALineAreOneLineThoughTheOtherOutputComesBetween() throws Exception {
    frame(1, 10, "one ");
    frame(2, 12, "other\n");
    frame(1, 10, "line\n");
    frame(1, 10, "unfinished");
    assertThat(read(0, false))
        .containsExactly(
            new OutputLine(NANOS + 12, NANOS + 12, true, "other"),
            new OutputLine(NANOS + 13, NANOS + 10, false, "one line"));
    assertThat(read(NANOS + 12, true))
        .extracting(OutputLine::text)
        .containsExactly("one line", "unfinished");
  }

  @Test
  void linesOfOneMomentHavePositionsOfTheirOwn() throws Exception {
    for (int i = 0; i < 3; i++) {
      frame(1, 5, i + "\n");
    }
    frame(1, 4, "late\n");
    frame(1, 900, "\n");
    assertThat(read(0, true))
        .extracting(OutputLine::position)
        .containsExactly(NANOS + 5, NANOS + 6, NANOS + 7, NANOS + 8, NANOS + 900);
    assertThat(read(NANOS + 6, true)).extracting(OutputLine::text).containsExactly("2", "late", "");
  }

  @Test
  void aFrameOfAGigabyteTakesNoMoreMemoryThanALine() throws Exception {
    long length = 1L << 30;
    byte[] head = (SECOND + "000000001Z ").getBytes(StandardCharsets.UTF_8);
    ByteBuffer header = ByteBuffer.allocate(8 + head.length);
    header.put((byte) 1).putInt(4, (int) (length + head.length)).position(8).put(head);
    InputStream endless =
        new InputStream() {
          private long at;

          @Override
          public int read() {
            long index = at++;
            return index < header.capacity()
                ? header.get((int) index)
                : index < header.capacity() + length ? 'x' : -1;
          }

          @Override
          public int read(byte[] into, int from, int most) {
            if (most == 0) {
              return 0;
            }
            if (at < header.capacity()) {
              into[from] = (byte) read();
              return 1;
            }
            int count = (int) Math.min(most, header.capacity() + length - at);
            java.util.Arrays.fill(into, from, from + count, (byte) 'x');
            at += count;
            return count == 0 ? -1 : count;
          }
        };
    List<OutputLine> lines = new ArrayList<>();
    new DockerLines(endless, 0, lines::add).read(true);
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst().text()).hasSizeLessThan(OutputLine.LONGEST + 100);
  }

  @Test
  void anAnswerThatBreaksOffIsNoEnd() {
    frame(1, 1, "line\n");
    sent.writeBytes(new byte[] {1, 0, 0});
    assertThatThrownBy(() -> read(0, true)).isInstanceOf(EOFException.class);
  }
}
