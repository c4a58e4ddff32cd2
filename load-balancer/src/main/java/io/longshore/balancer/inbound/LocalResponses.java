package io.longshore.balancer.inbound;

import io.longshore.balancer.core.Asked;
import io.longshore.balancer.core.Redirects;
import io.longshore.balancer.core.Refusal;
import io.longshore.messages.Route;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** Responses that come from no target. */
final class LocalResponses {
  private LocalResponses() {}

  /** A refusal ends the connection, except of HTTP/2, where streams do not disturb each other. */
  static FullHttpResponse of(Refusal refusal, boolean http2) {
    FullHttpResponse response = of(refusal.status(), refusal.words() + "\n", "text/plain");
    if (!http2) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return response;
  }

  static FullHttpResponse of(int status, String body, String contentType) {
    ByteBuf bytes = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), bytes);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes());
    if (!body.isEmpty() && !contentType.isEmpty()) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    return response;
  }

  static FullHttpResponse of(Route.Action.Redirect redirect, Asked asked) {
    FullHttpResponse response = of(redirect.statusCode(), "", "");
    response.headers().set(HttpHeaderNames.LOCATION, Redirects.location(redirect, asked));
    return response;
  }
}
