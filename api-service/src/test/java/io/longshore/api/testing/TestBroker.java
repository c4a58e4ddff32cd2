package io.longshore.api.testing;

import io.longshore.embedded.EmbeddedProcess;
import io.longshore.messages.Topology;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** A real broker with the topics, for what reads Kafka itself. */
public final class TestBroker implements QuarkusTestResourceLifecycleManager {
  /** Partitions of the events. */
  public static final int PARTITIONS = 3;

  /** So few that a reader who was away for a moment has to go to the broker. */
  public static final int KEPT = 50;

  private @Nullable EmbeddedProcess embedded;

  @Override
  public Map<String, String> start() {
    try {
      Path data = Files.createTempDirectory(Path.of("target"), "broker");
      EmbeddedProcess started = EmbeddedProcess.start(data);
      embedded = started;
      String servers = started.endpoints().bootstrapServers();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
        new Topology(PARTITIONS, 1, (short) 1).ensure(admin);
      }
      return Map.of(
          "kafka.bootstrap.servers",
          servers,
          "longshore.api.events-kept",
          Integer.toString(KEPT),
          "longshore.api.event-streams",
          "20",
          "longshore.api.event-heartbeat",
          "200ms",
          "longshore.api.event-patience",
          "3s");
    } catch (Exception e) {
      throw new IllegalStateException("no broker for the test", e);
    }
  }

  @Override
  public void stop() {
    if (embedded != null) {
      try {
        embedded.close();
      } catch (Exception e) {
        throw new IllegalStateException("the broker does not end", e);
      }
    }
  }
}
