package io.longshore.scheduler.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Announcement;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.Command.StopType;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import io.longshore.messages.Topics;
import io.longshore.scheduler.store.ShardStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop on a real broker and a real database: what is committed, what is sent, and what a crash
 * leaves.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchedulerLoopTest {
  @TempDir static Path data;
  private SchedulerUnderTest scheduler;

  @BeforeAll
  void start() throws Exception {
    scheduler = new SchedulerUnderTest(data);
    scheduler.start();
  }

  @AfterAll
  void close() throws Exception {
    scheduler.close();
  }

  private static TaskSpec spec() {
    ContainerSpec container =
        new ContainerSpec(
            "app",
            "busybox",
            1,
            8,
            null,
            true,
            List.of(),
            List.of("sleep", "60"),
            Map.of("A", "b"),
            List.of(),
            null,
            null,
            null,
            false,
            Map.of(),
            null,
            Map.of());
    return new TaskSpec(new TaskDefinitionId("web", 1), "bridge", null, null, List.of(container));
  }

  private Command.CreateService web(ClusterName cluster, int count) {
    return new Command.CreateService(
        cluster,
        new ServiceName("web"),
        spec(),
        count,
        new ServiceSettings(100, 200),
        new Json("{\"serviceName\":\"web\"}"),
        Map.of("team", "blue"));
  }

  private void observe(
      ClusterName cluster,
      RunnerId runner,
      TaskId task,
      TaskStatus status,
      @Nullable Integer exitCode) {
    observe(cluster, runner, task, status, exitCode, null);
  }

  private void observe(
      ClusterName cluster,
      RunnerId runner,
      TaskId task,
      TaskStatus status,
      @Nullable Integer exitCode,
      @Nullable String digest) {
    scheduler.tell(
        new Report.TaskObserved(
            cluster, runner, "one", observation(task, status, exitCode, digest)));
  }

  private static TaskObservation observation(
      TaskId task, TaskStatus status, @Nullable Integer exitCode, @Nullable String digest) {
    boolean over = status == TaskStatus.STOPPED;
    Instant now = Instant.now();
    return new TaskObservation(
        task,
        status,
        List.of(
            new ContainerObservation(
                "app",
                "engine",
                over ? ContainerStatus.STOPPED : ContainerStatus.RUNNING,
                exitCode,
                null,
                digest,
                List.of())),
        over ? StopCode.ESSENTIAL_CONTAINER_EXITED : null,
        over ? "Essential container in task exited" : null,
        null,
        null,
        now.minusSeconds(60),
        null,
        over ? now : null,
        over ? now : null);
  }

  private Set<TaskId> started(RunnerId runner) {
    Set<TaskId> ids = new HashSet<>();
    scheduler
        .all(Order.StartTask.class, order -> order.runner().equals(runner))
        .forEach(order -> ids.add(order.assignment().task()));
    return ids;
  }

  private void awaitStarted(RunnerId runner, int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(started(runner)).hasSize(count));
  }

  @Test
  void aServiceHealsAcrossARestartOfTheScheduler() throws Exception {
    ClusterName cluster = new ClusterName("healing");
    RunnerId runner = scheduler.register(cluster);
    assertThat(scheduler.ask(web(cluster, 3))).isInstanceOf(Accepted.class);
    awaitStarted(runner, 3);
    Set<TaskId> first = started(runner);
    first.forEach(task -> observe(cluster, runner, task, TaskStatus.RUNNING, null));
    TaskId dead = first.iterator().next();
    observe(cluster, runner, dead, TaskStatus.STOPPED, 137);
    awaitStarted(runner, 4);

    scheduler.stop();
    Set<TaskId> living = started(runner);
    living.remove(dead);
    TaskId diesMeanwhile = living.iterator().next();
    observe(cluster, runner, diesMeanwhile, TaskStatus.STOPPED, 1);
    scheduler.start();
    awaitStarted(runner, 5);

    List<Long> generations =
        scheduler.all(Order.class, order -> order.runner().equals(runner)).stream()
            .map(Order::generation)
            .filter(generation -> generation > 0)
            .distinct()
            .toList();
    for (int i = 0; i < generations.size(); i++) {
      assertThat(generations.get(i)).as("no generation is skipped").isEqualTo(i + 1);
    }
  }

  @Test
  void aDeploymentGoesBackAcrossARestartOfTheScheduler() throws Exception {
    ClusterName cluster = new ClusterName("rolling");
    RunnerId runner = scheduler.register(cluster);
    scheduler.ask(web(cluster, 1));
    awaitStarted(runner, 1);
    started(runner).forEach(task -> observe(cluster, runner, task, TaskStatus.RUNNING, null));
    awaitRollouts(cluster, "SUCCESSFUL");
    ServiceName service = new ServiceName("web");
    scheduler.ask(new Command.UpdateService(cluster, service, null, null, null, true, Json.EMPTY));
    awaitRollouts(cluster, "IN_PROGRESS", "SUCCESSFUL");
    String id =
        text(
            "select id from read.service_deployment where cluster = 'rolling' and status = 'IN_PROGRESS'");

    scheduler.stop();
    scheduler.start();
    var stop = new Command.StopServiceDeployment(cluster, service, id, StopType.ROLLBACK);
    assertThat(scheduler.ask(stop)).isEqualTo(Accepted.of(id));
    awaitRollouts(cluster, "ROLLBACK_IN_PROGRESS", "SUCCESSFUL");
    awaitStarted(runner, 2);
    started(runner).forEach(task -> observe(cluster, runner, task, TaskStatus.STOPPED, 0));
    awaitStarted(runner, 3);
    started(runner).forEach(task -> observe(cluster, runner, task, TaskStatus.RUNNING, null));
    awaitRollouts(cluster, "ROLLBACK_SUCCESSFUL", "SUCCESSFUL");
    assertThat(text("select count(*) from read.service_revision where cluster = 'rolling'"))
        .isEqualTo("2");
  }

  @Test
  void whyThingsAreAsTheyAreSurvivesARestart() throws Exception {
    ClusterName cluster = new ClusterName("explained");
    RunnerId runner = scheduler.register(cluster);
    scheduler.ask(web(cluster, 1));
    awaitStarted(runner, 1);
    TaskId first = started(runner).iterator().next();
    observe(cluster, runner, first, TaskStatus.RUNNING, null);
    observe(cluster, runner, first, TaskStatus.STOPPED, 1);
    awaitStarted(runner, 2);
    String decisions =
        "select string_agg(decision || ' ' || (reason->>'rule'), ', ' order by d.ordinal) from read.service_decision d join read.service s on s.uid = d.service_uid where s.cluster = 'explained'";
    String waits =
        "select waits::text from read.service_waiting w join read.service s on s.uid = w.service_uid where s.cluster = 'explained'";
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(text(decisions))
                .isEqualTo("START INITIAL_LAUNCH, STOP ENDED, START REPLACEMENT"));
    assertThat(text(waits)).contains("STARTING");
    assertThat(
            text(
                "select (start_reason->>'rule') || (stop_reason->>'rule') from read.task_explanation where id = '"
                    + first
                    + "'"))
        .isEqualTo("INITIAL_LAUNCHENDED");

    scheduler.stop();
    scheduler.start();
    Set<TaskId> both = started(runner);
    both.remove(first);
    observe(cluster, runner, both.iterator().next(), TaskStatus.RUNNING, null);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(text(waits)).isEqualTo("[]"));
    assertThat(text(decisions)).isEqualTo("START INITIAL_LAUNCH, STOP ENDED, START REPLACEMENT");
  }

  @Test
  void aRevisionHasTheDigestsThatItsFirstTaskTold() throws Exception {
    ClusterName cluster = new ClusterName("digested");
    RunnerId runner = scheduler.register(cluster);
    scheduler.ask(web(cluster, 2));
    awaitStarted(runner, 2);
    String digests =
        "select image_digests::text from read.service_revision where cluster = 'digested'";
    assertThat(text(digests)).isEqualTo("{}");
    List<TaskId> tasks = List.copyOf(started(runner));
    observe(cluster, runner, tasks.get(0), TaskStatus.RUNNING, null, "sha256:one");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(text(digests)).isEqualTo("{\"app\": \"sha256:one\"}"));
    scheduler.stop();
    scheduler.start();
    observe(cluster, runner, tasks.get(1), TaskStatus.RUNNING, null, "sha256:two");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(
                    text(
                        "select count(*) from read.task where cluster = 'digested' and last_status = 'RUNNING'"))
                .isEqualTo("2"));
    assertThat(text(digests)).as("what was told first stays").contains("sha256:one");
  }

  private void awaitRollouts(ClusterName cluster, String... statuses) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(
                    text(
                        "select string_agg(status, ',' order by ordinal desc) from read.service_deployment where cluster = '"
                            + cluster
                            + "'"))
                .isEqualTo(String.join(",", statuses)));
  }

  private String text(String query) throws SQLException {
    try (var connection = scheduler.dataSource.getConnection();
        var row = connection.createStatement().executeQuery(query)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  @Test
  void theNewestHundredRolloutsOfAServiceAreKept() throws Exception {
    int unused = 98;
    try (var connection = scheduler.dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          """
          insert into scheduler.service (uid, shard, cluster, name, status, desired_count,
              minimum_healthy_percent, maximum_percent, settings, deployments, document, tags,
              launches, steady, version, created_at, completed)
          values ('kept', 98, 'kept', 'web', 'ACTIVE', 0, 0, 100, '{}', '[{"id": "ecs-svc/130"}]',
              '{}', '{}', 0, true, 1, now(), '{"id": "ecs-svc/7"}')
          """);
      statement.execute(
          """
          insert into scheduler.service_deployment
              (id, shard, service_uid, ordinal, status, story, created_at)
          select 'kept-' || i, 98, 'kept', i, 'STOPPED',
              jsonb_build_object('deploymentId', 'ecs-svc/' || i, 'sources',
                  jsonb_build_array('ecs-svc/' || i - 1)), now()
          from generate_series(1, 130) i
          """);
      statement.execute(
          """
          insert into scheduler.service_revision
              (service_uid, deployment_id, shard, spec, document, created_at)
          select 'kept', 'ecs-svc/' || i, 98, '{}', '{}', now() from generate_series(1, 130) i
          """);
    }
    text(
        "with filled as (insert into scheduler.service_decision select 'kept', i, 98, 'START', 't', '{}', now() from generate_series(0, 130) i returning ordinal) select count(*) from filled");
    new ShardStore(scheduler.dataSource).prune(unused, Instant.EPOCH, Instant.EPOCH);
    assertThat(
            text(
                "select count(*) || ' and ' || min(ordinal) from scheduler.service_decision where service_uid = 'kept'"))
        .as("the newest hundred, and what it waits for")
        .isEqualTo("101 and 0");
    assertThat(
            text(
                "select count(*) || ' from ' || min(ordinal) from scheduler.service_deployment where service_uid = 'kept'"))
        .isEqualTo("100 from 31");
    assertThat(text("select count(*) from scheduler.service_revision where service_uid = 'kept'"))
        .as("what the hundred name, the one they began from, and the one to go back to")
        .isEqualTo("102");
  }

  @Test
  void aRepeatedCallHasOneEffectAndOneAnswer() {
    ClusterName cluster = new ClusterName("repeating");
    RunnerId runner = scheduler.register(cluster);
    Command.RunTask run =
        new Command.RunTask(
            cluster, spec(), 2, "family:web", null, Json.EMPTY, Map.of(), Placing.ANYWHERE);
    CommandEnvelope call = scheduler.envelope(run, "RunTask/repeating/token", "same");
    var answer = scheduler.ask(call);
    assertThat(scheduler.ask(call)).as("the same attempt").isEqualTo(answer);
    assertThat(scheduler.ask(scheduler.envelope(run, "RunTask/repeating/token", "same")))
        .as("another attempt with the same token")
        .isEqualTo(answer);
    assertThat(scheduler.ask(scheduler.envelope(run, "RunTask/repeating/token", "other")))
        .as("the same token with other members")
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> {
              assertThat(rejected.error()).isEqualTo(ErrorType.CONFLICT);
              assertThat(rejected.resourceIds()).isEqualTo(((Accepted) answer).ids());
            });
    awaitStarted(runner, 2);
  }

  @Test
  void recordsNobodyCanReadAreQuarantinedAndTheRestFlows() {
    ClusterName cluster = new ClusterName("poisoned");
    String key = cluster.value();
    List<byte[]> poison =
        List.of(
            new byte[0],
            bytes("not json"),
            bytes("[]"),
            bytes("{}"),
            bytes("{\"type\":\"RunnerExploded\"}"),
            bytes("{\"type\":\"RunnerBeat\",\"cluster\":\"poisoned\"}"),
            bytes("{\"type\":\"RunnerBeat\",\"cluster\":\"po/soned\",\"runner\":\"x\"}"),
            bytes("[".repeat(100_000)),
            new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    for (byte[] value : poison) {
      scheduler.raw(Topics.REPORTS, key, value);
      scheduler.raw(Topics.COMMANDS, key, value);
    }
    scheduler.register(cluster);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(
                    scheduler.heard().stream()
                        .filter(record -> record.topic().equals(Topics.QUARANTINE)))
                .hasSize(2 * poison.size())
                .allSatisfy(record ->
                    assertThat(record.headers().lastHeader(Topics.QUARANTINE_REASON).value())
                        .isNotEmpty()
                        .hasSizeLessThan(400)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void duringASlowTurnNoRunnerIsTakenForLost() throws Exception {
    ClusterName cluster = new ClusterName("slow");
    RunnerId runner = scheduler.register(cluster);
    scheduler.ask(web(cluster, 1));
    awaitStarted(runner, 1);
    TaskId task = started(runner).iterator().next();
    observe(cluster, runner, task, TaskStatus.RUNNING, null);

    try (Connection other = scheduler.dataSource.getConnection();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("lock table scheduler.shard in exclusive mode");
      Command.CreateService slow = web(new ClusterName("slow"), 1);
      scheduler.raw(Topics.COMMANDS, slow.key(), Codec.encode(scheduler.envelope(slow, null, "")));
      // Long enough for the consumer to have been told in advance that nothing was waiting.
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> hasWaitedForASecond(statement));
      scheduler.tell(new Report.RunnerBeat(cluster, runner, "one", 2));
      scheduler.advance(Duration.ofMinutes(1));
      scheduler.tell(new Report.RunnerBeat(cluster, runner, "one", 2));
      other.rollback();
    }

    // Had it been taken for lost, the task would have ended and this report would be late.
    observe(cluster, runner, task, TaskStatus.STOPPED, 1);
    awaitStarted(runner, 2);
    assertThat(scheduler.all(Order.RegisterAgain.class, order -> order.runner().equals(runner)))
        .isEmpty();
  }

  private static boolean hasWaitedForASecond(Statement statement) throws SQLException {
    try (ResultSet waiting =
        statement.executeQuery(
            """
            select 1 from pg_stat_activity
            where wait_event_type = 'Lock' and clock_timestamp() - query_start > interval '1 second'
            """)) {
      return waiting.next();
    }
  }

  @Test
  void publicEventsComeInOrderForEachTask() {
    ClusterName cluster = new ClusterName("public");
    RunnerId runner = scheduler.register(cluster);
    scheduler.ask(web(cluster, 1));
    awaitStarted(runner, 1);
    TaskId task = started(runner).iterator().next();
    observe(cluster, runner, task, TaskStatus.RUNNING, null);
    observe(cluster, runner, task, TaskStatus.STOPPED, 0);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(
                    scheduler.heard().stream()
                        .filter(record -> record.topic().equals(Topics.EVENTS))
                        .filter(record -> record.key().endsWith("/" + task))
                        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                        .map(text -> text.replaceAll(".*\"lastStatus\":\"(\\w+)\",\"cpu.*", "$1")))
                .containsExactly("PROVISIONING", "RUNNING", "STOPPED"));
  }

  @Test
  void whileTheBrokersAreAwayNoRunnerIsTakenForLost() throws Exception {
    ClusterName cluster = new ClusterName("deaf");
    RunnerId runner = scheduler.register(cluster);
    scheduler.ask(web(cluster, 1));
    awaitStarted(runner, 1);
    TaskId task = started(runner).iterator().next();
    observe(cluster, runner, task, TaskStatus.RUNNING, null);

    scheduler.embedded.stopKafka();
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> scheduler.progress().deaf());
    scheduler.advance(Duration.ofMinutes(10));
    scheduler.embedded.startKafka();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !scheduler.progress().deaf());
    scheduler.tell(new Report.RunnerBeat(cluster, runner, "one", 2));

    // Had it been taken for lost, the task would have ended and this report would be late.
    observe(cluster, runner, task, TaskStatus.STOPPED, 1);
    awaitStarted(runner, 2);
    assertThat(scheduler.all(Order.RegisterAgain.class, order -> order.runner().equals(runner)))
        .isEmpty();
  }

  @Test
  void aHostWithThousandsOfTasksRegisters() throws Exception {
    ClusterName cluster = new ClusterName("crowded");
    RunnerId runner = scheduler.register(cluster);
    List<TaskObservation> many =
        IntStream.range(0, 4_000)
            .mapToObj(number ->
                observation(
                    new TaskId(Ids.derive("unknown", Integer.toString(number))),
                    TaskStatus.RUNNING,
                    null,
                    "sha256:" + "0".repeat(64)))
            .toList();
    Report.RunnerRegistered report =
        new Report.RunnerRegistered(
            cluster,
            runner,
            "two",
            new HostResources("host", 4096, 4096, List.of(), Map.of(), "1", "1", false),
            many);
    assertThat(Codec.encode(report)).hasSizeGreaterThan(1 << 20);
    scheduler.tell(report);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() ->
            scheduler.all(Order.StopTask.class, order -> order.runner().equals(runner)).size()
                == many.size());
  }

  @Test
  void whileTheMachineSleptNoRunnerIsTakenForLost() throws Exception {
    ClusterName cluster = new ClusterName("asleep");
    RunnerId runner = scheduler.register(cluster);
    scheduler.ask(web(cluster, 1));
    awaitStarted(runner, 1);
    TaskId task = started(runner).iterator().next();
    observe(cluster, runner, task, TaskStatus.RUNNING, null);

    scheduler.sleep(Duration.ofHours(8));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> scheduler.progress().lastLoop().isAfter(Instant.now().plusSeconds(3600)));
    scheduler.tell(new Report.RunnerBeat(cluster, runner, "one", 2));

    // Had it been taken for lost, the task would have ended and this report would be late.
    observe(cluster, runner, task, TaskStatus.STOPPED, 1);
    awaitStarted(runner, 2);
    assertThat(scheduler.all(Order.RegisterAgain.class, order -> order.runner().equals(runner)))
        .isEmpty();
  }

  @Test
  void theTimeOfAShardDoesNotGoBackWithItsOwner() throws Exception {
    ClusterName cluster = new ClusterName("behind");
    Instant before = Instant.now();
    scheduler.register(cluster);
    scheduler.stop();
    Duration back = Duration.ofMinutes(2);
    scheduler.sleep(back.negated());
    scheduler.start();
    assertThat(scheduler.ask(web(cluster, 1))).isInstanceOf(Accepted.class);
    assertThat(scheduler.progress().lastLoop()).isAfter(before);
    scheduler.sleep(back);
  }

  @Test
  void aDatabaseThatGoesAwayStopsNothingForGood() throws Exception {
    ClusterName cluster = new ClusterName("outage");
    RunnerId runner = scheduler.register(cluster);
    scheduler.embedded.stopPostgres();
    CommandEnvelope call = scheduler.envelope(web(cluster, 1), null, "");
    scheduler.raw(Topics.COMMANDS, cluster.value(), io.longshore.messages.Codec.encode(call));
    scheduler.embedded.startPostgres();
    awaitStarted(runner, 1);
  }

  @Test
  void aRegisteredInstanceWaitsAcrossARestartOfTheScheduler() throws Exception {
    ClusterName cluster = new ClusterName("awaiting");
    scheduler.ask(new Command.CreateCluster(cluster, Json.EMPTY, Map.of()));
    Announcement announcement = new Announcement(512, null, null, null, null);
    var answer =
        (Accepted)
            scheduler.ask(
                new Command.RegisterContainerInstance(
                    cluster, null, announcement, Map.of("disk", "ssd"), Map.of()));
    RunnerId runner = new RunnerId(answer.ids().getFirst());
    scheduler.ask(web(cluster, 1));
    scheduler.stop();
    scheduler.start();
    HostResources host =
        new HostResources("host", 4096, 4096, List.of(), Map.of(), "1", "1", false);
    scheduler.tell(new Report.RunnerRegistered(cluster, runner, "one", host, List.of(), true));
    awaitStarted(runner, 1);
    assertThat(
            texts(
                "select (host->>'cpu') || (custom_attributes->>'disk') || connected::text"
                    + " from read.runner where cluster = 'awaiting'"))
        .containsExactly("512ssdtrue");
    assertThat(texts("select version::text from read.service_version where cluster = 'awaiting'"))
        .as("launching its task is no change of what it is to be")
        .containsExactly("1");
  }

  @Test
  void whatBelongsToTheAccountIsKept() throws Exception {
    Json document = new Json("{\"autoScalingGroupProvider\": {}}");
    scheduler.ask(new Command.CreateCapacityProvider("pool", document, Map.of("a", "b")));
    scheduler.ask(new Command.PutAccountSetting("fargateFIPSMode", "arn:one", "enabled"));
    scheduler.ask(new Command.PutAccountSetting("fargateFIPSMode", "arn:two", "enabled"));
    scheduler.ask(new Command.PutAccountSetting("fargateFIPSMode", "arn:one", null));
    assertThat(texts("select principal || value from read.account_setting"))
        .containsExactly("arn:twoenabled");
    scheduler.stop();
    scheduler.start();
    assertThat(scheduler.ask(new Command.CreateCapacityProvider("pool", document, Map.of())))
        .isInstanceOf(Rejected.class);
    assertThat(texts("select status || document::text from read.capacity_provider"))
        .containsExactly("ACTIVE" + document);
  }

  @Test
  void aDefinitionGoesWhenNothingUsesItAndItsNumberStaysTaken() throws Exception {
    ClusterName cluster = new ClusterName("leaving");
    scheduler.register(cluster);
    scheduler.ask(new Command.RegisterTaskDefinition("leaving", spec(), Json.EMPTY, Map.of()));
    TaskDefinitionId id = new TaskDefinitionId("leaving", 1);
    scheduler.ask(
        new Command.CreateService(
            cluster,
            new ServiceName("leaving"),
            spec().as(id),
            0,
            new ServiceSettings(100, 200),
            Json.EMPTY,
            Map.of()));
    scheduler.ask(new Command.DeregisterTaskDefinition(id));
    assertThat(scheduler.ask(new Command.DeleteTaskDefinition(id)))
        .isEqualTo(Accepted.of("leaving:1"));
    String status =
        "select status from read.task_definition where family = 'leaving' order by revision";
    prune();
    assertThat(texts(status)).containsExactly("DELETE_IN_PROGRESS");
    scheduler.ask(new Command.DeleteService(cluster, new ServiceName("leaving"), true));
    prune();
    assertThat(texts(status)).containsExactly("DELETED");
    scheduler.stop();
    scheduler.start();
    assertThat(
            scheduler.ask(
                new Command.RegisterTaskDefinition("leaving", spec(), Json.EMPTY, Map.of())))
        .isEqualTo(Accepted.of("leaving:2"));
  }

  /** A busy day leaves more than one batch. */
  @Test
  void whatWasKeptLongEnoughGoesHoweverMuchItIs() throws Exception {
    ClusterName cluster = new ClusterName("brief");
    scheduler.register(cluster);
    TaskDefinitionId id = new TaskDefinitionId("brief", 1);
    scheduler.ask(new Command.RegisterTaskDefinition("brief", spec(), Json.EMPTY, Map.of()));
    scheduler.ask(
        new Command.CreateService(
            cluster,
            new ServiceName("brief"),
            spec().as(id),
            0,
            new ServiceSettings(100, 200),
            Json.EMPTY,
            Map.of()));
    scheduler.ask(new Command.DeleteService(cluster, new ServiceName("brief"), true));
    text(
        "with old as (insert into scheduler.answer select 'old-' || i, 0, 'f', '{}', now() - interval '2 days' from generate_series(1, 12000) i returning key) select count(*) from old");
    String services = "select status from read.service where name = 'brief'";
    ShardStore store = new ShardStore(scheduler.dataSource);

    Instant yesterday = Instant.now().minus(Duration.ofDays(1));
    for (int shard = 0; shard < 2; shard++) {
      store.prune(shard, yesterday, yesterday);
    }
    assertThat(text("select count(*) from scheduler.answer where key like 'old-%'")).isEqualTo("0");
    assertThat(texts(services)).containsExactly("INACTIVE");

    // Other tests move the scheduler's clock.
    Instant later = Instant.now().plus(Duration.ofDays(1000));
    for (int shard = 0; shard < 2; shard++) {
      store.prune(shard, later, yesterday);
    }
    assertThat(texts(services)).isEmpty();
    assertThat(
            text(
                "select count(*) from scheduler.service_event e where not exists (select from scheduler.service s where s.uid = e.service_uid)"))
        .isEqualTo("0");
  }

  private void prune() throws SQLException {
    ShardStore store = new ShardStore(scheduler.dataSource);
    for (int shard = 0; shard < 2; shard++) {
      store.prune(shard, Instant.EPOCH, Instant.EPOCH);
    }
  }

  private List<String> texts(String sql) throws SQLException {
    try (Connection connection = scheduler.dataSource.getConnection();
        ResultSet row = connection.createStatement().executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (row.next()) {
        texts.add(row.getString(1));
      }
      return texts;
    }
  }
}
