package io.longshore.scheduler.store;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Cluster;
import io.longshore.scheduler.core.Definition;
import io.longshore.scheduler.core.DesiredStatus;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.State;
import io.longshore.scheduler.core.Task;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records to rows and back, one kind after the other. */
final class Rows {
  private Rows() {}

  static State readState(Connection connection, int shard) throws SQLException {
    List<Service> services = read(connection, SELECT_SERVICES, shard, Rows::service);
    Map<String, TaskSpec> specs = new HashMap<>();
    for (Service service : services) {
      for (DeploymentState deployment : service.deployments()) {
        specs.put(deployment.id(), deployment.spec());
      }
    }
    return State.of(
        read(connection, SELECT_CLUSTERS, shard, Rows::cluster),
        read(connection, SELECT_DEFINITIONS, shard, Rows::definition),
        services,
        read(connection, SELECT_RUNNERS, shard, Rows::runner),
        read(connection, SELECT_LIVE_TASKS, shard, row -> task(row, specs)));
  }

  static void write(Connection connection, Turn turn) throws SQLException {
    Changes changes = turn.changes();
    int shard = turn.shard();
    batch(connection, UPSERT_CLUSTER, changes.clusters(), (s, c) -> bind(s, shard, c));
    batch(connection, INSERT_DEFINITION, changes.newDefinitions(), (s, d) -> bind(s, shard, d));
    batch(connection, UPDATE_DEFINITION, changes.definitions(), Rows::bind);
    batch(connection, UPSERT_SERVICE, changes.services(), (s, v) -> bind(s, shard, v));
    batch(connection, UPSERT_RUNNER, changes.runners(), (s, r) -> bind(s, shard, r));
    batch(connection, UPSERT_TASK, changes.tasks(), (s, t) -> bind(s, shard, t));
    long[] ordinal = {turn.firstEvent()};
    batch(
        connection,
        INSERT_EVENT,
        changes.events(),
        (statement, event) -> bind(statement, event, ordinal[0]++));
  }

  private interface RowReader<T> {
    T read(Columns row) throws SQLException;
  }

  private interface Binder<T> {
    void bind(Binding statement, T value) throws SQLException;
  }

  private static <T> List<T> read(Connection connection, String sql, int shard, RowReader<T> reader)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, shard);
      select.setFetchSize(1000);
      List<T> values = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        Columns columns = new Columns(row);
        while (row.next()) {
          values.add(reader.read(columns));
        }
      }
      return values;
    }
  }

  private static <T> void batch(
      Connection connection, String sql, Collection<T> values, Binder<T> binder)
      throws SQLException {
    if (values.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (T value : values) {
        binder.bind(new Binding(statement), value);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  // --- clusters

  private static final String SELECT_CLUSTERS =
      """
      select name, status, document, tags, version, created_at
      from scheduler.cluster where shard = ?
      """;

  private static Cluster cluster(Columns row) throws SQLException {
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

  private static void bind(Binding to, int shard, Cluster cluster) throws SQLException {
    to.text(cluster.name().value())
        .number(shard)
        .text(cluster.status().name())
        .text(cluster.document().text())
        .json(cluster.tags())
        .number(cluster.version())
        .time(cluster.createdAt());
  }

  // --- task definitions

  private static final String SELECT_DEFINITIONS =
      """
      select family, revision, status, tags, registered_at, deregistered_at
      from scheduler.task_definition where shard = ?
      """;

  private static Definition definition(Columns row) throws SQLException {
    return new Definition(
        new TaskDefinitionId(row.text("family"), (int) row.number("revision")),
        Definition.Status.valueOf(row.text("status")),
        row.tags(),
        row.time("registered_at"),
        row.timeOrNull("deregistered_at"));
  }

  private static final String INSERT_DEFINITION =
      """
      insert into scheduler.task_definition
          (family, revision, shard, status, spec, document, tags, registered_at)
      values (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?)
      """;

  private static void bind(Binding to, int shard, Changes.NewDefinition added) throws SQLException {
    Definition definition = added.definition();
    to.text(definition.id().family())
        .number(definition.id().revision())
        .number(shard)
        .text(definition.status().name())
        .json(added.spec())
        .text(added.document().text())
        .json(definition.tags())
        .time(definition.registeredAt());
  }

  private static final String UPDATE_DEFINITION =
      """
      update scheduler.task_definition set status = ?, tags = ?::jsonb, deregistered_at = ?
      where family = ? and revision = ?
      """;

  private static void bind(Binding to, Definition definition) throws SQLException {
    to.text(definition.status().name())
        .json(definition.tags())
        .time(definition.deregisteredAt())
        .text(definition.id().family())
        .number(definition.id().revision());
  }

  // --- services

  private static final String SELECT_SERVICES =
      """
      select uid, cluster, name, status, desired_count, minimum_healthy_percent, maximum_percent,
          deployments, document, tags, launches, not_before, steady, version, created_at
      from scheduler.service where shard = ? order by created_at, uid
      """;

  private static Service service(Columns row) throws SQLException {
    return new Service(
        row.text("uid"),
        new ClusterName(row.text("cluster")),
        new ServiceName(row.text("name")),
        Service.Status.valueOf(row.text("status")),
        (int) row.number("desired_count"),
        new ServiceSettings(
            (int) row.number("minimum_healthy_percent"), (int) row.number("maximum_percent")),
        List.of(row.json("deployments", DeploymentState[].class)),
        new Json(row.text("document")),
        row.tags(),
        row.number("launches"),
        row.timeOrNull("not_before"),
        row.flag("steady"),
        row.number("version"),
        row.time("created_at"));
  }

  private static final String UPSERT_SERVICE =
      """
      insert into scheduler.service (uid, shard, cluster, name, status, desired_count,
          minimum_healthy_percent, maximum_percent, deployments, document, tags, launches,
          not_before, steady, version, created_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?, ?, ?, ?, ?)
      on conflict (uid) do update set
          status = excluded.status, desired_count = excluded.desired_count,
          minimum_healthy_percent = excluded.minimum_healthy_percent,
          maximum_percent = excluded.maximum_percent, deployments = excluded.deployments,
          document = excluded.document, tags = excluded.tags, launches = excluded.launches,
          not_before = excluded.not_before, steady = excluded.steady, version = excluded.version
      """;

  private static void bind(Binding to, int shard, Service service) throws SQLException {
    to.text(service.uid())
        .number(shard)
        .text(service.cluster().value())
        .text(service.name().value())
        .text(service.status().name())
        .number(service.desiredCount())
        .number(service.settings().minimumHealthyPercent())
        .number(service.settings().maximumPercent())
        .json(service.deployments())
        .text(service.document().text())
        .json(service.tags())
        .number(service.launches())
        .time(service.notBefore())
        .flag(service.steady())
        .number(service.version())
        .time(service.createdAt());
  }

  private static final String INSERT_EVENT =
      """
      insert into scheduler.service_event (id, service_uid, ordinal, created_at, message)
      values (?, ?, ?, ?, ?)
      """;

  private static void bind(Binding to, Changes.ServiceEvent event, long ordinal)
      throws SQLException {
    to.text(Ids.derive("service-event", event.serviceUid(), Long.toString(ordinal)))
        .text(event.serviceUid())
        .number(ordinal)
        .time(event.createdAt())
        .text(event.message());
  }

  // --- runners

  private static final String SELECT_RUNNERS =
      """
      select id, cluster, incarnation, generation, status, connected, host, tags, version,
          registered_at
      from scheduler.runner where shard = ? order by registered_at, id
      """;

  private static Runner runner(Columns row) throws SQLException {
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
        row.time("registered_at"));
  }

  private static final String UPSERT_RUNNER =
      """
      insert into scheduler.runner (id, shard, cluster, incarnation, generation, status, connected,
          host, tags, version, registered_at)
      values (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?)
      on conflict (id) do update set
          incarnation = excluded.incarnation, generation = excluded.generation,
          status = excluded.status, connected = excluded.connected, host = excluded.host,
          tags = excluded.tags, version = excluded.version
      """;

  private static void bind(Binding to, int shard, Runner runner) throws SQLException {
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
        .time(runner.registeredAt());
  }

  // --- tasks

  private static final String SELECT_LIVE_TASKS =
      """
      select id, cluster, service_uid, service_name, deployment_id, task_group, started_by,
          runner_id, zone, desired_status, last_status, spec, document, tags, containers, stop_code,
          stopped_reason, version, created_at, pull_started_at, pull_stopped_at, started_at,
          stopping_at, execution_stopped_at, stopped_at
      from scheduler.task where shard = ? and last_status <> 'STOPPED' order by created_at, id
      """;

  private static Task task(Columns row, Map<String, TaskSpec> specs) throws SQLException {
    TaskId id = new TaskId(row.text("id"));
    String stopCode = row.textOrNull("stop_code");
    return new Task(
        id,
        origin(row, specs),
        new RunnerId(row.text("runner_id")),
        row.text("zone"),
        DesiredStatus.valueOf(row.text("desired_status")),
        seen(id, row),
        stopCode == null ? null : StopCode.ofWireName(stopCode),
        row.textOrNull("stopped_reason"),
        row.tags(),
        row.number("version"),
        row.time("created_at"));
  }

  private static Task.Origin origin(Columns row, Map<String, TaskSpec> specs) throws SQLException {
    String uid = row.textOrNull("service_uid");
    String deployment = row.textOrNull("deployment_id");
    String own = row.textOrNull("spec");
    TaskSpec spec = own == null ? specs.get(deployment) : Codec.decodeStored(own, TaskSpec.class);
    if (spec == null) {
      throw new IllegalStateException("no recipe is stored for task " + row.text("id"));
    }
    Task.Membership service =
        uid == null || deployment == null
            ? null
            : new Task.Membership(uid, new ServiceName(row.text("service_name")), deployment);
    return new Task.Origin(
        new ClusterName(row.text("cluster")),
        service,
        spec,
        row.text("task_group"),
        row.textOrNull("started_by"),
        new Json(row.text("document")));
  }

  private static TaskObservation seen(TaskId id, Columns row) throws SQLException {
    return new TaskObservation(
        id,
        TaskStatus.valueOf(row.text("last_status")),
        List.of(row.json("containers", ContainerObservation[].class)),
        null,
        null,
        row.timeOrNull("pull_started_at"),
        row.timeOrNull("pull_stopped_at"),
        row.timeOrNull("started_at"),
        row.timeOrNull("stopping_at"),
        row.timeOrNull("execution_stopped_at"),
        row.timeOrNull("stopped_at"));
  }

  private static final String UPSERT_TASK =
      """
      insert into scheduler.task (id, shard, cluster, service_uid, service_name, deployment_id,
          family, revision, task_group, started_by, runner_id, zone, desired_status, last_status,
          cpu, memory_mib, spec, document, tags, containers, stop_code, stopped_reason, version,
          created_at, pull_started_at, pull_stopped_at, started_at, stopping_at,
          execution_stopped_at, stopped_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb,
          ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (id) do update set
          desired_status = excluded.desired_status, last_status = excluded.last_status,
          tags = excluded.tags, containers = excluded.containers, stop_code = excluded.stop_code,
          stopped_reason = excluded.stopped_reason, version = excluded.version,
          pull_started_at = excluded.pull_started_at, pull_stopped_at = excluded.pull_stopped_at,
          started_at = excluded.started_at, stopping_at = excluded.stopping_at,
          execution_stopped_at = excluded.execution_stopped_at, stopped_at = excluded.stopped_at
      """;

  private static void bind(Binding to, int shard, Task task) throws SQLException {
    Task.Membership service = task.origin().service();
    TaskSpec spec = task.spec();
    TaskObservation seen = task.seen();
    StopCode stopCode = task.stopCode();
    to.text(task.id().value())
        .number(shard)
        .text(task.cluster().value())
        .text(service == null ? null : service.serviceUid())
        .text(service == null ? null : service.name().value())
        .text(service == null ? null : service.deploymentId())
        .text(spec.definition().family())
        .number(spec.definition().revision())
        .text(task.origin().group())
        .text(task.origin().startedBy())
        .text(task.runner().value())
        .text(task.zone())
        .text(task.desired().name())
        .text(task.status().name())
        .number(spec.reservedCpu())
        .number(spec.reservedMemoryMiB())
        .text(service == null ? Codec.encodeText(spec) : null)
        .text(task.origin().document().text())
        .json(task.tags())
        .json(seen.containers())
        .text(stopCode == null ? null : stopCode.wireName())
        .text(task.stoppedReason())
        .number(task.version())
        .time(task.createdAt())
        .time(seen.pullStartedAt())
        .time(seen.pullStoppedAt())
        .time(seen.startedAt())
        .time(seen.stoppingAt())
        .time(seen.executionStoppedAt())
        .time(seen.stoppedAt());
  }

  /** A row's columns by name. */
  private record Columns(ResultSet row) {
    String text(String column) throws SQLException {
      return row.getString(column);
    }

    @Nullable String textOrNull(String column) throws SQLException {
      return row.getString(column);
    }

    long number(String column) throws SQLException {
      return row.getLong(column);
    }

    boolean flag(String column) throws SQLException {
      return row.getBoolean(column);
    }

    Instant time(String column) throws SQLException {
      return row.getTimestamp(column).toInstant();
    }

    @Nullable Instant timeOrNull(String column) throws SQLException {
      Timestamp time = row.getTimestamp(column);
      return time == null ? null : time.toInstant();
    }

    <T> T json(String column, Class<T> type) throws SQLException {
      return Codec.decodeStored(row.getString(column), type);
    }

    @SuppressWarnings("unchecked")
    Map<String, String> tags() throws SQLException {
      return Map.copyOf((Map<String, String>) json("tags", Map.class));
    }
  }

  /** Binds parameters in the order they are named. */
  private static final class Binding {
    private final PreparedStatement statement;
    private int index;

    Binding(PreparedStatement statement) {
      this.statement = statement;
    }

    Binding text(@Nullable String value) throws SQLException {
      statement.setString(++index, value);
      return this;
    }

    Binding number(long value) throws SQLException {
      statement.setLong(++index, value);
      return this;
    }

    Binding flag(boolean value) throws SQLException {
      statement.setBoolean(++index, value);
      return this;
    }

    Binding time(@Nullable Instant value) throws SQLException {
      statement.setTimestamp(++index, value == null ? null : Timestamp.from(value));
      return this;
    }

    Binding json(Object value) throws SQLException {
      statement.setString(++index, Codec.encodeText(value));
      return this;
    }
  }
}
