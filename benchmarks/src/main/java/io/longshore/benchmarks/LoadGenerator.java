package io.longshore.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends the same request over and over on connections that it keeps, one at a time on each, and
 * takes the time of each. One thread, which is the caller's.
 *
 * <p>Without a rate each connection sends its next request when it has its response. With one,
 * requests are due at even distances, whether or not the ones before are answered, and their time
 * counts from when they were due: who is slow cannot hide it by being asked less.
 */
final class LoadGenerator implements AutoCloseable {
  private static final int BUFFER = 128 << 10;
  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(20);
  // Between two looks while no request is due; waiting in the kernel is by whole milliseconds.
  private static final long BREATH_NANOS = 50_000;

  /** What was measured. */
  record Result(long nanos, long[] latencies) {
    double perSecond() {
      return latencies.length * 1e9 / nanos;
    }
  }

  private static final class Client {
    private final SocketChannel channel;
    private final ByteBuffer out;
    private long due;
    // Of the response: how much of its body is to come, or -1 within the head.
    private long left = -1;
    private String head = "";

    Client(SocketChannel channel, ByteBuffer out) {
      this.channel = channel;
      this.out = out;
    }
  }

  private final Selector selector = Selector.open();
  private final Deque<Client> free = new ArrayDeque<>();
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
  private final byte[] piece = new byte[BUFFER];
  private final boolean closedLoop;
  private final long distanceNanos;
  private long[] latencies = new long[1 << 16];
  private int answered;
  private boolean ending;
  private long progress = System.nanoTime();

  /**
   * @param rate requests a second; 0 for as many as are answered
   */
  LoadGenerator(InetSocketAddress address, String path, int connections, int rate)
      throws IOException {
    this.closedLoop = rate == 0;
    this.distanceNanos = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
    byte[] request =
        "GET %s HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"
            .formatted(path)
            .getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < connections; i++) {
      SocketChannel channel = SocketChannel.open(address);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      Client client = new Client(channel, ByteBuffer.wrap(request));
      key.attach(client);
      free.add(client);
    }
  }

  /** Measures for so long; may be called again, and takes everything up where it was left. */
  Result run(long nanos) throws IOException {
    answered = 0;
    ending = false;
    long begin = System.nanoTime();
    progress = begin;
    long end = begin + nanos;
    long due = begin;
    while (System.nanoTime() - end < 0) {
      if (closedLoop) {
        while (!free.isEmpty()) {
          send(free.remove(), System.nanoTime());
        }
        selector.select(this::ready, 100);
      } else {
        while (!free.isEmpty() && due - System.nanoTime() <= 0) {
          send(free.remove(), due);
          due += distanceNanos;
        }
        if (selector.selectNow(this::ready) == 0) {
          LockSupport.parkNanos(BREATH_NANOS);
        }
      }
      check();
    }
    Result result = new Result(System.nanoTime() - begin, Arrays.copyOf(latencies, answered));
    drain();
    return result;
  }

  /** What is under way ends, so that the next run begins with free connections. */
  private void drain() throws IOException {
    ending = true;
    while (free.size() < selector.keys().size()) {
      selector.select(this::ready, 100);
      check();
    }
  }

  private void check() throws IOException {
    if (System.nanoTime() - progress > STALL_NANOS) {
      throw new IOException("Nothing is answered any more.");
    }
  }

  private void send(Client client, long due) {
    client.due = due;
    client.left = -1;
    client.out.clear();
    try {
      client.channel.write(client.out);
    } catch (IOException e) {
      throw new IllegalStateException("A connection was closed.", e);
    }
    if (client.out.hasRemaining()) {
      throw new IllegalStateException("A request does not fit into an empty socket.");
    }
  }

  private void ready(SelectionKey key) {
    Client client = (Client) key.attachment();
    in.clear();
    try {
      if (client.channel.read(in) < 0) {
        throw new IllegalStateException("A connection was closed that was to be kept.");
      }
    } catch (IOException e) {
      throw new IllegalStateException("A connection was closed.", e);
    }
    in.flip();
    if (client.left < 0) {
      head(client);
    } else {
      client.left -= in.remaining();
    }
    if (client.left == 0) {
      ended(client);
    }
  }

  private void ended(Client client) {
    long now = System.nanoTime();
    progress = now;
    if (answered == latencies.length) {
      latencies = Arrays.copyOf(latencies, 2 * latencies.length);
    }
    latencies[answered++] = now - client.due;
    if (closedLoop && !ending) {
      send(client, now);
    } else {
      free.add(client);
    }
  }

  private void head(Client client) {
    int bytes = in.remaining();
    in.get(piece, 0, bytes);
    // Bodies have no empty line, and so the head's end is the only one.
    int end = endOfHead(bytes);
    if (end < 0 || !client.head.isEmpty()) {
      client.head += new String(piece, 0, bytes, StandardCharsets.ISO_8859_1);
      int at = client.head.indexOf("\r\n\r\n");
      if (at >= 0) {
        client.left = length(client.head.substring(0, at + 2)) - (client.head.length() - at - 4);
        client.head = "";
      }
      return;
    }
    client.left =
        length(new String(piece, 0, end - 2, StandardCharsets.ISO_8859_1)) - (bytes - end);
  }

  private int endOfHead(int bytes) {
    for (int i = 3; i < bytes; i++) {
      if (piece[i] == '\n' && piece[i - 1] == '\r' && piece[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static long length(String head) {
    if (!head.startsWith("HTTP/1.1 200 ")) {
      throw new IllegalStateException("An answer is not 200: " + head.lines().findFirst());
    }
    String name = "\r\ncontent-length: ";
    String lower = head.toLowerCase(Locale.ROOT);
    int from = lower.indexOf(name);
    if (from < 0) {
      throw new IllegalStateException("An answer has no length: " + head);
    }
    return Long.parseLong(
        head.substring(from + name.length(), head.indexOf('\r', from + name.length())));
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
