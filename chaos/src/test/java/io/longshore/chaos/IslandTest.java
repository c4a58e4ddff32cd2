package io.longshore.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.longshore.chaos.Disturbance.Direction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process on an island, and a connection to it. Skipped where nobody may make an island. */
@SuppressWarnings("NullAway.Init")
class IslandTest {
  private static final int PATIENCE_MILLIS = 20_000;
  // How long nothing has to arrive before a test believes that nothing does.
  private static final int SILENCE_MILLIS = 300;

  @TempDir Path folder;
  private Island island;
  private Jvm echo;
  private Socket client;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Means.here(false).contains(Means.ISLANDS));
    island = Island.make();
    int port = LoopbackPorts.next();
    echo =
        Jvm.start(
            "echo",
            List.of(
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path", ""),
                EchoMain.class.getName(),
                island.inside(),
                Integer.toString(port)),
            java.util.Map.of(),
            folder.resolve("echo.out"),
            island);
    await()
        .atMost(Duration.ofMillis(PATIENCE_MILLIS))
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> {
          client = new Socket();
          client.connect(new InetSocketAddress(island.inside(), port), PATIENCE_MILLIS);
          return true;
        });
  }

  @AfterEach
  void stop() throws Exception {
    if (island != null) {
      client.close();
      echo.kill();
      island.close();
    }
  }

  private void say(String text) throws IOException {
    client.getOutputStream().write(text.getBytes(US_ASCII));
  }

  private String heard(int length, int millis) throws IOException {
    client.setSoTimeout(millis);
    return new String(client.getInputStream().readNBytes(length), US_ASCII);
  }

  @Test
  void whatIsCutOffIsSilentAndWhatWasSentArrivesAfterwards() throws Exception {
    say("before");
    assertThat(heard(6, PATIENCE_MILLIS)).isEqualTo("before");
    for (Set<Direction> in :
        List.of(Set.of(Direction.TO_SERVER), Set.of(Direction.TO_CLIENT), Disturbance.BOTH_WAYS)) {
      island.cut(in);
      say("during");
      assertThatThrownBy(() -> heard(1, SILENCE_MILLIS))
          .as("no reset and no end, only silence, %s", in)
          .isInstanceOf(SocketTimeoutException.class);
      island.mend();
      assertThat(heard(6, PATIENCE_MILLIS)).isEqualTo("during");
    }
  }

  @Test
  void nobodyIsToldThatThereIsNoWay() throws Exception {
    island.cut(Disturbance.BOTH_WAYS);
    try (Socket other = new Socket()) {
      assertThatThrownBy(() ->
              other.connect(
                  new InetSocketAddress(island.inside(), client.getPort()), SILENCE_MILLIS))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }
}
