package io.longshore.balancer.inbound;

import io.longshore.balancer.core.ChunkLine;
import io.longshore.balancer.core.Framing;
import io.longshore.balancer.core.HeadReader;
import io.longshore.balancer.core.Refusal;
import io.longshore.balancer.core.RefusedException;
import io.longshore.balancer.core.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a client sends into {@link RequestHead}s and pieces of bodies, each body with an end. A
 * {@link Refusal} is the last thing that comes out. Bodies are never collected.
 */
final class Http1Requests extends ByteToMessageDecoder {
  private static final byte[] HTTP2 = "PRI * HTTP/2.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int LARGEST_TRAILERS = 8 << 10;

  private enum Stage {
    HEAD,
    BODY,
    CHUNK_LINE,
    CHUNK,
    CHUNK_END,
    TRAILERS,
    REFUSED,
    HTTP2
  }

  private final long largestBody;
  private final @Nullable Runnable http2;
  private Stage stage = Stage.HEAD;
  private boolean first = true;
  // Of the head: how far it was looked at, and where its latest line begins.
  private int seen;
  private int lineStart;
  private long left;
  private long body;

  /**
   * @param http2 what to do when the client begins to speak HTTP/2; null when it must not
   */
  Http1Requests(long largestBody, @Nullable Runnable http2) {
    this.largestBody = largestBody;
    this.http2 = http2;
  }

  /** Whether some of a head has come and not all. */
  boolean withinHead() {
    return stage == Stage.HEAD && seen > 0;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      switch (stage) {
        case HEAD -> head(in, out);
        case BODY, CHUNK -> piece(in, out);
        case CHUNK_LINE -> chunkLine(in);
        case CHUNK_END -> chunkEnd(in);
        case TRAILERS -> trailers(in, out);
        case REFUSED -> in.skipBytes(in.readableBytes());
        // What is left goes to who takes over.
        case HTTP2 -> {}
      }
    } catch (RefusedException e) {
      stage = Stage.REFUSED;
      out.add(e.refusal());
    }
  }

  private void head(ByteBuf in, List<Object> out) throws RefusedException {
    int from = in.readerIndex();
    for (int to = in.readableBytes(); seen < to; seen++) {
      if (in.getByte(from + seen) != '\n') {
        continue;
      }
      if (seen == 0 || in.getByte(from + seen - 1) != '\r') {
        throw new RefusedException(new Refusal(400, "a line ends without carriage return"));
      }
      if (seen - 1 == lineStart) {
        if (seen == 1) {
          // Some clients send an empty line after a body.
          in.skipBytes(2);
          seen = 0;
          return;
        }
        wholeHead(in, out);
        return;
      }
      lineStart = seen + 1;
    }
    if (seen > HeadReader.LARGEST_HEAD) {
      throw new RefusedException(
          lineStart == 0
              ? new Refusal(414, "the target is too long")
              : new Refusal(431, "the head is too large"));
    }
  }

  private void wholeHead(ByteBuf in, List<Object> out) throws RefusedException {
    byte[] bytes = new byte[seen + 1];
    in.getBytes(in.readerIndex(), bytes);
    if (first && http2 != null && java.util.Arrays.equals(bytes, HTTP2)) {
      stage = Stage.HTTP2;
      http2.run();
      return;
    }
    first = false;
    in.skipBytes(bytes.length);
    seen = 0;
    lineStart = 0;
    if (bytes.length > HeadReader.LARGEST_HEAD) {
      throw new RefusedException(new Refusal(431, "the head is too large"));
    }
    RequestHead head = HeadReader.read(bytes);
    body = 0;
    switch (head.framing()) {
      case Framing.None none -> {
        out.add(head);
        out.add(LastHttpContent.EMPTY_LAST_CONTENT);
      }
      case Framing.Length length -> {
        count(length.bytes());
        left = length.bytes();
        stage = Stage.BODY;
        out.add(head);
      }
      case Framing.Chunked chunked -> {
        stage = Stage.CHUNK_LINE;
        out.add(head);
      }
    }
  }

  private void count(long bytes) throws RefusedException {
    body += bytes;
    if (body > largestBody) {
      throw new RefusedException(new Refusal(413, "the body is too large"));
    }
  }

  private void piece(ByteBuf in, List<Object> out) {
    int bytes = (int) Math.min(left, in.readableBytes());
    if (bytes > 0) {
      left -= bytes;
      out.add(new DefaultHttpContent(in.readRetainedSlice(bytes)));
    }
    if (left == 0) {
      if (stage == Stage.BODY) {
        out.add(LastHttpContent.EMPTY_LAST_CONTENT);
        stage = Stage.HEAD;
      } else {
        stage = Stage.CHUNK_END;
      }
    }
  }

  private void chunkLine(ByteBuf in) throws RefusedException {
    String line = line(in, ChunkLine.LONGEST);
    if (line != null) {
      left = ChunkLine.size(line);
      count(left);
      stage = left == 0 ? Stage.TRAILERS : Stage.CHUNK;
      body = left == 0 ? 0 : body;
    }
  }

  private void chunkEnd(ByteBuf in) throws RefusedException {
    if (in.readableBytes() >= 2) {
      if (in.readByte() != '\r' || in.readByte() != '\n') {
        throw new RefusedException(new Refusal(400, "a chunk is longer than its size"));
      }
      stage = Stage.CHUNK_LINE;
    }
  }

  /** They are checked and left out: nobody who gets HTTP/1 asked for them. */
  private void trailers(ByteBuf in, List<Object> out) throws RefusedException {
    String line = line(in, LARGEST_TRAILERS);
    if (line == null) {
      return;
    }
    if (line.isEmpty()) {
      stage = Stage.HEAD;
      out.add(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    HeadReader.trailer(line);
    body += line.length();
    if (body > LARGEST_TRAILERS) {
      throw new RefusedException(new Refusal(431, "the trailers are too large"));
    }
  }

  /** Null while the line has not come as a whole. */
  private static @Nullable String line(ByteBuf in, int longest) throws RefusedException {
    int length = in.bytesBefore((byte) '\n');
    if (length < 0 ? in.readableBytes() > longest : length > longest) {
      throw new RefusedException(new Refusal(400, "a line within a body is too long"));
    }
    if (length < 0) {
      return null;
    }
    if (length == 0 || in.getByte(in.readerIndex() + length - 1) != '\r') {
      throw new RefusedException(new Refusal(400, "a line ends without carriage return"));
    }
    String line = in.readCharSequence(length - 1, StandardCharsets.ISO_8859_1).toString();
    in.skipBytes(2);
    return line;
  }
}
