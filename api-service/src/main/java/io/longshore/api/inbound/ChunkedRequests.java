package io.longshore.api.inbound;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Closes connections after a request whose body came in chunks. It may have said a length as well,
 * which Netty takes away before anybody sees it: whoever reads by the length, such as a proxy in
 * front of this server, takes something else for the next request than is read here.
 */
@Singleton
class ChunkedRequests {
  private static final int BEFORE_ALL_OTHERS = Integer.MIN_VALUE;

  /** Those that have had their last request. */
  private final Set<HttpConnection> done =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  void register(@Observes Router router) {
    router.route().order(BEFORE_ALL_OTHERS).handler(this::receive);
  }

  private void receive(RoutingContext context) {
    HttpConnection connection = context.request().connection();
    if (done.contains(connection)) {
      // It had come already when the one before was answered.
      connection.close();
      return;
    }
    if (context.request().headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
      done.add(connection);
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      context.addEndHandler(end -> connection.close());
    }
    context.next();
  }
}
