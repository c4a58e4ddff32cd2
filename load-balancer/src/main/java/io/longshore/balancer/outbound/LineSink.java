package io.longshore.balancer.outbound;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;

/** Where lines go. Used by one thread, which may be kept waiting. */
public interface LineSink extends AutoCloseable {
  /** Whatever it took is behind the buffer's position afterwards, when it fails as well. */
  void write(ByteBuffer lines) throws IOException;

  @Override
  default void close() {}

  /**
   * In one piece, and by the same way as the program's log, so that no line is in the middle of
   * another one. What cannot be written is lost, as the program's log is then.
   */
  static LineSink of(PrintStream out) {
    return lines -> {
      out.write(lines.array(), lines.arrayOffset() + lines.position(), lines.remaining());
      out.flush();
      lines.position(lines.limit());
    };
  }
}
