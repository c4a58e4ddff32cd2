package io.longshore.systemtests;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A server that answers with its name, and says whether it is healthy. */
final class Site implements AutoCloseable {
  private final HttpServer server;
  private volatile boolean healthy = true;

  Site(String name) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          boolean check = exchange.getRequestURI().getPath().equals("/health");
          byte[] body = name.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(check && !healthy ? 503 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** What the path {@code /health} says from now on. */
  void setHealthy(boolean healthy) {
    this.healthy = healthy;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
