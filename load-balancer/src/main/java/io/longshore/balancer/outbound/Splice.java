package io.longshore.balancer.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two connections of one event loop that say to each other what they hear, byte by byte. Each is
 * read only as fast as the other takes it. The end of one direction is passed on where it can be;
 * otherwise, and after a silence, both are closed.
 */
public final class Splice {
  private final Channel client;
  private final Channel target;
  private final long idleNanos;
  private final Runnable ended;
  private @Nullable ScheduledFuture<?> watch;
  private long moved = System.nanoTime();
  private long fromClient;
  private long fromTarget;
  private int directionsEnded;
  private boolean over;

  private Splice(Channel client, Channel target, Duration idle, Runnable ended) {
    this.client = client;
    this.target = target;
    this.idleNanos = idle.toNanos();
    this.ended = ended;
  }

  /**
   * @param ended called once, when both are closed or closing
   */
  public static Splice join(Channel client, Channel target, Duration idle, Runnable ended) {
    Splice splice = new Splice(client, target, idle, ended);
    client.config().setOption(ChannelOption.AUTO_READ, false);
    client.pipeline().addLast(splice.new Side(target));
    target.pipeline().addLast(splice.new Side(client));
    splice.watch(splice.idleNanos);
    if (!client.isActive() || !target.isActive()) {
      splice.over();
    } else {
      client.read();
      target.read();
    }
    return splice;
  }

  public long fromClient() {
    return fromClient;
  }

  public long fromTarget() {
    return fromTarget;
  }

  private void watch(long nanos) {
    watch = client.eventLoop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long left = moved + idleNanos - System.nanoTime();
    if (left > 0) {
      watch(left);
    } else {
      over();
    }
  }

  private void over() {
    if (over) {
      return;
    }
    over = true;
    ScheduledFuture<?> watching = watch;
    if (watching != null) {
      watching.cancel(false);
    }
    flushAndClose(client);
    flushAndClose(target);
    ended.run();
  }

  private static void flushAndClose(Channel channel) {
    if (channel.isActive()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private final class Side extends ChannelInboundHandlerAdapter {
    private final Channel other;

    Side(Channel other) {
      this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      moved = System.nanoTime();
      int bytes = ((ByteBuf) message).readableBytes();
      if (other == target) {
        fromClient += bytes;
      } else {
        fromTarget += bytes;
      }
      other.write(message, other.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      other.flush();
      if (other.isWritable()) {
        ctx.read();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (ctx.channel().isWritable()) {
        moved = System.nanoTime();
        other.read();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        directionsEnded++;
        if (directionsEnded == 2 || !(other instanceof SocketChannel socket)) {
          over();
        } else if (other.pipeline().get(io.netty.handler.ssl.SslHandler.class) == null) {
          other
              .writeAndFlush(Unpooled.EMPTY_BUFFER)
              .addListener(written -> socket.shutdownOutput());
        } else {
          over();
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      over();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      over();
    }
  }
}
