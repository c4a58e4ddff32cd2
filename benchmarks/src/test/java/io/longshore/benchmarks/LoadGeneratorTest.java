package io.longshore.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the server that stands behind the proxies. */
class LoadGeneratorTest {
  private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(300);
  private static InetSocketAddress address;

  @BeforeAll
  static void begin() throws InterruptedException {
    int port = LoopbackPorts.next();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            FixedServer.main(new String[] {Integer.toString(port)});
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    address = new InetSocketAddress("127.0.0.1", port);
    assertThat(Proxy.answers(address, () -> true)).isTrue();
  }

  @Test
  void withoutARateEachConnectionAsksWhenItIsAnswered() throws IOException {
    try (LoadGenerator load = new LoadGenerator(address, "/70000", 4, 0)) {
      LoadGenerator.Result first = load.run(MOMENT);
      LoadGenerator.Result second = load.run(MOMENT);
      assertThat(first.latencies()).isNotEmpty();
      assertThat(Arrays.stream(second.latencies()).min().orElse(0)).isPositive();
      assertThat(second.nanos()).isGreaterThanOrEqualTo(MOMENT);
    }
  }

  @Test
  void withARateNoMoreAreSentThanAreDue() throws IOException {
    try (LoadGenerator load = new LoadGenerator(address, "/1", 4, 100)) {
      assertThat(load.run(MOMENT).latencies()).hasSizeBetween(1, 31);
    }
  }

  @Test
  void whatIsNot200EndsTheRun() throws IOException {
    int port = LoopbackPorts.next();
    try (ServerSocket wrong = new ServerSocket(port, 1, address.getAddress());
        LoadGenerator load =
            new LoadGenerator(new InetSocketAddress("127.0.0.1", port), "/1", 1, 0);
        Socket client = wrong.accept()) {
      client
          .getOutputStream()
          .write("HTTP/1.1 502 Bad Gateway\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThatThrownBy(() -> load.run(MOMENT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("502");
    }
  }
}
