package io.longshore.api.testing;

import io.longshore.api.core.EcsException;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
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
  private @Nullable Connection connection;
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

  /** The scheduler does something about a service that nobody has told it. */
  public synchronized void goOnWith(String cluster, String service) {
    try (Connection sql = DriverManager.getConnection(url)) {
      run(
          sql,
          "update scheduler.service set version = version + 5, steady = not steady where cluster = ? and name = ?",
          cluster,
          service);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
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
    try {
      if (connection == null) {
        connection = DriverManager.getConnection(url);
      }
      FakeVersions.require(connection, call.expectedVersion(), command);
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
            "update scheduler.service set version = version + 1, intent = intent + 1, desired_count = coalesce(?, desired_count), document = document || ?::jsonb where cluster = ? and name = ?",
            update.desiredCount(),
            update.document().text(),
            update.key(),
            update.service().value());
        yield Reply.Accepted.of(update.service().value());
      }
      case Command.DeleteService delete -> {
        run(
            sql,
            "update scheduler.service set version = version + 1, intent = intent + 1, status = 'DRAINING', desired_count = 0 where cluster = ? and name = ?",
            delete.key(),
            delete.service().value());
        yield Reply.Accepted.of(delete.service().value());
      }
      case Command.StopServiceDeployment stop -> {
        run(
            sql,
            "update scheduler.service_deployment set status = 'STOPPED', story = story || '{\"status\":\"STOPPED\"}' where id = ?",
            stop.id());
        yield Reply.Accepted.of(stop.id());
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
      case Command.StartTask start -> startTask(sql, start);
      case Command.PutAttributes put -> {
        for (Command.InstanceAttribute attribute : put.attributes()) {
          run(
              sql,
              "update scheduler.runner set custom_attributes = custom_attributes || jsonb_build_object(?, ?) where id = ?",
              attribute.name(),
              attribute.value() == null ? "" : attribute.value(),
              attribute.runner().value());
        }
        yield Reply.Accepted.of(put.key());
      }
      case Command.DeleteAttributes delete -> {
        for (Command.InstanceAttribute attribute : delete.attributes()) {
          run(
              sql,
              "update scheduler.runner set custom_attributes = custom_attributes - ? where id = ?",
              attribute.name(),
              attribute.runner().value());
        }
        yield Reply.Accepted.of(delete.key());
      }
      case Command.UpdateContainerInstancesState update -> {
        for (RunnerId runner : update.runners()) {
          setStatus(sql, runner, update.draining() ? "DRAINING" : "ACTIVE");
        }
        yield new Reply.Accepted(
            update.runners().stream().map(RunnerId::value).toList(), List.of());
      }
      case Command.RegisterContainerInstance register -> registerInstance(sql, register);
      case Command.DeregisterContainerInstance deregister -> {
        setStatus(sql, deregister.runner(), "INACTIVE");
        yield Reply.Accepted.of(deregister.runner().value());
      }
      case Command.UpdateTaskProtection protection -> {
        for (TaskId task : protection.tasks()) {
          run(
              sql,
              "update scheduler.task set service_uid = 'uid', protected_until = now() + ?::interval where id = ?",
              protection.minutes() == null ? null : protection.minutes() + " minutes",
              task.value());
        }
        yield new Reply.Accepted(
            protection.tasks().stream().map(TaskId::value).toList(), List.of());
      }
      case Command.TellTaskProtection tell -> Reply.Accepted.of(tell.task().value());
      case Command.UpdateCluster update -> replace(sql, update.key(), update.document());
      case Command.PutClusterCapacityProviders put -> replace(sql, put.key(), put.document());
      case Command.DeleteTaskDefinition delete -> {
        run(
            sql,
            "update scheduler.task_definition set status = 'DELETE_IN_PROGRESS', delete_requested_at = ?::timestamptz where family = ? and revision = ?",
            NOW.toString(),
            delete.family(),
            delete.definition().revision());
        yield Reply.Accepted.of(delete.definition().toString());
      }
      case Command.CreateCapacityProvider create -> {
        run(
            sql,
            "insert into scheduler.capacity_provider values (?, 0, 'ACTIVE', ?::jsonb, ?::jsonb, 1, ?::timestamptz) on conflict do nothing",
            create.name(),
            create.document().text(),
            Codec.encodeText(create.tags()),
            NOW.toString());
        yield Reply.Accepted.of(create.name());
      }
      case Command.UpdateCapacityProvider update -> {
        run(
            sql,
            "update scheduler.capacity_provider set document = document || ?::jsonb, version = version + 1 where name = ?",
            update.document().text(),
            update.name());
        yield Reply.Accepted.of(update.name());
      }
      case Command.DeleteCapacityProvider delete -> {
        run(
            sql,
            "update scheduler.capacity_provider set status = 'INACTIVE' where name = ?",
            delete.name());
        yield Reply.Accepted.of(delete.name());
      }
      case Command.PutAccountSetting put -> {
        run(
            sql,
            "delete from scheduler.account_setting where name = ? and principal = ?",
            put.name(),
            put.principal());
        if (put.value() != null) {
          run(
              sql,
              "insert into scheduler.account_setting values (?, ?, ?)",
              put.name(),
              put.principal(),
              put.value());
        }
        yield Reply.Accepted.of(put.name());
      }
      case LoadBalancingCommand balancing -> FakeBalancing.decide(sql, balancing);
    };
  }

  private Reply.Accepted registerInstance(
      Connection sql, Command.RegisterContainerInstance register) throws SQLException {
    String id =
        register.runner() == null
            ? Ids.derive("container-instance", "" + launches++)
            : register.runner().value();
    run(
        sql,
        """
        insert into scheduler.runner (id, shard, cluster, incarnation, generation, status, connected, host, tags,
          version, registered_at, custom_attributes)
        values (?, 0, ?, '', 0, 'ACTIVE', false, ?::jsonb, ?::jsonb, 1, ?::timestamptz, ?::jsonb)
        on conflict (id) do update set host = excluded.host, tags = excluded.tags,
          custom_attributes = excluded.custom_attributes
        """,
        id,
        register.key(),
        Codec.encodeText(register.announcement().unseen()),
        Codec.encodeText(register.tags()),
        NOW.toString(),
        Codec.encodeText(register.attributes()));
    return Reply.Accepted.of(id);
  }

  private static void setStatus(Connection sql, RunnerId runner, String status)
      throws SQLException {
    run(sql, "update scheduler.runner set status = ? where id = ?", status, runner.value());
  }

  private Reply.Accepted startTask(Connection sql, Command.StartTask start) throws SQLException {
    List<String> ids =
        runTask(
                sql,
                new Command.RunTask(
                    start.cluster(),
                    start.spec(),
                    start.runners().size(),
                    start.group(),
                    start.startedBy(),
                    start.document(),
                    start.tags(),
                    Placing.ANYWHERE))
            .ids();
    return new Reply.Accepted(
        ids, List.of(new Reply.Failure(RUNNER, "RESOURCE:CPU", "there is none left")));
  }

  private static Reply.Accepted replace(Connection sql, String cluster, Json members)
      throws SQLException {
    run(
        sql,
        "update scheduler.cluster set version = version + 1, document = document || ?::jsonb where name = ?",
        members.text(),
        cluster);
    return Reply.Accepted.of(cluster);
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
            created_at, started_at, start_reason)
          values (?, 0, ?, ?, ?, ?, ?, ?, 'zone-a', 'RUNNING', 'RUNNING', ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb,
            5, ?::timestamptz, now(), '{"rule":"RUN_TASK","text":"A call of RunTask asked for it.","place":"It is the only host."}')
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
    if (isThere(sql, "select from scheduler.service where uid = ?", uid)) {
      throw EcsException.invalid("Creation of service was not idempotent.");
    }
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
          false, 1, ?::timestamptz, ?::jsonb)
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
        NOW.toString(),
        Codec.encodeText(create.settings()));
    beginRollouts(sql, uid, create, deployment.id());
    explain(sql, uid);
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

  /** One decision, and one thing that the service waits for. */
  private static void explain(Connection sql, String uid) throws SQLException {
    run(
        sql,
        """
        insert into scheduler.service_decision values
          (?, 0, 0, 'WAIT', null, '[{"rule":"NO_PLACE","text":"No host has a place.","obstacles":{"RESOURCE:CPU":2}}]',
            ?::timestamptz),
          (?, 7, 0, 'START', ?, ?::jsonb, ?::timestamptz)
        """,
        uid,
        NOW.toString(),
        uid,
        Ids.derive("explained"),
        "{\"rule\":\"REPLACEMENT\",\"text\":\"It takes a place.\",\"inPlaceOf\":\"%s\"}"
            .formatted(Ids.derive("gone")),
        NOW.toString());
  }

  private static boolean isThere(Connection sql, String query, String key) throws SQLException {
    try (PreparedStatement prepared = sql.prepareStatement(query)) {
      prepared.setString(1, key);
      return prepared.executeQuery().next();
    }
  }

  private static @Nullable DeploymentProgress baking(Command.CreateService create, Instant at) {
    var strategy = create.settings().deploying().strategy();
    return strategy == DeploymentProgress.Strategy.ROLLING
        ? null
        : new DeploymentProgress(
            strategy, DeploymentProgress.Stage.BAKE_TIME, at, "ecs-svc/0000000000000000001");
  }

  /** One that went back, and one that goes on. */
  private static void beginRollouts(
      Connection sql, String uid, Command.CreateService create, String deploymentId)
      throws SQLException {
    for (int i = 1; i <= 2; i++) {
      boolean over = i == 1;
      Instant at = NOW.plusSeconds(i);
      ServiceDeploymentState story =
          new ServiceDeploymentState(
              Ids.derive("rollout", uid, "" + i),
              deploymentId,
              List.of("ecs-svc/0000000000000000001"),
              create.desiredCount(),
              over
                  ? ServiceDeploymentState.Status.ROLLBACK_SUCCESSFUL
                  : ServiceDeploymentState.Status.IN_PROGRESS,
              over ? "it did not work" : null,
              new ServiceDeploymentState.Breaker(
                  ServiceDeploymentState.BreakerStatus.TRIGGERED, 3, 3),
              over
                  ? new ServiceDeploymentState.Rollback(
                      "it did not work", at, "ecs-svc/0000000000000000001")
                  : null,
              at,
              at,
              over ? at : null,
              over ? null : baking(create, at));
      run(
          sql,
          "insert into scheduler.service_deployment (id, shard, service_uid, ordinal, status, story, created_at) values (?, 0, ?, ?, ?, ?::jsonb, ?::timestamptz)",
          story.id(),
          uid,
          i,
          story.status().name(),
          Codec.encodeText(story),
          at.toString());
    }
    run(
        sql,
        "insert into scheduler.service_revision (service_uid, deployment_id, shard, spec, document, created_at, image_digests) values (?, ?, 0, ?::jsonb, ?::jsonb, ?::timestamptz, '{\"web\":\"sha256:00\"}')",
        uid,
        deploymentId,
        Codec.encodeText(create.spec()),
        create.document().text(),
        NOW.toString());
  }

  static void run(Connection sql, String statement, @Nullable Object... values)
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
