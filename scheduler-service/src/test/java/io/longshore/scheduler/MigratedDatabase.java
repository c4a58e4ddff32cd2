package io.longshore.scheduler;

import io.longshore.embedded.EmbeddedProcess;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A database with the schema of the scheduler. */
public final class MigratedDatabase {
  private MigratedDatabase() {}

  public static PGSimpleDataSource of(EmbeddedProcess embedded) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(embedded.endpoints().jdbcUrl());
    dataSource.setUser(embedded.endpoints().user());
    Flyway.configure()
        .dataSource(dataSource)
        .schemas("scheduler")
        .placeholders(Map.of("readRole", "longshore_read", "readPassword", "secret"))
        .load()
        .migrate();
    return dataSource;
  }
}
