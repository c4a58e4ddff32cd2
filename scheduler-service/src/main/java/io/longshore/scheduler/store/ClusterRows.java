package io.longshore.scheduler.store;

import io.longshore.messages.Announcement;
import io.longshore.messages.ClusterName;
import io.longshore.messages.HostResources;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Cluster;
import io.longshore.scheduler.core.Runner;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Clusters and their runners: records to rows and back. */
final class ClusterRows {
  private ClusterRows() {}

  static List<Cluster> clusters(Connection connection, int shard) throws SQLException {
    return Rows.read(connection, SELECT_CLUSTERS, shard, ClusterRows::cluster);
  }

  static List<Runner> runners(Connection connection, int shard) throws SQLException {
    return Rows.read(connection, SELECT_RUNNERS, shard, ClusterRows::runner);
  }

  static void write(Connection connection, int shard, Changes changes) throws SQLException {
    Rows.batch(connection, UPSERT_CLUSTER, changes.clusters(), (s, c) -> bind(s, shard, c));
    Rows.batch(connection, UPSERT_RUNNER, changes.runners(), (s, r) -> bind(s, shard, r));
  }

  private static final String SELECT_CLUSTERS =
      """
      select name, status, document, tags, version, created_at
      from scheduler.cluster where shard = ?
      """;

  private static Cluster cluster(Rows.Columns row) throws SQLException {
    return new Cluster(
        new ClusterName(row.text("name")),
        Cluster.Status.valueOf(row.text("status")),
        new Json(row.text("document")),
        row.tags(),
        row.number("version"),
        row.time("created_at"));
  }

  private static final String UPSERT_CLUSTER =
      """
      insert into scheduler.cluster (name, shard, status, document, tags, version, created_at)
      values (?, ?, ?, ?::jsonb, ?::jsonb, ?, ?)
      on conflict (name) do update set
          status = excluded.status, document = excluded.document, tags = excluded.tags,
          version = excluded.version, created_at = excluded.created_at
      """;

  private static void bind(Rows.Binding to, int shard, Cluster cluster) throws SQLException {
    to.text(cluster.name().value())
        .number(shard)
        .text(cluster.status().name())
        .text(cluster.document().text())
        .json(cluster.tags())
        .number(cluster.version())
        .time(cluster.createdAt());
  }

  private static final String SELECT_RUNNERS =
      """
      select id, cluster, incarnation, generation, status, connected, host, tags, version,
          registered_at, custom_attributes, announced
      from scheduler.runner where shard = ? order by registered_at, id
      """;

  private static Runner runner(Rows.Columns row) throws SQLException {
    return new Runner(
        new RunnerId(row.text("id")),
        new ClusterName(row.text("cluster")),
        row.text("incarnation"),
        row.number("generation"),
        Runner.Status.valueOf(row.text("status")),
        row.flag("connected"),
        row.json("host", HostResources.class),
        row.tags(),
        row.number("version"),
        row.time("registered_at"),
        row.texts("custom_attributes"),
        row.jsonOrNull("announced", Announcement.class));
  }

  private static final String UPSERT_RUNNER =
      """
      insert into scheduler.runner (id, shard, cluster, incarnation, generation, status, connected,
          host, tags, version, registered_at, custom_attributes, announced)
      values (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?::jsonb, ?::jsonb)
      on conflict (id) do update set
          incarnation = excluded.incarnation, generation = excluded.generation,
          status = excluded.status, connected = excluded.connected, host = excluded.host,
          tags = excluded.tags, version = excluded.version,
          custom_attributes = excluded.custom_attributes, announced = excluded.announced
      """;

  private static void bind(Rows.Binding to, int shard, Runner runner) throws SQLException {
    to.text(runner.id().value())
        .number(shard)
        .text(runner.cluster().value())
        .text(runner.incarnation())
        .number(runner.generation())
        .text(runner.status().name())
        .flag(runner.connected())
        .json(runner.host())
        .json(runner.tags())
        .number(runner.version())
        .time(runner.registeredAt())
        .json(runner.custom())
        .jsonOrNull(runner.announced());
  }
}
