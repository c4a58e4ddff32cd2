package io.longshore.api.testing;

import io.longshore.api.core.EcsException;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.Reply;
import io.longshore.messages.TaskDefinitionId;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Decides at once and writes what the real scheduler would have written: every task runs as soon as
 * it is asked for. It can be told to refuse.
 */
@ApplicationScoped
@Alternative
@Priority(1)
public class FakeScheduler implements Commands {
  /** The one container instance of every cluster. */
  public static final String RUNNER = Ids.derive("runner");

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  private final String url;
  private final List<Command> asked = new CopyOnWriteArrayList<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private volatile @Nullable EcsException refusal;
  private int launches;

  FakeScheduler(@ConfigProperty(name = TestDatabase.OWNER_URL) String url) {
    this.url = url;
  }

  /** From now on everything is refused; null ends it. */
  public void refuseWith(@Nullable EcsException exception) {
    refusal = exception;
  }

  public Command lastCommand() {
    return asked.getLast();
  }

  public Call lastCall() {
    return calls.getLast();
  }

  public String lastToken() {
    return tokens.getLast();
  }

  public int commandCount() {
    return asked.size();
  }

  @Override
  public synchronized Reply.Accepted ask(Call call, @Nullable String clientToken, Command command) {
    asked.add(command);
    calls.add(call);
    tokens.add(String.valueOf(clientToken));
    EcsException exception = refusal;
    if (exception != null) {
      throw exception;
    }
    try (Connection connection = DriverManager.getConnection(url)) {
      return decide(connection, command);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Reply.Accepted decide(Connection sql, Command command) throws SQLException {
    return switch (command) {
      case Command.CreateCluster create -> createCluster(sql, create);
      case Command.DeleteCluster delete -> {
        run(sql, "update scheduler.cluster set status = 'INACTIVE' where name = ?", delete.key());
        yield Reply.Accepted.of(delete.key());
      }
      case Command.RegisterTaskDefinition register -> register(sql, register);
      case Command.DeregisterTaskDefinition deregister -> {
        run(
            sql,
            "update scheduler.task_definition set status = 'INACTIVE', deregistered_at = ?::timestamptz where family = ? and revision = ?",
            NOW.toString(),
            deregister.family(),
            deregister.definition().revision());
        yield Reply.Accepted.of(deregister.definition().toString());
      }
      case Command.RunTask runTask -> runTask(sql, runTask);
      case Command.StopTask stop -> {
        run(
            sql,
            "update scheduler.task set desired_status = 'STOPPED', stop_code = 'UserInitiated', stopped_reason = ? where id = ?",
            stop.reason(),
            stop.task().value());
        yield Reply.Accepted.of(stop.task().value());
      }
      case Command.CreateService create -> createService(sql, create);
      case Command.UpdateService update -> {
        run(
            sql,
            "update scheduler.service set desired_count = coalesce(?, desired_count), document = document || ?::jsonb where cluster = ? and name = ?",
            update.desiredCount(),
            update.document().text(),
            update.key(),
            update.service().value());
        yield Reply.Accepted.of(update.service().value());
      }
      case Command.DeleteService delete -> {
        run(
            sql,
            "update scheduler.service set status = 'DRAINING', desired_count = 0 where cluster = ? and name = ?",
            delete.key(),
            delete.service().value());
        yield Reply.Accepted.of(delete.service().value());
      }
      case Command.TagResource tag -> {
        run(
            sql,
            "update scheduler.cluster set tags = tags || ?::jsonb where name = ?",
            Codec.encodeText(tag.tags()),
            tag.key());
        yield Reply.Accepted.of(tag.resourceArn());
      }
      case Command.UntagResource untag -> {
        for (String key : untag.tagKeys()) {
          run(sql, "update scheduler.cluster set tags = tags - ? where name = ?", key, untag.key());
        }
        yield Reply.Accepted.of(untag.resourceArn());
      }
    };
  }

  private static Reply.Accepted createCluster(Connection sql, Command.CreateCluster create)
      throws SQLException {
    run(
        sql,
        "insert into scheduler.cluster values (?, 0, 'ACTIVE', ?::jsonb, ?::jsonb, 1, ?::timestamptz) on conflict do nothing",
        create.key(),
        create.document().text(),
        Codec.encodeText(create.tags()),
        NOW.toString());
    HostResources host =
        new HostResources(
            "host-1",
            4096,
            8192,
            List.of(22),
            Map.of("ecs.availability-zone", "zone-a", "ecs.cpu-architecture", "x86_64"),
            "0.1",
            "20.10",
            false);
    run(
        sql,
        "insert into scheduler.runner values (?, 0, ?, 'i', 1, 'ACTIVE', true, ?::jsonb, '{}', 3, ?::timestamptz) on conflict do nothing",
        runner(create.key()),
        create.key(),
        Codec.encodeText(host),
        NOW.toString());
    return Reply.Accepted.of(create.key());
  }

  private static String runner(String cluster) {
    return cluster.equals("default") ? RUNNER : Ids.derive("runner", cluster);
  }

  private static Reply.Accepted register(Connection sql, Command.RegisterTaskDefinition register)
      throws SQLException {
    int revision;
    try (PreparedStatement statement =
        sql.prepareStatement(
            "select coalesce(max(revision), 0) + 1 from scheduler.task_definition where family = ?")) {
      statement.setString(1, register.family());
      ResultSet result = statement.executeQuery();
      result.next();
      revision = result.getInt(1);
    }
    run(
        sql,
        "insert into scheduler.task_definition values (?, ?, 0, 'ACTIVE', ?::jsonb, ?::jsonb, ?::jsonb, ?::timestamptz)",
        register.family(),
        revision,
        Codec.encodeText(register.spec()),
        register.document().text(),
        Codec.encodeText(register.tags()),
        NOW.toString());
    return Reply.Accepted.of(new TaskDefinitionId(register.family(), revision).toString());
  }

  private Reply.Accepted runTask(Connection sql, Command.RunTask runTask) throws SQLException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < runTask.count(); i++) {
      String id = Ids.derive("task", "" + launches++);
      ids.add(id);
      List<ContainerObservation> containers =
          runTask.spec().containers().stream()
              .map(container ->
                  new ContainerObservation(
                      container.name(),
                      "docker-" + container.name(),
                      ContainerStatus.RUNNING,
                      null,
                      null,
                      "sha256:00",
                      List.of(new NetworkBinding("0.0.0.0", 80, 32768, "tcp"))))
              .toList();
      run(
          sql,
          """
          insert into scheduler.task (id, shard, cluster, family, revision, task_group, started_by, runner_id, zone,
            desired_status, last_status, cpu, memory_mib, spec, document, tags, containers, version,
            created_at, started_at)
          values (?, 0, ?, ?, ?, ?, ?, ?, 'zone-a', 'RUNNING', 'RUNNING', ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb,
            5, ?::timestamptz, now())
          """,
          id,
          runTask.key(),
          runTask.spec().definition().family(),
          runTask.spec().definition().revision(),
          runTask.group(),
          runTask.startedBy(),
          runner(runTask.key()),
          runTask.spec().reservedCpu(),
          runTask.spec().reservedMemoryMiB(),
          Codec.encodeText(runTask.spec()),
          runTask.document().text(),
          Codec.encodeText(runTask.tags()),
          Codec.encodeText(containers),
          NOW.toString());
    }
    return new Reply.Accepted(
        ids, List.of(new Reply.Failure(null, "RESOURCE:MEMORY", "one did not fit")));
  }

  private static Reply.Accepted createService(Connection sql, Command.CreateService create)
      throws SQLException {
    String uid = Ids.derive(create.key(), create.service().value());
    DeploymentState deployment =
        new DeploymentState(
            "ecs-svc/1234567890123456789",
            DeploymentState.Status.PRIMARY,
            create.spec(),
            create.desiredCount(),
            0,
            DeploymentState.Rollout.IN_PROGRESS,
            "ECS deployment ecs-svc/1234567890123456789 in progress.",
            NOW,
            NOW);
    run(
        sql,
        """
        insert into scheduler.service values (?, 0, ?, ?, 'ACTIVE', ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, 0, null,
          false, 1, ?::timestamptz)
        """,
        uid,
        create.key(),
        create.service().value(),
        create.desiredCount(),
        create.settings().minimumHealthyPercent(),
        create.settings().maximumPercent(),
        Codec.encodeText(List.of(deployment)),
        create.document().text(),
        Codec.encodeText(create.tags()),
        NOW.toString());
    for (int i = 0; i < 2; i++) {
      run(
          sql,
          "insert into scheduler.service_event values (?, ?, ?, ?::timestamptz, ?)",
          uid + i,
          uid,
          i,
          NOW.toString(),
          "(service %s) event %d.".formatted(create.service(), i));
    }
    return Reply.Accepted.of(uid);
  }

  private static void run(Connection sql, String statement, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement prepared = sql.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        if (values[i] == null) {
          prepared.setNull(i + 1, Types.NULL);
        } else {
          prepared.setObject(i + 1, values[i]);
        }
      }
      prepared.executeUpdate();
    }
  }
}
