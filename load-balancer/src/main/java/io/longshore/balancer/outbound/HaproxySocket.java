package io.longshore.balancer.outbound;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * HAProxy's runtime API: one connection for each command, on the caller's thread, in bounded time.
 */
public final class HaproxySocket {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  // A line for each server is some 200 bytes.
  private static final int LARGEST_ANSWER = 16 << 20;

  private final String where;

  /**
   * @param where the path of a Unix socket, or {@code host:port}
   */
  public HaproxySocket(String where) {
    this.where = where;
  }

  public String where() {
    return where;
  }

  /** The answer to one command; empty when it was done and there is nothing to say. */
  public String ask(String command) throws IOException {
    try (SocketChannel channel = channel()) {
      Thread watch = Thread.ofVirtual().name("haproxy-watch").start(() -> closeLate(channel));
      try {
        channel.connect(address());
        ByteBuffer line = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
          channel.write(line);
        }
        return readAll(channel);
      } finally {
        watch.interrupt();
      }
    }
  }

  private SocketChannel channel() throws IOException {
    return isPath() ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
  }

  private SocketAddress address() throws IOException {
    if (isPath()) {
      return UnixDomainSocketAddress.of(Path.of(where));
    }
    int colon = where.lastIndexOf(':');
    try {
      int port = Integer.parseInt(where.substring(colon + 1));
      InetSocketAddress address = new InetSocketAddress(where.substring(0, colon), port);
      if (address.isUnresolved()) {
        throw new IOException("the host is not known");
      }
      return address;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("it is neither a path nor host:port", e);
    }
  }

  private boolean isPath() {
    return where.indexOf('/') >= 0;
  }

  private static void closeLate(SocketChannel channel) {
    try {
      TimeUnit.MILLISECONDS.sleep(LIMIT.toMillis());
      channel.close();
    } catch (InterruptedException | IOException e) {
      // It is closed by who opened it.
      Thread.currentThread().interrupt();
    }
  }

  private static String readAll(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer piece = ByteBuffer.allocate(16 << 10);
    while (channel.read(piece) >= 0) {
      all.write(piece.array(), 0, piece.position());
      piece.clear();
      if (all.size() > LARGEST_ANSWER) {
        throw new IOException("the answer is too long");
      }
    }
    return all.toString(StandardCharsets.UTF_8).strip();
  }
}
