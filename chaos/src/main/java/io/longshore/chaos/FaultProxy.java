package io.longshore.chaos;

import io.longshore.chaos.Disturbance.BlackHole;
import io.longshore.chaos.Disturbance.CutAfter;
import io.longshore.chaos.Disturbance.Delay;
import io.longshore.chaos.Disturbance.Direction;
import io.longshore.chaos.Disturbance.None;
import io.longshore.chaos.Disturbance.Reset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Listens on a port or a Unix socket and passes what comes on to one server, on either as well, as
 * far as the present {@link Disturbance} lets it. One virtual thread for each direction of each
 * connection; a connection holds at most one buffer in each direction, so a disturbance makes the
 * sender wait and nothing pile up here.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 << 10;

  private final ServerSocketChannel listener;
  private final SocketAddress address;
  private final SocketAddress server;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Disturbance disturbance = new None();
  // Tells one disturbance from the next, even if they are equal.
  private long turn;

  private FaultProxy(ServerSocketChannel listener, SocketAddress server) throws IOException {
    this.listener = listener;
    this.address = listener.getLocalAddress();
    this.server = server;
  }

  /**
   * Passes everything on until it is told otherwise.
   *
   * @param port of loopback; 0 for any that is free
   * @throws IOException if the port is taken
   */
  public static FaultProxy listen(int port, SocketAddress server) throws IOException {
    return listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), server);
  }

  /**
   * As {@link #listen(int, SocketAddress)}, at any address of this machine.
   *
   * @throws IOException if the address is taken
   */
  static FaultProxy listen(SocketAddress at, SocketAddress server) throws IOException {
    boolean unix = at instanceof UnixDomainSocketAddress;
    ServerSocketChannel listener =
        ServerSocketChannel.open(unix ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET);
    FaultProxy proxy;
    try {
      if (!unix) {
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      listener.bind(at);
      proxy = new FaultProxy(listener, server);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    Thread.ofVirtual().name("proxy-accept").start(proxy::accept);
    return proxy;
  }

  /** Where it listens. */
  SocketAddress address() {
    return address;
  }

  public int port() {
    return listener.socket().getLocalPort();
  }

  /** From now on this happens to connections, those that there are and new ones. */
  public void disturb(Disturbance next) {
    lock.lock();
    try {
      disturbance = next;
      turn++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (next instanceof Reset) {
      connections.forEach(Connection::reset);
    }
  }

  /** Everything passes again; what was held back goes on its way. */
  public void heal() {
    disturb(new None());
  }

  private boolean resets() {
    lock.lock();
    try {
      return disturbance instanceof Reset;
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel client = listener.accept();
        Thread.ofVirtual().name("proxy-connect").start(() -> connect(client));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // A client that has gone again before it was accepted.
      }
    }
  }

  private void connect(SocketChannel client) {
    if (resets()) {
      reset(client);
      return;
    }
    SocketChannel upstream;
    try {
      upstream = SocketChannel.open(server);
      noDelay(upstream);
      noDelay(client);
    } catch (IOException e) {
      // A server that is not there: so it is for the client.
      reset(client);
      return;
    }
    Connection connection = new Connection(client, upstream);
    connections.add(connection);
    if (!listener.isOpen() || resets()) {
      connection.reset();
      return;
    }
    Thread.ofVirtual()
        .name("proxy-to-server")
        .start(() -> connection.pass(client, upstream, Direction.TO_SERVER));
    Thread.ofVirtual()
        .name("proxy-to-client")
        .start(() -> connection.pass(upstream, client, Direction.TO_CLIENT));
  }

  private void noDelay(SocketChannel channel) throws IOException {
    if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  private static void reset(SocketChannel channel) {
    try {
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException e) {
      // Closed already.
    }
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone in any case.
    }
  }

  /** How many bytes have passed in one direction since a disturbance that counts them. */
  private static final class Count {
    private long turn;
    private long passed;

    int allow(int bytes, long limit, long now) {
      if (turn != now) {
        turn = now;
        passed = 0;
      }
      int allowed = (int) Math.min(bytes, limit - passed);
      passed += allowed;
      return allowed;
    }
  }

  /** One client and its way to the server. */
  private final class Connection {
    private final SocketChannel client;
    private final SocketChannel upstream;
    private final AtomicInteger open = new AtomicInteger(Direction.values().length);

    Connection(SocketChannel client, SocketChannel upstream) {
      this.client = client;
      this.upstream = upstream;
    }

    void pass(SocketChannel from, SocketChannel to, Direction direction) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      Count count = new Count();
      try {
        while (from.read(buffer.clear()) >= 0) {
          buffer.flip();
          int read = buffer.remaining();
          int allowed = admit(direction, read, count);
          buffer.limit(allowed);
          while (buffer.hasRemaining()) {
            to.write(buffer);
          }
          if (allowed < read) {
            reset();
            return;
          }
        }
        // The end of what one side says is a message, too.
        admit(direction, 0, count);
        to.shutdownOutput();
      } catch (IOException e) {
        reset();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        reset();
      }
      if (open.decrementAndGet() == 0) {
        reset();
      }
    }

    /** Waits as the disturbance wants it; returns how many of the bytes may pass. */
    private int admit(Direction direction, int bytes, Count count) throws InterruptedException {
      long since = System.nanoTime();
      lock.lock();
      try {
        while (client.isOpen() && upstream.isOpen()) {
          switch (disturbance) {
            case None none -> {
              return bytes;
            }
            case Reset reset -> {
              return 0;
            }
            case BlackHole hole -> {
              if (!hole.in().contains(direction)) {
                return bytes;
              }
              changed.await();
            }
            case Delay delay -> {
              long left = delay.by().toNanos() - (System.nanoTime() - since);
              if (!delay.in().contains(direction) || left <= 0) {
                return bytes;
              }
              changed.awaitNanos(left);
            }
            case CutAfter cut -> {
              return cut.in().contains(direction) ? count.allow(bytes, cut.bytes(), turn) : bytes;
            }
          }
        }
        return 0;
      } finally {
        lock.unlock();
      }
    }

    void reset() {
      connections.remove(this);
      FaultProxy.reset(client);
      FaultProxy.reset(upstream);
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Stops listening and resets every connection. */
  @Override
  public void close() throws IOException {
    listener.close();
    connections.forEach(Connection::reset);
  }
}
