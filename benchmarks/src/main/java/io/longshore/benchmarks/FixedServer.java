package io.longshore.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A process that answers every request at once: {@code /N} with N bytes, anything else with none.
 * One thread; requests without body, one at a time on each connection. It is as cheap as it can be,
 * because it takes its part of the cores that a proxy before it needs.
 */
final class FixedServer {
  private static final int LARGEST_HEAD = 16 << 10;

  /** One connection: what came of a request, and what is left of the response. */
  private static final class Client {
    private final ByteBuffer in = ByteBuffer.allocate(LARGEST_HEAD);
    private ByteBuffer out = ByteBuffer.allocate(0);
  }

  private final Selector selector = Selector.open();
  private byte[] latestPath = {};
  private ByteBuffer latest = ByteBuffer.allocate(0);

  private FixedServer() throws IOException {}

  /**
   * @param ports to listen at, on loopback
   */
  public static void main(String[] ports) throws IOException {
    FixedServer server = new FixedServer();
    for (String port : ports) {
      ServerSocketChannel listening = ServerSocketChannel.open();
      listening.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)), 1024);
      listening.configureBlocking(false);
      listening.register(server.selector, SelectionKey.OP_ACCEPT);
    }
    server.run();
  }

  private void run() throws IOException {
    while (true) {
      selector.select(this::ready);
    }
  }

  private void ready(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        accept((ServerSocketChannel) key.channel());
      } else {
        carry(key, (SocketChannel) key.channel(), (Client) key.attachment());
      }
    } catch (IOException e) {
      // The other side has left.
      key.cancel();
      close(key);
    }
  }

  private static void close(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      key.cancel();
    }
  }

  private void accept(ServerSocketChannel listening) throws IOException {
    SocketChannel channel = listening.accept();
    if (channel != null) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ, new Client());
    }
  }

  private void carry(SelectionKey key, SocketChannel channel, Client client) throws IOException {
    if (key.isReadable()) {
      if (channel.read(client.in) < 0 || !client.in.hasRemaining()) {
        throw new IOException("the connection is over");
      }
      if (endsHead(client.in)) {
        client.out = response(client.in);
        client.in.clear();
      }
    }
    if (client.out.hasRemaining()) {
      channel.write(client.out);
    }
    int wanted = client.out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    if (key.interestOps() != wanted) {
      key.interestOps(wanted);
    }
  }

  private static boolean endsHead(ByteBuffer in) {
    int at = in.position();
    return at >= 4
        && in.get(at - 1) == '\n'
        && in.get(at - 2) == '\r'
        && in.get(at - 3) == '\n'
        && in.get(at - 4) == '\r';
  }

  /** Mostly the same as before, which is then not made anew. */
  private ByteBuffer response(ByteBuffer in) {
    int from = 0;
    while (in.get(from) != ' ') {
      from++;
    }
    int to = from + 1;
    while (in.get(to) > ' ') {
      to++;
    }
    byte[] path = Arrays.copyOfRange(in.array(), from + 1, to);
    if (!Arrays.equals(path, latestPath)) {
      latestPath = path;
      latest = made(new String(path, StandardCharsets.US_ASCII));
    }
    return latest.duplicate();
  }

  private static ByteBuffer made(String path) {
    int size = path.matches("/[0-9]{1,7}") ? Integer.parseInt(path.substring(1)) : 0;
    byte[] head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
            .formatted(size)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + size);
    Arrays.fill(all, head.length, all.length, (byte) 'x');
    return ByteBuffer.wrap(all);
  }
}
