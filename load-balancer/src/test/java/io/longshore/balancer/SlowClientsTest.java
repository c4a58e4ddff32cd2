package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.Route;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who takes his time, and who is gone without saying so: what they hold is bounded. */
class SlowClientsTest {
  private static final Map<String, String> SECOND = Map.of("idle_timeout.timeout_seconds", "1");
  private static final int MANY = 100;
  // 180 MB in all; what sockets of loopback hold is a small part of it.
  private static final int ASKED = 3_000;
  private static final String LARGE = "x".repeat(60_000);

  private final Balanced balanced;
  private final List<AutoCloseable> open = new ArrayList<>();

  SlowClientsTest() throws Exception {
    balanced = new Balanced();
  }

  @AfterEach
  void close() throws Exception {
    balanced.close();
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private Backend backend(Backend.Handler handler) throws IOException {
    Backend backend = new Backend(handler);
    open.add(backend);
    return backend;
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private SocketChannel client() throws IOException {
    SocketChannel client = SocketChannel.open(new InetSocketAddress("127.0.0.1", balanced.port));
    open.add(client);
    return client;
  }

  /** Asks for far more than sockets hold, and reads nothing; tells how often it was answered. */
  private int answersToWhoDoesNotRead() throws IOException {
    SocketChannel client = client();
    client.configureBlocking(false);
    ByteBuffer requests = ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(ASKED));
    AtomicInteger before = new AtomicInteger(-1);
    await()
        .atMost(Balanced.SOON)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> {
          client.write(requests);
          int now = balanced.log.size();
          return now > 0 && before.getAndSet(now) == now;
        });
    return balanced.log.size();
  }

  /** Or else each of them would fill the memory with answers. */
  @Test
  void whoAsksAndDoesNotReadIsNotReadEither() throws Exception {
    balanced.serve(Map.of(), backend((request, in, out) -> Backend.ok(out, LARGE)));
    assertThat(answersToWhoDoesNotRead()).isLessThan(ASKED / 4);
    assertThat(balanced.get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void neitherIsWhoAsksForWhatNeedsNoTarget() throws Exception {
    balanced.take(
        Routes.balancer(
            Routes.listener(balanced.port, Route.Protocol.HTTP, Routes.fixed(200, LARGE))));
    assertThat(answersToWhoDoesNotRead()).isLessThan(ASKED / 4);
    assertThat(balanced.get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void aReaderWhoStopsIsGivenUpAfterTheIdleTime() throws Exception {
    CountDownLatch cut = new CountDownLatch(1);
    Backend flood =
        backend((request, in, out) -> {
          try {
            out.write(ascii("HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n").array());
            for (int i = 0; i < 9_000; i++) {
              out.write(new byte[100_000]);
            }
          } catch (IOException e) {
            cut.countDown();
            throw e;
          }
        });
    balanced.serve(Map.of(), SECOND, flood);
    client().write(ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    assertThat(cut.await(Balanced.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertConnectionsEnd();
  }

  private void assertConnectionsEnd() {
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() ->
            assertThat(balanced.registry.get("longshore.balancer.connections").gauge().value())
                .isZero());
  }

  /** Others are served meanwhile, and neither side is left with a connection. */
  @Test
  void bodiesThatDoNotComeAreGivenUpAfterTheIdleTime() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    Backend takes =
        backend((request, in, out) -> {
          if (request.method().equals("POST")) {
            long came = 0;
            while (in.read() >= 0) {
              came++;
            }
            ended.addAndGet(came == 5 ? 1 : 0);
          } else {
            Backend.ok(out, "");
          }
        });
    balanced.serve(Map.of(), SECOND, takes);
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      Socket socket = balanced.connect();
      open.add(socket);
      slow.add(socket);
      String head = "POST / HTTP/1.1\r\nHost: a\r\nX-Unread: 1\r\nContent-Length: 1000000\r\n\r\n";
      socket.getOutputStream().write(ascii(head + "hello").array());
    }
    assertThat(balanced.get("/").statusCode()).isEqualTo(200);
    for (Socket socket : slow) {
      assertThat(Balanced.readAll(socket)).startsWith("HTTP/1.1 408 ");
    }
    await().atMost(Balanced.SOON).untilAsserted(() -> assertThat(ended.get()).isEqualTo(MANY));
  }

  /** A peer that vanished without a word looks like one that has nothing to say. */
  @Test
  void connectionsOfWhoIsGoneWithoutAWordEnd() throws Exception {
    balanced.serve(Map.of(), SECOND, backend((request, in, out) -> Backend.ok(out, "")));
    for (int i = 0; i < MANY; i++) {
      Socket socket = balanced.connect();
      open.add(socket);
      String half = i % 2 == 0 ? "" : "GET /again HTT";
      socket.getOutputStream().write(ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + half).array());
      assertThat(Backend.line(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
    }
    assertThat(balanced.registry.get("longshore.balancer.connections").gauge().value())
        .isEqualTo(MANY);
    assertConnectionsEnd();
  }

  @Test
  void atLayer4BothSidesOfASilentConnectionAreClosed() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Backend silent =
        backend((request, in, out) -> {
          while (in.read() >= 0) {}
          ended.countDown();
        });
    balanced.take(
        Routes.balancer(
            Map.of("tcp.idle_timeout.seconds", "1"),
            Routes.listener(balanced.port, Route.Protocol.TCP, Routes.forward(Routes.GROUP))),
        Routes.group(
            Routes.GROUP,
            Map.of(),
            Route.Protocol.TCP,
            Routes.check(Route.Protocol.TCP, 30, 5, 2, 2),
            List.of(Routes.target(silent.port(), null))));
    balanced.awaitHealthy(silent);
    try (Socket socket = balanced.connect()) {
      socket.getOutputStream().write(ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n").array());
      assertThat(Balanced.readAll(socket)).isEmpty();
    }
    assertThat(ended.await(Balanced.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertConnectionsEnd();
  }
}
