package io.longshore.api.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL with the scheduler's schema, and channels without a broker. */
public final class TestDatabase implements QuarkusTestResourceLifecycleManager {
  /** Where the fake scheduler writes. */
  static final String OWNER_URL = "longshore.test.owner-url";

  private static final String READ_PASSWORD = "only-for-reading";

  private @Nullable EmbeddedPostgres postgres;

  @Override
  public Map<String, String> start() {
    try {
      EmbeddedPostgres started = EmbeddedPostgres.builder().start();
      postgres = started;
      Flyway.configure()
          .dataSource(started.getPostgresDatabase())
          .locations("filesystem:../scheduler-service/src/main/resources/db/migration")
          .placeholders(Map.of("readRole", "longshore_read", "readPassword", READ_PASSWORD))
          .load()
          .migrate();
      Map<String, String> settings = new HashMap<>();
      settings.put("longshore.read-database.url", started.getJdbcUrl("longshore_read", "postgres"));
      settings.put("longshore.read-database.password", READ_PASSWORD);
      settings.put(OWNER_URL, started.getJdbcUrl("postgres", "postgres"));
      settings.put("longshore.api.check-topics", "false");
      settings.put("longshore.api.output", "false");
      settings.put("longshore.api.reply-timeout", "500ms");
      settings.putAll(InMemoryConnector.switchIncomingChannelsToInMemory("api-replies-in"));
      settings.putAll(InMemoryConnector.switchOutgoingChannelsToInMemory("api-commands-out"));
      return settings;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    InMemoryConnector.clear();
    if (postgres != null) {
      try {
        postgres.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
