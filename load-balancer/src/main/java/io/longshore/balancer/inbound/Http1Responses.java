package io.longshore.balancer.inbound;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Writes responses, and knows that one to HEAD has no body whatever its fields say. */
final class Http1Responses extends HttpResponseEncoder {
  private boolean toHead;

  void toHead(boolean next) {
    toHead = next;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return toHead || super.isContentAlwaysEmpty(response);
  }
}
