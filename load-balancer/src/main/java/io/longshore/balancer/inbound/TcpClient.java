package io.longshore.balancer.inbound;

import io.longshore.balancer.core.Choice;
import io.longshore.balancer.core.GroupAttributes;
import io.longshore.balancer.core.GroupChoice;
import io.longshore.balancer.core.GroupView;
import io.longshore.balancer.core.Retry;
import io.longshore.balancer.core.Target;
import io.longshore.balancer.outbound.AccessLog;
import io.longshore.balancer.outbound.Splice;
import io.longshore.balancer.outbound.TargetConnections;
import io.longshore.messages.Route;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** A connection at layer 4: it gets a target when it is there, and is read only then. */
final class TcpClient extends ChannelInboundHandlerAdapter {
  private final Shared shared;
  private final Supplier<Setup> setup;
  private final InetSocketAddress source;
  private final List<Target> tried = new ArrayList<>(1);
  private final Deque<Object> early = new ArrayDeque<>();
  private boolean begun;
  private long begunNanos;

  TcpClient(Shared shared, Supplier<Setup> setup, InetSocketAddress source) {
    this.shared = shared;
    this.setup = setup;
    this.source = source;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (setup.get().secure()) {
      ctx.read();
    } else {
      begin(ctx);
    }
  }

  /** What came along with the end of a handshake; no more is read before there is a target. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    early.add(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    early.forEach(ReferenceCountUtil::release);
    early.clear();
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        begin(ctx);
      } else {
        ctx.close();
      }
    }
  }

  private void begin(ChannelHandlerContext ctx) {
    if (begun) {
      return;
    }
    begun = true;
    begunNanos = System.nanoTime();
    Instant now = shared.clock().instant();
    String arn =
        setup.get().rules().defaultAction() instanceof Route.Action.Forward forward
            ? GroupChoice.pick(forward, List.of(), now, ThreadLocalRandom.current())
            : null;
    if (arn == null) {
      ctx.close();
    } else {
      attempt(ctx, arn, now);
    }
  }

  /** Which target follows from the client's address alone, or from its port, too. */
  private void attempt(ChannelHandlerContext ctx, String arn, Instant now) {
    // As it is now: a target may have left since the attempt before.
    GroupView group = shared.traffic().group(arn);
    if (group == null) {
      ctx.close();
      return;
    }
    boolean sticky = group.attributes().stickiness() == GroupAttributes.Stickiness.SOURCE;
    Target target =
        Choice.bySource(
            group,
            source.getAddress(),
            sticky ? null : Integer.valueOf(source.getPort()),
            tried,
            now);
    if (target == null) {
      ctx.close();
      return;
    }
    tried.add(target);
    target.begun();
    boolean secure = group.group().protocol() == Route.Protocol.TLS;
    shared
        .targets()
        .connect(
            ctx.channel().eventLoop(),
            target,
            secure,
            true,
            new TargetConnections.BareTaker() {
              @Override
              public void connected(Channel channel) {
                join(ctx, group, target, channel);
              }

              @Override
              public void failed(Throwable cause) {
                target.ended();
                target.unreachable(shared.clock().instant());
                shared.meters().of(target).failed();
                if (tried.size() < Retry.MOST_ATTEMPTS && ctx.channel().isActive()) {
                  shared.meters().of(target).retried();
                  attempt(ctx, arn, shared.clock().instant());
                } else {
                  ctx.close();
                }
              }
            });
  }

  private void join(ChannelHandlerContext ctx, GroupView group, Target target, Channel channel) {
    Setup now = setup.get();
    Splice[] joined = new Splice[1];
    // Not when both begin to close: what is written to the target may not be there yet.
    channel.closeFuture().addListener(closed -> target.ended());
    Runnable whenOver = () -> log(now, group, target, joined[0]);
    joined[0] = Splice.join(ctx.channel(), channel, now.attributes().tcpIdle(), whenOver);
    if (ctx.channel().isActive()) {
      if (!early.isEmpty()) {
        early.forEach(ctx::fireChannelRead);
        early.clear();
        ctx.fireChannelReadComplete();
      }
      ctx.pipeline().remove(this);
    }
  }

  private void log(
      Setup now, GroupView group, Target target, @org.jspecify.annotations.Nullable Splice splice) {
    shared
        .log()
        .write(
            new AccessLog.Entry(
                now.secure() ? "tls" : "tcp",
                shared.clock().instant(),
                now.arn(),
                source,
                target.key(),
                group.group().name(),
                -1,
                System.nanoTime() - begunNanos,
                0,
                tried.size(),
                splice == null ? 0 : splice.fromClient(),
                splice == null ? 0 : splice.fromTarget(),
                null,
                null));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
