package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.api.testing.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** Connections on which nothing is said do not stay. */
@QuarkusTest
@TestProfile(SlowClientsTest.Impatient.class)
@QuarkusTestResource(TestDatabase.class)
@SuppressWarnings("NullAway.Init")
class SlowClientsTest {
  private static final String IDLE = "quarkus.http.idle-timeout";

  @TestHTTPResource("/")
  URI endpoint;

  /** Waits for less long than what ships. */
  public static final class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(IDLE, "1s");
    }
  }

  @Test
  void halfAHeadAndNothingAtAllAreCutOff() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try {
      for (String said : new String[] {"", "P", "POST / HTTP/1.1\r\nHost: localhost\r\nX: "}) {
        Socket socket = new Socket(endpoint.getHost(), endpoint.getPort());
        slow.add(socket);
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
      }
      for (Socket socket : slow) {
        // The end of the stream, or the wait for it fails.
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void whatShipsOutlastsTheBeatsOfAStream() {
    for (var source : ConfigProvider.getConfig().getConfigSources()) {
      String shipped = source.getValue(IDLE);
      if (shipped != null && !shipped.equals("1s")) {
        assertThat(Duration.parse("PT" + shipped)).isGreaterThan(Duration.ofSeconds(15));
        return;
      }
    }
    throw new AssertionError("nothing says how long a connection may be silent");
  }
}
