package io.longshore.balancer.outbound;

import io.longshore.balancer.core.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a target that carries one request at a time. Only its event loop touches it.
 * Nothing is read but what somebody asks for.
 */
public final class TargetConnection extends ChannelInboundHandlerAdapter {
  private final TargetConnections pool;
  private final Target target;
  private final Channel channel;
  private @Nullable Answers waiting;
  private boolean skipsEnd;
  private boolean keepsAlive = true;
  private boolean ended;
  private long idleSince;

  TargetConnection(TargetConnections pool, Target target, Channel channel) {
    this.pool = pool;
    this.target = target;
    this.channel = channel;
  }

  public Target target() {
    return target;
  }

  public Channel channel() {
    return channel;
  }

  void lend(Answers to) {
    waiting = to;
    keepsAlive = true;
    ended = false;
  }

  long idleSince() {
    return idleSince;
  }

  public void send(HttpObject part) {
    channel.write(part, channel.voidPromise());
  }

  public void flush() {
    channel.flush();
  }

  public boolean writable() {
    return channel.isWritable();
  }

  public void read() {
    channel.read();
  }

  /** The request was sent and answered to its end. */
  public void giveBack() {
    waiting = null;
    if (ended && keepsAlive && channel.isActive() && !target.retired()) {
      idleSince = System.nanoTime();
      pool.keep(this);
      // Shows when the target closes it.
      channel.read();
    } else {
      channel.close();
    }
  }

  /** Something is left on it that nobody wants. */
  public void abandon() {
    waiting = null;
    channel.close();
  }

  /** After a response 101: what follows is no HTTP. */
  public void forgetHttp() {
    waiting = null;
    channel.pipeline().remove(this);
    channel.pipeline().remove(HttpClientCodec.class);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Answers to = waiting;
    if (to == null || !(message instanceof HttpObject part)) {
      // A target that speaks without being asked cannot be trusted with the next request.
      ReferenceCountUtil.release(message);
      ctx.close();
      return;
    }
    if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      waiting = null;
      ctx.close();
      to.lost("the response is malformed");
      return;
    }
    if (message instanceof HttpResponse response) {
      head(to, response);
    } else if (message instanceof HttpContent content) {
      if (skipsEnd && content instanceof LastHttpContent) {
        skipsEnd = false;
        content.release();
        return;
      }
      ended = content instanceof LastHttpContent;
      to.content(content);
    }
  }

  private void head(Answers to, HttpResponse response) {
    boolean informs =
        response.status().codeClass() == HttpStatusClass.INFORMATIONAL
            && response.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
    if (informs) {
      skipsEnd = true;
      to.informed(response);
    } else {
      keepsAlive = HttpUtil.isKeepAlive(response);
      to.head(response);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Answers to = waiting;
    if (to != null) {
      to.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Answers to = waiting;
    if (to != null && channel.isWritable()) {
      to.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pool.gone(this);
    Answers to = waiting;
    waiting = null;
    if (to != null) {
      to.lost("the connection was closed");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
