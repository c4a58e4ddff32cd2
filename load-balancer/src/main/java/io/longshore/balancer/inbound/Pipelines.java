package io.longshore.balancer.inbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What each connection that a listener accepts goes through. */
final class Pipelines extends ChannelInitializer<SocketChannel> {
  private static final long MOST_STREAMS = 128;
  private static final long LARGEST_FIELDS = 64 << 10;
  private static final int LARGEST_HELLO = 64 << 10;

  private final Shared shared;
  private final Supplier<Setup> setup;
  private final Supplier<Identity> identity;

  /**
   * @param identity asked for each new connection, so that new certificates take effect at once
   */
  Pipelines(Shared shared, Supplier<Setup> setup, Supplier<Identity> identity) {
    this.shared = shared;
    this.setup = setup;
    this.identity = identity;
  }

  @Override
  protected void initChannel(SocketChannel channel) {
    int open = shared.meters().connections().incrementAndGet();
    channel.closeFuture().addListener(closed -> shared.meters().connections().decrementAndGet());
    if (open > shared.limits().connections()) {
      shared.meters().turnedAway();
      channel.close();
      return;
    }
    Setup now = setup.get();
    InetSocketAddress source = channel.remoteAddress();
    if (now.secure()) {
      Identity mine = identity.get();
      channel
          .pipeline()
          .addLast(
              new SniHandler(
                  (String host) -> mine.of(host),
                  LARGEST_HELLO,
                  shared.limits().head().toMillis()));
    }
    if (!now.http()) {
      channel.pipeline().addLast(new TcpClient(shared, setup, source));
    } else if (now.secure()) {
      channel.pipeline().addLast(new Negotiation(source));
    } else {
      http1(channel.pipeline(), source, false, now.attributes().http2());
    }
  }

  private void http1(
      ChannelPipeline pipeline, InetSocketAddress source, boolean secure, boolean http2) {
    Http1Requests[] requests = new Http1Requests[1];
    Runnable switching =
        () -> {
          pipeline.remove(ClientConnection.class);
          pipeline.remove(Http1Responses.class);
          http2(pipeline, source, false);
          // What it has not read goes on to those that were just added.
          pipeline.remove(Http1Requests.class);
        };
    requests[0] = new Http1Requests(shared.limits().body(), http2 ? switching : null);
    pipeline.addLast(requests[0]);
    pipeline.addLast(new Http1Responses());
    pipeline.addLast(new ClientConnection(shared, setup, source, secure, requests[0]));
  }

  private void http2(ChannelPipeline pipeline, InetSocketAddress source, boolean secure) {
    Setup now = setup.get();
    pipeline.addLast(
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(MOST_STREAMS)
                    .maxHeaderListSize(LARGEST_FIELDS))
            .build());
    pipeline.addLast(
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                stream.config().setAutoRead(false);
                stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true));
                stream.pipeline().addLast(new Http2Requests());
                stream
                    .pipeline()
                    .addLast(new ClientConnection(shared, setup, source, secure, null));
              }
            }));
    pipeline.addLast(
        new IdleStateHandler(0, 0, now.attributes().idle().toMillis(), TimeUnit.MILLISECONDS));
    pipeline.addLast(new IdleClose());
    pipeline.channel().config().setAutoRead(true);
  }

  /** With HTTP/2 whatever streams do shows on their connection. */
  private static final class IdleClose extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent || event == Departure.NOW) {
        // Streams that are under way may end.
        ctx.close();
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  private final class Negotiation extends ApplicationProtocolNegotiationHandler {
    private final InetSocketAddress source;

    Negotiation(InetSocketAddress source) {
      super(ApplicationProtocolNames.HTTP_1_1);
      this.source = source;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
      super.channelActive(ctx);
      ctx.read();
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        http2(ctx.pipeline(), source, true);
      } else {
        http1(ctx.pipeline(), source, true, false);
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      // Clients that do not speak TLS are common, and nothing to complain of.
      ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
