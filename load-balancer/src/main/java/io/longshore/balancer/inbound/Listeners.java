package io.longshore.balancer.inbound;

import io.longshore.balancer.core.ListenerPlan;
import io.longshore.balancer.core.RoutingTable;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes listeners as routes say, without touching those that stay as they are. What
 * cannot be opened is tried again at each {@link #take}. One thread calls it; {@link #states} is
 * for any.
 */
public final class Listeners implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Listeners.class);
  private static final int BACKLOG = 1024;
  // Less than what a supervisor waits for before it kills.
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(5);

  /**
   * How a listener is.
   *
   * @param trouble why it is not open; null when it is
   */
  public record State(String arn, int port, @Nullable String trouble) {}

  private static final class Open {
    private final Channel server;
    private final ChannelGroup clients;
    private String complaint = "";
    private volatile Setup setup;
    private volatile @Nullable Identity identity;

    Open(Channel server, ChannelGroup clients, Setup setup, @Nullable Identity identity) {
      this.server = server;
      this.clients = clients;
      this.setup = setup;
      this.identity = identity;
    }
  }

  private final Shared shared;
  private final String address;
  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Certificates certificates;
  private final TreeMap<Integer, Open> open = new TreeMap<>();
  private final List<ChannelGroup> leaving = new ArrayList<>();
  private volatile Map<String, State> states = Map.of();

  /**
   * @param address to listen at
   * @param certificates a folder; null when there is none
   */
  public Listeners(
      Shared shared,
      String address,
      EventLoopGroup acceptors,
      EventLoopGroup workers,
      @Nullable Path certificates) {
    this.shared = shared;
    this.address = address;
    this.acceptors = acceptors;
    this.workers = workers;
    this.certificates = new Certificates(certificates);
  }

  /** Of each listener by ARN. */
  public Map<String, State> states() {
    return states;
  }

  public void take(List<RoutingTable.Listening> wanted) {
    Map<Integer, String> arns = new HashMap<>();
    open.forEach((port, one) -> arns.put(port, one.setup.arn()));
    Map<String, RoutingTable.Listening> byArn = new HashMap<>();
    wanted.forEach(listening -> byArn.put(listening.listener().arn(), listening));
    // How its connections begin is settled when it opens.
    open.forEach((port, one) -> {
      RoutingTable.Listening next = byArn.get(one.setup.arn());
      if (next != null && !sameStart(one.setup, Setup.of(next))) {
        arns.put(port, "");
      }
    });
    ListenerPlan plan = ListenerPlan.of(arns, wanted);
    plan.close().forEach(this::close);
    Map<String, State> next = new HashMap<>();
    open.forEach((port, one) -> {
      RoutingTable.Listening told = byArn.get(one.setup.arn());
      if (told != null) {
        next.put(one.setup.arn(), renew(one, told));
      }
    });
    leaving.removeIf(ChannelGroup::isEmpty);
    for (RoutingTable.Listening listening : plan.open()) {
      String arn = listening.listener().arn();
      State before = states.get(arn);
      State now = open(listening);
      if (now.trouble() != null && !now.equals(before)) {
        LOG.errorf("The listener %s at port %d is not open: %s.", arn, now.port(), now.trouble());
      } else if (now.trouble() == null) {
        LOG.infof("The listener %s is open at %s, port %d.", arn, address, now.port());
      }
      next.put(arn, now);
    }
    for (RoutingTable.Listening listening : wanted) {
      String owner = plan.taken().get(listening.listener().arn());
      if (owner != null) {
        String arn = listening.listener().arn();
        State now = new State(arn, listening.listener().port(), "its port is that of " + owner);
        if (!now.equals(states.get(arn))) {
          LOG.errorf("The listener %s is not open: %s.", arn, now.trouble());
        }
        next.put(arn, now);
      }
    }
    states = Map.copyOf(next);
  }

  private static boolean sameStart(Setup one, Setup other) {
    return one.secure() == other.secure() && one.http() == other.http();
  }

  private State renew(Open one, RoutingTable.Listening told) {
    if (!one.setup.listening().equals(told)) {
      one.setup = Setup.of(told);
    }
    try {
      one.identity = identity(one.setup);
      one.complaint = "";
    } catch (Certificates.UnavailableException e) {
      String complaint = String.valueOf(e.getMessage());
      if (!complaint.equals(one.complaint)) {
        LOG.errorf(
            "The listener %s goes on with the certificates it has: %s.",
            one.setup.arn(), complaint);
        one.complaint = complaint;
      }
    }
    return new State(one.setup.arn(), one.setup.port(), null);
  }

  private @Nullable Identity identity(Setup setup) throws Certificates.UnavailableException {
    return setup.secure()
        ? certificates.identity(setup.listening().listener().certificates(), setup.http())
        : null;
  }

  private State open(RoutingTable.Listening listening) {
    Setup setup = Setup.of(listening);
    try {
      Identity identity = identity(setup);
      ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
      Open[] opened = new Open[1];
      // Accepting begins before bind returns to this thread, and all is in place by then.
      ChannelInitializer<SocketChannel> initializer =
          new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
              Open one = opened[0];
              if (one == null) {
                channel.close();
                return;
              }
              clients.add(channel);
              channel.pipeline().addLast(pipelines(one));
            }
          };
      ServerBootstrap bootstrap = bootstrap(initializer, setup);
      Channel server = bootstrap.register().syncUninterruptibly().channel();
      opened[0] = new Open(server, clients, setup, identity);
      ChannelFuture bound =
          server.bind(new java.net.InetSocketAddress(address, setup.port())).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        server.close();
        return new State(setup.arn(), setup.port(), reason(bound.cause()));
      }
      open.put(setup.port(), opened[0]);
      return new State(setup.arn(), setup.port(), null);
    } catch (Certificates.UnavailableException e) {
      return new State(setup.arn(), setup.port(), String.valueOf(e.getMessage()));
    }
  }

  private Pipelines pipelines(Open one) {
    return new Pipelines(
        shared,
        () -> one.setup,
        () -> {
          Identity identity = one.identity;
          if (identity == null) {
            throw new IllegalStateException("a listener without TLS was asked for its certificate");
          }
          return identity;
        });
  }

  private ServerBootstrap bootstrap(ChannelInitializer<SocketChannel> initializer, Setup setup) {
    return new ServerBootstrap()
        .group(acceptors, workers)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, !setup.http() && !setup.secure())
        .childOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 128 << 10))
        .childHandler(initializer);
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "it could not be bound" : String.valueOf(cause.getMessage());
  }

  private void close(int port) {
    Open gone = open.remove(port);
    if (gone != null) {
      LOG.infof("The listener %s is closed.", gone.setup.arn());
      gone.server.close().syncUninterruptibly();
      gone.clients.forEach(client ->
          client
              .eventLoop()
              .execute(() -> client.pipeline().fireUserEventTriggered(Departure.NOW)));
      leaving.add(gone.clients);
    }
  }

  /** Accepts nothing more, and gives what is under way a while to end. */
  @Override
  public void close() {
    List.copyOf(open.keySet()).forEach(this::close);
    states = Map.of();
    long until = System.nanoTime() + LAST_REQUESTS.toNanos();
    for (ChannelGroup clients : leaving) {
      clients
          .newCloseFuture()
          .awaitUninterruptibly(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      clients.close();
    }
  }
}
