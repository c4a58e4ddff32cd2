package io.longshore.balancer.outbound;

import io.longshore.balancer.core.Target;
import io.longshore.balancer.core.TargetKey;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connections to targets, kept for the next request. Each event loop has its own, which are on the
 * same loop as the clients they serve: nothing is handed from thread to thread.
 */
public final class TargetConnections {
  private static final int MOST_IDLE = 256;
  private static final int LARGEST_HEAD = 64 << 10;
  private static final int LARGEST_PIECE = 64 << 10;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /**
   * A request that cannot be repeated takes no connection that was idle for longer: its target may
   * be closing it this moment.
   */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Who wants a connection for HTTP. Called on the event loop. */
  public interface Taker {
    void connected(TargetConnection connection);

    void failed(Throwable cause);
  }

  /** Who wants a bare connection. Called on the event loop. */
  public interface BareTaker {
    void connected(Channel channel);

    void failed(Throwable cause);
  }

  /** Those of one event loop, touched only by it. */
  private static final class Shelf {
    private final Map<TargetKey, ArrayDeque<TargetConnection>> idle = new HashMap<>();
    private final Map<TargetKey, Set<Channel>> all = new HashMap<>();
  }

  private final Map<EventLoop, Shelf> shelves = new ConcurrentHashMap<>();
  private final int connectMillis;
  private final SslContext tls;

  public TargetConnections(Duration connectLimit) {
    this.connectMillis = Math.toIntExact(connectLimit.toMillis());
    try {
      // As with ELB, who a target is follows from its address and not from its certificate.
      this.tls =
          SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
    } catch (SSLException e) {
      throw new IllegalStateException("the platform has no TLS", e);
    }
  }

  private Shelf shelf(EventLoop loop) {
    return shelves.computeIfAbsent(loop, ignored -> new Shelf());
  }

  /**
   * @param repeatable whether the request may be sent again when its connection turns out to be
   *     closed
   */
  public void take(
      EventLoop loop, Target target, boolean secure, boolean repeatable, Answers to, Taker taker) {
    TargetConnection kept = idle(shelf(loop), target.key(), repeatable);
    if (kept != null) {
      kept.lend(to);
      taker.connected(kept);
      return;
    }
    connect(
        loop,
        target,
        secure,
        false,
        new BareTaker() {
          @Override
          public void connected(Channel channel) {
            TargetConnection fresh = new TargetConnection(TargetConnections.this, target, channel);
            channel
                .pipeline()
                .addLast(new HttpClientCodec(LARGEST_HEAD, LARGEST_HEAD, LARGEST_PIECE))
                .addLast(fresh);
            fresh.lend(to);
            taker.connected(fresh);
          }

          @Override
          public void failed(Throwable cause) {
            taker.failed(cause);
          }
        });
  }

  private static @Nullable TargetConnection idle(Shelf shelf, TargetKey key, boolean repeatable) {
    ArrayDeque<TargetConnection> idle = shelf.idle.get(key);
    while (idle != null && !idle.isEmpty()) {
      TargetConnection latest = idle.getLast();
      if (!repeatable && System.nanoTime() - latest.idleSince() > FRESH_NANOS) {
        return null;
      }
      idle.removeLast();
      if (latest.channel().isActive()) {
        return latest;
      }
    }
    return null;
  }

  /** A connection that is not kept, with {@code AUTO_READ} off. */
  public void connect(
      EventLoop loop, Target target, boolean secure, boolean halfClosure, BareTaker taker) {
    String host = target.key().host();
    try {
      connect(loop, InetAddress.ofLiteral(host), target, secure, halfClosure, taker);
    } catch (IllegalArgumentException e) {
      // Looking a name up may wait for the network, which an event loop must not.
      Thread.ofVirtual()
          .name("lookup")
          .start(() -> {
            try {
              InetAddress found = InetAddress.getByName(host);
              loop.execute(() -> connect(loop, found, target, secure, halfClosure, taker));
            } catch (UnknownHostException unknown) {
              loop.execute(() -> taker.failed(unknown));
            }
          });
    }
  }

  private void connect(
      EventLoop loop,
      InetAddress address,
      Target target,
      boolean secure,
      boolean halfClosure,
      BareTaker taker) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure && !secure)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (secure) {
                      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                    }
                  }
                });
    ChannelFuture connecting =
        bootstrap.connect(new InetSocketAddress(address, target.key().port()));
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        taker.failed(done.cause());
        return;
      }
      Channel channel = connecting.channel();
      if (target.isCutOff()) {
        channel.close();
        taker.failed(new ConnectException("the target's time to drain is over"));
        return;
      }
      register(loop, target.key(), channel);
      SslHandler handshake = channel.pipeline().get(SslHandler.class);
      if (handshake == null) {
        taker.connected(channel);
      } else {
        handshake
            .handshakeFuture()
            .addListener(ready -> {
              if (ready.isSuccess()) {
                taker.connected(channel);
              } else {
                channel.close();
                taker.failed(ready.cause());
              }
            });
        channel.read();
      }
    });
  }

  private void register(EventLoop loop, TargetKey key, Channel channel) {
    Shelf shelf = shelf(loop);
    Set<Channel> all = shelf.all.computeIfAbsent(key, ignored -> new HashSet<>());
    all.add(channel);
    channel
        .closeFuture()
        .addListener(closed -> {
          all.remove(channel);
          if (all.isEmpty()) {
            shelf.all.remove(key, all);
          }
        });
  }

  void keep(TargetConnection connection) {
    Shelf shelf = shelf(connection.channel().eventLoop());
    ArrayDeque<TargetConnection> idle =
        shelf.idle.computeIfAbsent(connection.target().key(), ignored -> new ArrayDeque<>());
    idle.addLast(connection);
    TargetConnection eldest = idle.getFirst();
    if (idle.size() > MOST_IDLE || System.nanoTime() - eldest.idleSince() > IDLE_NANOS) {
      idle.removeFirst();
      eldest.channel().close();
    }
  }

  void gone(TargetConnection connection) {
    Shelf shelf = shelf(connection.channel().eventLoop());
    TargetKey key = connection.target().key();
    ArrayDeque<TargetConnection> idle = shelf.idle.get(key);
    if (idle != null) {
      idle.remove(connection);
      if (idle.isEmpty()) {
        shelf.idle.remove(key);
      }
    }
  }

  /** Closes what is idle: this target gets nothing new. What is under way goes on. */
  public void retire(TargetKey key) {
    shelves.forEach((loop, shelf) ->
        loop.execute(() -> {
          ArrayDeque<TargetConnection> idle = shelf.idle.remove(key);
          if (idle != null) {
            idle.forEach(connection -> connection.channel().close());
          }
        }));
  }

  /** Closes every connection to this target, whatever is under way. */
  public void end(TargetKey key) {
    shelves.forEach((loop, shelf) ->
        loop.execute(
            () -> Set.copyOf(shelf.all.getOrDefault(key, Set.of())).forEach(Channel::close)));
  }
}
