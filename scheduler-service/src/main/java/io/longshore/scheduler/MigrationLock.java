package io.longshore.scheduler;

import io.quarkus.flyway.FlywayConfigurationCustomizer;
import jakarta.inject.Singleton;
import java.util.Map;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * While one connection migrates, another holds Flyway's lock. By default it does so in a
 * transaction in which it says nothing, and the database ends such a transaction after the seconds
 * in which a turn's statements follow each other.
 */
@Singleton
class MigrationLock implements FlywayConfigurationCustomizer {
  @Override
  public void customize(FluentConfiguration configuration) {
    configuration.configuration(Map.of("flyway.postgresql.transactional.lock", "false"));
  }
}
