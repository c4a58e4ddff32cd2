package io.longshore.api.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that come slowly or never. */
class BodyReaderTest {
  private static final String HEAD =
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void begin() throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request ->
                new BodyReader(vertx, request, Duration.ofMillis(500))
                    .read(
                        body -> {
                          taken.add(new String(body, StandardCharsets.UTF_8));
                          request.response().end("taken");
                        },
                        () -> request.response().setStatusCode(413).end()))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Socket connected() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  @Test
  void aBodyThatDoesNotComeInTimeClosesTheConnection() throws IOException {
    try (Socket socket = connected()) {
      send(socket, HEAD + "abc");
      // The end of the stream, or the wait for it fails.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(taken).isEmpty();
  }

  @Test
  void aConnectionWhoseBodiesComeInTimeStaysOpen() throws IOException {
    try (Socket socket = connected()) {
      send(socket, HEAD + "abcde");
      await().atMost(Duration.ofSeconds(20)).until(() -> taken.size() == 1);
      // Longer than a body may take.
      await()
          .pollDelay(Duration.ofMillis(1_200))
          .atMost(Duration.ofSeconds(20))
          .until(() -> !socket.isClosed());
      send(socket, HEAD + "fghij");
      await().atMost(Duration.ofSeconds(20)).until(() -> taken.size() == 2);
    }
    assertThat(taken).containsExactly("abcde", "fghij");
  }
}
