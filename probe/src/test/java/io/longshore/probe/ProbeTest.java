package io.longshore.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ProbeTest {
  @Test
  void whoAnswers200IsWellAndNobodyElse() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          int status = exchange.getRequestURI().getPath().equals("/well") ? 200 : 503;
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    try {
      int port = server.getAddress().getPort();
      assertThat(Probe.isWell(Probe.answer("127.0.0.1", port, "/well"))).isTrue();
      assertThat(Probe.answer("127.0.0.1", port, "/ill")).startsWith("HTTP/1.1 503 ");
      assertThat(Probe.isWell(Probe.answer("127.0.0.1", port, "/ill"))).isFalse();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whoDoesNotAnswerIsNotWell() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertThat(Probe.isWell(Probe.answer("127.0.0.1", free, "/"))).isFalse();
    assertThat(Probe.answer("127.0.0.1", free, "/")).contains("does not answer");
  }

  @Test
  void itAsksWhereTheServiceListens() {
    assertThat(Probe.host("10.230.83.1")).isEqualTo("10.230.83.1");
    assertThat(Probe.host("0.0.0.0")).isEqualTo("127.0.0.1");
    assertThat(Probe.host(null)).isEqualTo("127.0.0.1");
  }
}
