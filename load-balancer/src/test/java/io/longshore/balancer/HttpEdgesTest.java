package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.inbound.Limits;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients should not send, over raw sockets. */
class HttpEdgesTest {
  private static final String END = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

  private static Balanced balanced;
  private static Backend backend;

  @BeforeAll
  static void begin() throws Exception {
    balanced = new Balanced(new Limits(Duration.ofMillis(600), 100_000, 150), null);
    backend = new Backend((request, in, out) -> Backend.ok(out, request.target()));
    balanced.serve(Map.of(), Map.of("idle_timeout.timeout_seconds", "2"), backend);
  }

  @AfterAll
  static void end() throws Exception {
    balanced.close();
    backend.close();
  }

  private static Arguments one(int status, String bytes) {
    return Arguments.of(status, bytes);
  }

  static Stream<Arguments> refused() {
    String post = "POST / HTTP/1.1\r\nHost: a\r\n";
    String chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    return Stream.of(
        one(400, post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + END),
        one(400, post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + END),
        one(400, post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + END),
        one(400, post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + END),
        one(400, post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + END),
        one(400, post + "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + END),
        one(400, "GET / HTTP/1.1\nHost: a\n\n" + END),
        one(400, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" + END),
        one(400, "GET / HTTP/1.1\r\nHost: a\r\nX: y\rZ: z\r\n\r\n" + END),
        one(400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + END),
        one(400, chunked + "5\nhello\r\n0\r\n\r\n" + END),
        one(400, chunked + "5\r\nhelloX\r\n0\r\n\r\n" + END),
        one(400, chunked + "0x5\r\nhello\r\n0\r\n\r\n" + END),
        one(400, chunked + "5 \r\nhello\r\n0\r\n\r\n" + END),
        one(400, chunked + "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n" + END),
        one(400, chunked + "5;" + "x".repeat(300) + "\r\nhello\r\n0\r\n\r\n" + END),
        one(400, chunked + "0\r\nbad trailer\r\n\r\n" + END),
        one(413, post + "Content-Length: 100001\r\n\r\n" + END),
        one(413, chunked + "FFFFFF\r\n" + END),
        one(431, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"),
        one(431, "GET / HTTP/1.1\r\nHost: a\r\n" + ("X: " + "y".repeat(9_000) + "\r\n").repeat(9)),
        one(414, "GET /" + "y".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
        one(414, "GET /" + "y".repeat(70_000)),
        one(505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
        one(400, "\u0016\u0003\u0001\u0002\u0000\u0001\n"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isAnsweredOnceAndTheConnectionClosed(int status, String bytes) throws Exception {
    String answer = balanced.raw(bytes);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("connection: close");
    assertThat(answer.split("HTTP/1\\.1 ", -1)).hasSize(2);
    assertThat(answer).doesNotContain("/smuggled");
  }

  @Test
  void whoSendsItsHeadByAndByIsClosed() throws Exception {
    long began = System.nanoTime();
    try (Socket socket = balanced.connect()) {
      socket.getOutputStream().write("GET / HTTP/1.1\r\nX".getBytes(StandardCharsets.US_ASCII));
      Thread drip =
          Thread.ofVirtual()
              .start(() -> {
                await()
                    .atMost(Balanced.SOON)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                      socket.getOutputStream().write('x');
                      return false;
                    });
              });
      drip.setUncaughtExceptionHandler((thread, ended) -> {});
      assertThat(Balanced.readAll(socket)).startsWith("HTTP/1.1 408 ");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(500), Duration.ofSeconds(5));
  }

  @Test
  void whoSendsNothingIsClosedAfterTheIdleTime() throws Exception {
    try (Socket socket = balanced.connect()) {
      assertThat(Balanced.readAll(socket)).isEmpty();
    }
  }

  @Test
  void connectionsAreBounded() throws Exception {
    List<Socket> all = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        all.add(balanced.connect());
      }
      await()
          .atMost(Balanced.SOON)
          .untilAsserted(() -> assertThat(balanced.count("turned.away.connections")).isPositive());
      assertThat(balanced.registry.get("longshore.balancer.connections").gauge().value())
          .isLessThanOrEqualTo(200);
    } finally {
      for (Socket socket : all) {
        socket.close();
      }
    }
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() ->
            assertThat(balanced.raw("GET /again HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .endsWith("/again"));
  }
}
