package io.longshore.scheduler.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.Ids;
import io.longshore.messages.Installation;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import io.longshore.scheduler.store.ShardStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop on a real broker and a real database: records of the right form that nobody should have
 * sent, and a database that keeps it waiting.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoopFaultsTest {
  @TempDir static Path data;
  private SchedulerUnderTest scheduler;

  @BeforeAll
  void start() throws Exception {
    scheduler = new SchedulerUnderTest(data);
    // What ships waits for longer.
    scheduler.dataSource.setSocketTimeout(2);
    scheduler.start();
  }

  @AfterAll
  void close() throws Exception {
    scheduler.close();
  }

  private TaskId task(ClusterName cluster) {
    TaskSpec spec = new TaskSpec(new TaskDefinitionId("job", 1), "bridge", null, 16, List.of());
    var answer =
        scheduler.ask(
            new Command.RunTask(
                cluster, spec, 1, "family:job", null, Json.EMPTY, Map.of(), Placing.ANYWHERE));
    return new TaskId(((Accepted) answer).ids().getFirst());
  }

  private static TaskObservation seen(
      TaskId task, TaskStatus status, @Nullable Integer exitCode, Instant at) {
    boolean over = status == TaskStatus.STOPPED;
    ContainerStatus container = over ? ContainerStatus.STOPPED : ContainerStatus.RUNNING;
    return new TaskObservation(
        task,
        status,
        List.of(new ContainerObservation("app", "id", container, exitCode, null, null, List.of())),
        null,
        null,
        at,
        at,
        at,
        over ? at : null,
        over ? at : null,
        over ? at : null);
  }

  private void observe(ClusterName cluster, RunnerId runner, TaskObservation seen) {
    scheduler.tell(new Report.TaskObserved(cluster, runner, "one", seen));
  }

  private String text(String sql) throws SQLException {
    try (var connection = scheduler.dataSource.getConnection();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "none";
    }
  }

  private void awaitStatus(TaskId task, String status) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(text("select last_status from read.task where id = '" + task + "'"))
                .isEqualTo(status));
  }

  @Test
  void topicsBelongToTheInstallationThatClaimedThemFirst() throws Exception {
    ShardStore store = new ShardStore(scheduler.dataSource);
    Installation ours = store.installation();
    assertThat(store.installation()).as("it is drawn once").isEqualTo(ours);
    Map<String, Object> servers = scheduler.servers();
    ours.claim(servers);
    ours.claim(servers);

    assertThatThrownBy(() -> new Installation("another").claim(servers))
        .isInstanceOf(Topology.WrongTopologyException.class)
        .hasMessage(
            "The topics of these brokers belong to installation %s and this database to another:"
                + " give each installation brokers of its own. If the database of these topics is"
                + " gone for good, delete every topic whose name begins with longshore.",
            ours.id());
  }

  @Test
  void whatHasNoKeyNoValueOrTooManyHeadersIsPutAsideOrPassedOver() {
    ClusterName cluster = new ClusterName("headless");
    for (String topic : List.of(Topics.COMMANDS, Topics.REPORTS)) {
      for (int partition = 0; partition < 2; partition++) {
        scheduler.send(new ProducerRecord<>(topic, partition, null, null));
        scheduler.send(new ProducerRecord<>(topic, partition, "key", null));
        ProducerRecord<String, byte[]> heavy =
            new ProducerRecord<>(topic, partition, null, new byte[] {'{'});
        heavy.headers().add("traceparent", new byte[300_000]);
        heavy.headers().add("", new byte[300_000]);
        scheduler.send(heavy);
      }
    }
    RunnerId runner = scheduler.register(cluster);
    TaskId task = task(cluster);
    observe(cluster, runner, seen(task, TaskStatus.RUNNING, null, Instant.now()));
    awaitStatus(task, "RUNNING");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(
                    scheduler.heard().stream()
                        .filter(record -> record.topic().equals(Topics.QUARANTINE)))
                .hasSize(12));
  }

  @Test
  void whatIsSaidOfTasksByOthersOrOfTasksNobodyStartedChangesNothing() throws Exception {
    ClusterName cluster = new ClusterName("hearsay");
    ClusterName other = new ClusterName("elsewhere");
    RunnerId runner = scheduler.register(cluster);
    RunnerId stranger = scheduler.register(other);
    TaskId task = task(cluster);
    TaskId never = new TaskId(Ids.derive("never"));
    observe(cluster, runner, seen(task, TaskStatus.RUNNING, null, Instant.now()));
    awaitStatus(task, "RUNNING");
    String row = "select t::text from read.task t where id = '" + task + "'";
    String before = text(row);
    TaskObservation end = seen(task, TaskStatus.STOPPED, 0, Instant.now());
    observe(cluster, stranger, end);
    observe(other, stranger, end);
    observe(other, runner, end);
    observe(cluster, new RunnerId(Ids.derive("nobody")), end);
    scheduler.tell(new Report.TaskObserved(cluster, runner, "an earlier one", end));
    observe(cluster, runner, seen(task, TaskStatus.PENDING, null, Instant.now()));
    observe(cluster, runner, seen(never, TaskStatus.RUNNING, null, Instant.now()));
    // The answer to the last of them: all before it have been decided.
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            !scheduler.all(Order.StopTask.class, order -> order.task().equals(never)).isEmpty());
    assertThat(text(row)).isEqualTo(before);
    assertThat(text("select id from read.task where id = '" + never + "'")).isEqualTo("none");
  }

  @Test
  void timesNoDatabaseHasDoNotStopACluster() {
    ClusterName cluster = new ClusterName("timeless");
    RunnerId runner = scheduler.register(cluster);
    for (Instant at :
        List.of(
            Instant.EPOCH.minusSeconds(1),
            Instant.parse("0001-01-01T00:00:00Z"),
            Instant.parse("-9999-01-01T00:00:00Z"),
            Instant.MIN,
            Instant.MAX)) {
      TaskId task = task(cluster);
      observe(cluster, runner, seen(task, TaskStatus.RUNNING, null, at));
      awaitStatus(task, "RUNNING");
      observe(cluster, runner, seen(task, TaskStatus.STOPPED, 0, at));
      awaitStatus(task, "STOPPED");
    }
  }

  /** Sends what changes something, and does not wait for it. */
  private CommandEnvelope called(ClusterName cluster) {
    CommandEnvelope call =
        scheduler.envelope(new Command.CreateCluster(cluster, Json.EMPTY, Map.of()), null, "");
    scheduler.raw(Topics.COMMANDS, call.command().key(), Codec.encode(call));
    return call;
  }

  private boolean isAnswered(CommandEnvelope call) {
    return !scheduler
        .all(Reply.class, reply -> reply.correlationId().equals(call.correlationId()))
        .isEmpty();
  }

  private void assertUndecided(CommandEnvelope call) {
    Awaitility.await()
        .during(Duration.ofSeconds(5))
        .atMost(Duration.ofSeconds(20))
        .until(() -> !isAnswered(call));
  }

  private void awaitAnswer(CommandEnvelope call) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> isAnswered(call));
  }

  private Connection own() throws SQLException {
    return DriverManager.getConnection(
        scheduler.embedded.endpoints().jdbcUrl(), scheduler.embedded.endpoints().user(), "");
  }

  @Test
  void aLockThatSomebodyHoldsDelaysAndLosesNothing() throws Exception {
    ClusterName cluster = new ClusterName("locked");
    RunnerId runner = scheduler.register(cluster);
    TaskId task = task(cluster);
    observe(cluster, runner, seen(task, TaskStatus.RUNNING, null, Instant.now()));
    awaitStatus(task, "RUNNING");
    CommandEnvelope call;
    try (Connection person = own()) {
      person.setAutoCommit(false);
      person.createStatement().execute("select * from scheduler.shard for update");
      observe(cluster, runner, seen(task, TaskStatus.STOPPED, 3, Instant.now()));
      call = called(new ClusterName("meanwhile"));
      // Longer than a connection waits: the shard is given up and taken over again, in vain.
      assertUndecided(call);
      awaitStatus(task, "RUNNING");
      person.rollback();
    }
    awaitAnswer(call);
    awaitStatus(task, "STOPPED");
  }

  @Test
  void whileNothingCanBeWrittenNothingIsDecidedAndAfterwardsEverything() throws Exception {
    ClusterName cluster = new ClusterName("unwritten");
    RunnerId runner = scheduler.register(cluster);
    TaskId task = task(cluster);
    observe(cluster, runner, seen(task, TaskStatus.RUNNING, null, Instant.now()));
    awaitStatus(task, "RUNNING");
    CommandEnvelope call;
    try (Connection person = own();
        var statement = person.createStatement()) {
      statement.execute("set session characteristics as transaction read write");
      readOnly(statement, "on");
      observe(cluster, runner, seen(task, TaskStatus.STOPPED, 3, Instant.now()));
      call = called(new ClusterName("afterwards"));
      assertUndecided(call);
      awaitStatus(task, "RUNNING");
      readOnly(statement, "off");
    }
    awaitAnswer(call);
    awaitStatus(task, "STOPPED");
  }

  private void readOnly(Statement statement, String word) throws SQLException {
    statement.execute("alter system set default_transaction_read_only = " + word);
    statement.execute("select pg_reload_conf()");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> text("show default_transaction_read_only").equals(word));
  }
}
