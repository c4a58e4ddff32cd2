package io.longshore.balancer.inbound;

import io.longshore.balancer.core.Field;
import io.longshore.balancer.core.Framing;
import io.longshore.balancer.core.HeadReader;
import io.longshore.balancer.core.RefusedException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes of a stream of HTTP/2 what {@link Http1Requests} makes of HTTP/1. */
final class Http2Requests extends ChannelInboundHandlerAdapter {
  /** Of the codec's own fields. */
  private static final String EXTENSION = "x-http2-";

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpRequest request)) {
      ctx.fireChannelRead(message);
      return;
    }
    boolean whole = message instanceof FullHttpRequest;
    try {
      HttpHeaders headers = request.headers();
      String host = headers.get(HttpHeaderNames.HOST, "");
      ctx.fireChannelRead(
          HeadReader.ofHttp2(
              request.method().name(),
              request.uri(),
              host,
              fields(headers),
              framing(headers, whole)));
      if (whole) {
        ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
      }
    } catch (RefusedException e) {
      ctx.fireChannelRead(e.refusal());
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private static Framing framing(HttpHeaders headers, boolean whole) {
    if (whole) {
      return Framing.NONE;
    }
    // The codec has compared it with what the frames carry.
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    try {
      return length == null ? Framing.CHUNKED : new Framing.Length(Long.parseLong(length));
    } catch (NumberFormatException e) {
      return Framing.CHUNKED;
    }
  }

  private static List<Field> fields(HttpHeaders headers) {
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!name.startsWith(EXTENSION) && !name.equals("transfer-encoding")) {
        fields.add(new Field(header.getKey(), header.getValue()));
      }
    }
    return fields;
  }
}
