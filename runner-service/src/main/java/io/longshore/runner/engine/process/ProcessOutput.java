package io.longshore.runner.engine.process;

import io.longshore.messages.OutputLine;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.LineAssembler;
import io.longshore.runner.engine.Lines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Reads the file that a process writes to. A line's position is where the next one begins. The file
 * does not say when a line was written nor to which of the two outputs: its time is that of its
 * reading.
 */
final class ProcessOutput {
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final int PIECE = 16 << 10;

  private ProcessOutput() {}

  /**
   * @param after bytes into the file
   * @param goesOn whether more is to be waited for
   */
  static void read(Path log, long after, BooleanSupplier goesOn, Lines lines)
      throws EngineException, InterruptedException {
    boolean last = false;
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
      LineAssembler line = new LineAssembler();
      ByteBuffer piece = ByteBuffer.allocate(PIECE);
      long offset = after;
      while (true) {
        int read = file.read(piece.clear(), offset);
        if (read > 0) {
          tell(piece, offset, read, line, lines);
          offset += read;
          last = false;
        } else if (last) {
          break;
        } else if (goesOn.getAsBoolean()) {
          TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        } else {
          // It may have written between the last look at the file and its end.
          last = true;
        }
      }
      if (!line.isEmpty()) {
        lines.line(line(offset, line));
      }
    } catch (NoSuchFileException e) {
      // It has not been started yet.
      return;
    } catch (ClosedByInterruptException e) {
      // The exception takes the place of the mark, as everywhere.
      Thread.interrupted();
      throw new InterruptedException();
    } catch (IOException e) {
      throw new EngineException(Problem.UNREACHABLE, "cannot read " + log + ": " + e, e);
    }
  }

  private static void tell(
      ByteBuffer piece, long offset, int length, LineAssembler line, Lines lines)
      throws InterruptedException {
    int begin = 0;
    for (int i = 0; i < length; i++) {
      if (piece.get(i) == '\n') {
        line.add(piece.array(), begin, i - begin);
        begin = i + 1;
        lines.line(line(offset + begin, line));
      }
    }
    if (begin < length) {
      line.add(piece.array(), begin, length - begin);
    }
  }

  private static OutputLine line(long position, LineAssembler line) {
    Instant now = Instant.now();
    long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    return new OutputLine(position, nanos, false, line.take());
  }
}
