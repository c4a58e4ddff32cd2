package io.longshore.balancer.inbound;

import io.longshore.balancer.core.Refusal;
import io.longshore.balancer.core.RequestHead;
import io.longshore.balancer.outbound.AccessLog;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection, or with HTTP/2 one stream of it: takes its requests one after the other,
 * reads only what can go on, and ends it when its time is over. All on its event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Shared shared;
  private final Supplier<Setup> setup;
  private final InetSocketAddress source;
  private final boolean secure;

  /** Null with HTTP/2. */
  private final @Nullable Http1Requests http1;

  private final Deque<Object> pending = new ArrayDeque<>();
  private final long opened = System.nanoTime();
  private long moved = opened;
  private @Nullable ScheduledFuture<?> headWatch;
  private boolean refused;
  private boolean lingers;
  private boolean leaves;
  private boolean pumping;
  private boolean reading;
  private @Nullable Exchange exchange;
  private @Nullable ScheduledFuture<?> watch;
  private @Nullable ChannelHandlerContext context;

  ClientConnection(
      Shared shared,
      Supplier<Setup> setup,
      InetSocketAddress source,
      boolean secure,
      @Nullable Http1Requests http1) {
    this.shared = shared;
    this.setup = setup;
    this.source = source;
    this.secure = secure;
    this.http1 = http1;
  }

  Setup setup() {
    return setup.get();
  }

  InetSocketAddress source() {
    return source;
  }

  boolean secure() {
    return secure;
  }

  boolean http2() {
    return http1 == null;
  }

  Channel channel() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("a request came before its connection");
    }
    return ctx.channel();
  }

  /** Something moved, in either direction. */
  void moved() {
    moved = System.nanoTime();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    if (ctx.channel().isActive()) {
      begin(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    begin(ctx);
  }

  private void begin(ChannelHandlerContext ctx) {
    if (watch == null) {
      watch(ctx, setup().attributes().idle().toNanos());
      readMore(ctx);
    }
  }

  /** Whether there will be no further request. */
  boolean leaves() {
    return leaves;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Departure.NOW) {
      leaves = true;
      if (exchange == null) {
        ctx.close();
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void watch(ChannelHandlerContext ctx, long nanos) {
    watch = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    if (!ctx.channel().isActive() || ctx.isRemoved()) {
      return;
    }
    long left = moved + setup().attributes().idle().toNanos() - System.nanoTime();
    if (left > 0) {
      watch(ctx, left);
      return;
    }
    Exchange current = exchange;
    if (current != null) {
      current.idle();
      watch(ctx, LINGER.toNanos());
    } else {
      ctx.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = false;
    moved();
    if (lingers || refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    pending.add(message);
    refused = message instanceof Refusal;
    pump();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    Http1Requests requests = http1;
    if (requests != null && requests.withinHead()) {
      awaitHead(ctx, requests);
    } else {
      forgetHead();
    }
    readMore(ctx);
  }

  /** A head that has begun must come to its end, however busy its sender is with it. */
  private void awaitHead(ChannelHandlerContext ctx, Http1Requests requests) {
    if (headWatch == null) {
      headWatch =
          ctx.executor()
              .schedule(
                  () -> {
                    headWatch = null;
                    // While a response is under way the idle time has to do.
                    if (requests.withinHead() && !lingers && exchange == null) {
                      refuseAtOnce(new Refusal(408, "the head took too long"));
                    }
                  },
                  shared.limits().head().toNanos(),
                  TimeUnit.NANOSECONDS);
    }
  }

  private void forgetHead() {
    ScheduledFuture<?> watching = headWatch;
    if (watching != null) {
      watching.cancel(false);
      headWatch = null;
    }
  }

  /** Gives on what has come, as far as it can go on. */
  void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      while (step()) {}
    } finally {
      pumping = false;
    }
    Exchange current = exchange;
    if (current != null) {
      current.flushBody();
    }
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      readMore(ctx);
    }
  }

  private boolean step() {
    Object next = pending.peek();
    if (next == null) {
      return false;
    }
    Exchange current = exchange;
    if (lingers) {
      ReferenceCountUtil.release(pending.poll());
    } else if (current == null) {
      if (owes()) {
        return false;
      }
      pending.poll();
      switch (next) {
        case RequestHead head -> {
          Exchange begun = new Exchange(shared, this, head);
          exchange = begun;
          begun.begin();
        }
        case Refusal refusal -> refuseAtOnce(refusal);
        default -> ReferenceCountUtil.release(next);
      }
    } else if (current.requestEnded()) {
      return false;
    } else if (next instanceof Refusal refusal) {
      pending.poll();
      shared.meters().refused();
      current.refused(refusal);
    } else if (next instanceof HttpContent content && current.wantsBody()) {
      pending.poll();
      current.body(content);
    } else {
      return false;
    }
    return true;
  }

  /**
   * Whether the client has yet to take what it was answered. Whoever asks on and on and does not
   * read would otherwise fill the memory. With HTTP/2 the number of streams bounds that.
   */
  private boolean owes() {
    return !http2() && !channel().isWritable();
  }

  private void readMore(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    // While a response is awaited one read shows when the client leaves; more would pile up.
    boolean wanted =
        lingers
            || (pending.isEmpty()
                && (current == null ? !owes() : current.wantsBody() || current.requestEnded())
                && (current == null || !current.upgrading()));
    if (wanted && !reading) {
      reading = true;
      ctx.read();
    }
  }

  /** The request and its response are complete, or the response is and the rest is of no use. */
  void done(Exchange finished, boolean keepAlive) {
    if (exchange != finished) {
      return;
    }
    exchange = null;
    Channel channel = channel();
    if (http2()) {
      // The stream ends with the response; of a request that goes on, the rest is not wanted.
      if (finished.bodyIsOpen()) {
        channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
      }
      return;
    }
    boolean old = System.nanoTime() - opened > setup().attributes().keepAlive().toNanos();
    if (keepAlive && finished.requestEnded() && !old && !leaves) {
      moved();
      if (!pumping) {
        pump();
      }
    } else if (finished.requestEnded()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    } else {
      linger();
    }
  }

  /**
   * Closes so that the client still gets what was written: what it goes on sending is thrown away
   * for a moment, as a close with something unread would be a reset.
   */
  private void linger() {
    if (lingers) {
      return;
    }
    lingers = true;
    Channel channel = channel();
    pending.forEach(ReferenceCountUtil::release);
    pending.clear();
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          if (channel instanceof SocketChannel socket
              && channel.pipeline().get(SslHandler.class) == null
              && socket.isActive()) {
            socket.shutdownOutput();
          }
        });
    channel.config().setAutoRead(true);
    channel.eventLoop().schedule(() -> channel.close(), LINGER.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void refuseAtOnce(Refusal refusal) {
    shared.meters().refused();
    logRefused(refusal);
    refuse(refusal);
  }

  private void logRefused(Refusal refusal) {
    shared
        .log()
        .write(
            new AccessLog.Entry(
                http2() ? "h2" : secure ? "https" : "http",
                shared.clock().instant(),
                setup().arn(),
                source,
                null,
                "",
                -1,
                0,
                refusal.status(),
                0,
                0,
                0,
                null,
                refusal.words()));
  }

  /** Says why, and closes: where the next request would begin is not known. */
  void refuse(Refusal refusal) {
    exchange = null;
    Channel channel = channel();
    Http1Responses encoder = channel.pipeline().get(Http1Responses.class);
    if (encoder != null) {
      encoder.toHead(false);
    }
    channel.write(LocalResponses.of(refusal, http2()));
    if (http2()) {
      channel.flush();
    } else {
      linger();
    }
  }

  /** Nothing that could be said would be understood: some of a response is out. */
  void abort() {
    exchange = null;
    lingers = true;
    pending.forEach(ReferenceCountUtil::release);
    pending.clear();
    channel().close();
  }

  /** What follows is no HTTP, and of no concern to this. */
  void leave() {
    exchange = null;
    ScheduledFuture<?> watching = watch;
    if (watching != null) {
      watching.cancel(false);
    }
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.pipeline().remove(this);
      ctx.pipeline().remove(Http1Responses.class);
      // Last: what it has not read goes to who has taken over.
      ctx.pipeline().remove(Http1Requests.class);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      return;
    }
    moved();
    Exchange current = exchange;
    if (current != null) {
      current.clientWritable();
    } else if (!http2()) {
      pump();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    forgetHead();
    ScheduledFuture<?> watching = watch;
    if (watching != null) {
      watching.cancel(false);
    }
    pending.forEach(ReferenceCountUtil::release);
    pending.clear();
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.clientLeft();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
