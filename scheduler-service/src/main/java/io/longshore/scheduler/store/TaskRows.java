package io.longshore.scheduler.store;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.DesiredStatus;
import io.longshore.scheduler.core.Target;
import io.longshore.scheduler.core.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Tasks: records to rows and back. */
final class TaskRows {
  private TaskRows() {}

  /**
   * Those that have not stopped.
   *
   * @param specs the recipes of deployments, by id
   */
  static List<Task> live(Connection connection, int shard, Map<String, TaskSpec> specs)
      throws SQLException {
    return Rows.read(connection, SELECT_LIVE_TASKS, shard, row -> task(row, specs));
  }

  static void write(Connection connection, int shard, Changes changes) throws SQLException {
    Rows.batch(
        connection,
        UPSERT_TASK,
        changes.tasks(),
        (s, t) -> bind(s, shard, t, changes.because(t.id())));
  }

  private static final String SELECT_LIVE_TASKS =
      """
      select id, cluster, service_uid, service_name, deployment_id, task_group, started_by,
          runner_id, zone, desired_status, last_status, spec, document, tags, containers, stop_code,
          stopped_reason, version, created_at, pull_started_at, pull_stopped_at, started_at,
          stopping_at, execution_stopped_at, stopped_at, running_since, protected_until, targets,
          drains_until
      from scheduler.task where shard = ? and last_status <> 'STOPPED' order by created_at, id
      """;

  private static Task task(Rows.Columns row, Map<String, TaskSpec> specs) throws SQLException {
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
        row.time("created_at"),
        row.timeOrNull("running_since"),
        row.timeOrNull("protected_until"),
        new Task.Traffic(
            List.of(row.json("targets", Target[].class)), row.timeOrNull("drains_until")));
  }

  private static Task.Origin origin(Rows.Columns row, Map<String, TaskSpec> specs)
      throws SQLException {
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

  private static TaskObservation seen(TaskId id, Rows.Columns row) throws SQLException {
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
          execution_stopped_at, stopped_at, running_since, protected_until, start_reason,
          stop_reason, targets, drains_until)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb,
          ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb,
          ?::jsonb, ?)
      on conflict (id) do update set
          desired_status = excluded.desired_status, last_status = excluded.last_status,
          tags = excluded.tags, containers = excluded.containers, stop_code = excluded.stop_code,
          stopped_reason = excluded.stopped_reason, version = excluded.version,
          pull_started_at = excluded.pull_started_at, pull_stopped_at = excluded.pull_stopped_at,
          started_at = excluded.started_at, stopping_at = excluded.stopping_at,
          execution_stopped_at = excluded.execution_stopped_at, stopped_at = excluded.stopped_at,
          running_since = excluded.running_since,
          protected_until = excluded.protected_until, targets = excluded.targets,
          drains_until = excluded.drains_until,
          stop_reason = coalesce(scheduler.task.stop_reason, excluded.stop_reason)
      """;

  private static void bind(Rows.Binding to, int shard, Task task, Changes.Because because)
      throws SQLException {
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
        .time(seen.stoppedAt())
        .time(task.runningSince())
        .time(task.protectedUntil())
        .jsonOrNull(because.start())
        .jsonOrNull(because.stop())
        .json(task.traffic().targets())
        .time(task.traffic().drainsUntil());
  }
}
