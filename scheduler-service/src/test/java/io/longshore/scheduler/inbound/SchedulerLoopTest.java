package io.longshore.scheduler.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
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
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.store.FencedException;
import io.longshore.scheduler.store.OwnedShard;
import io.longshore.scheduler.store.ShardStore;
import io.longshore.scheduler.store.Turn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private RunnerId register(ClusterName cluster) {
    RunnerId runner = new RunnerId(Ids.derive("runner", cluster.value()));
    HostResources host =
        new HostResources("host", 4096, 4096, List.of(), Map.of(), "1", "1", false);
    scheduler.tell(new Report.RunnerRegistered(cluster, runner, "one", host, List.of()));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            !scheduler.all(Order.Manifest.class, order -> order.runner().equals(runner)).isEmpty());
    return runner;
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
    boolean over = status == TaskStatus.STOPPED;
    Instant now = Instant.now();
    scheduler.tell(
        new Report.TaskObserved(
            cluster,
            runner,
            "one",
            new TaskObservation(
                task,
                status,
                List.of(
                    new ContainerObservation(
                        "app",
                        "engine",
                        over ? ContainerStatus.STOPPED : ContainerStatus.RUNNING,
                        exitCode,
                        null,
                        null,
                        List.of())),
                over ? StopCode.ESSENTIAL_CONTAINER_EXITED : null,
                over ? "Essential container in task exited" : null,
                null,
                null,
                now.minusSeconds(60),
                null,
                over ? now : null,
                over ? now : null)));
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
    RunnerId runner = register(cluster);
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
  void aRepeatedCallHasOneEffectAndOneAnswer() {
    ClusterName cluster = new ClusterName("repeating");
    RunnerId runner = register(cluster);
    Command.RunTask run =
        new Command.RunTask(cluster, spec(), 2, "family:web", null, Json.EMPTY, Map.of());
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
    register(cluster);
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
  void aFormerOwnerIsRefused() throws Exception {
    ShardStore store = new ShardStore(scheduler.dataSource);
    int unused = 99;
    OwnedShard former = store.acquire(unused, "cluster");
    OwnedShard present = store.acquire(unused, "cluster");
    assertThat(present.epoch()).isEqualTo(former.epoch() + 1);
    assertThatThrownBy(() -> store.commit(turn(former))).isInstanceOf(FencedException.class);
    store.commit(turn(present));
    assertThat(store.acquire(unused, "cluster").commandsOffset()).isEqualTo(7);
    assertThat(store.acquire(unused, "another cluster").commandsOffset()).isZero();
  }

  private static Turn turn(OwnedShard owned) {
    return new Turn(
        owned.shard(),
        owned.epoch(),
        7,
        8,
        new Changes(),
        1,
        List.of(),
        0,
        0,
        Map.of(),
        Instant.now());
  }

  @Test
  void publicEventsComeInOrderForEachTask() {
    ClusterName cluster = new ClusterName("public");
    RunnerId runner = register(cluster);
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
    RunnerId runner = register(cluster);
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
  void aDatabaseThatGoesAwayStopsNothingForGood() throws Exception {
    ClusterName cluster = new ClusterName("outage");
    RunnerId runner = register(cluster);
    scheduler.embedded.stopPostgres();
    CommandEnvelope call = scheduler.envelope(web(cluster, 1), null, "");
    scheduler.raw(Topics.COMMANDS, cluster.value(), io.longshore.messages.Codec.encode(call));
    scheduler.embedded.startPostgres();
    awaitStarted(runner, 1);
  }
}
