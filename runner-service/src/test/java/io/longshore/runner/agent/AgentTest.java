package io.longshore.runner.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerSecrets;
import io.longshore.messages.ContainerSecrets.Reference;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Found;
import io.longshore.runner.engine.simulated.SimulatedEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One agent, its fleet and a simulated engine; the test is the scheduler. */
class AgentTest {
  private static final RunnerId RUNNER = new RunnerId(Ids.derive("runner"));
  private static final HostResources HOST =
      new HostResources("h", 2048, 1024, List.of(), Map.of(), "1", "1", false);
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @TempDir private Path data;

  private final SimulatedEngine engine = new SimulatedEngine();
  private final RecordedReports reports = new RecordedReports();
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Fleet fleet;

  @SuppressWarnings("NullAway.Init") // Recruited while the fleet begins.
  private Agent agent;

  private long generation;

  /** Positions every agent at once, as a feed does that has nothing to wait for. */
  private static final class Source implements Fleet.OrderSource {
    @Override
    public void follow(Agent agent) {
      agent.positioned();
    }

    @Override
    public void unfollow(Agent agent) {}
  }

  @BeforeEach
  void begin() throws InterruptedException {
    boot("first", Duration.ofMillis(50));
  }

  private void boot(String incarnation, Duration listInterval) throws InterruptedException {
    assemble(incarnation, listInterval);
    fleet.join(List.of(Tasks.CLUSTER));
  }

  private void assemble(String incarnation, Duration listInterval) {
    Outputs outputs = Tasks.outputs(engine, data);
    Hands hands = Tasks.hands(engine, outputs);
    fleet =
        new Fleet(
            engine,
            outputs,
            new Source(),
            cluster -> {
              agent =
                  new Agent(
                      new Agent.Identity(cluster, RUNNER, incarnation),
                      HOST,
                      hands,
                      reports,
                      () -> now);
              return List.of(agent);
            },
            Duration.ofMillis(20),
            listInterval);
    fleet.begin();
  }

  @AfterEach
  void end() {
    fleet.close();
    engine.close();
  }

  private static void eventually(ThrowingRunnable assertion) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(assertion);
  }

  private void manifest(List<TaskId> run, List<TaskId> stop) {
    String incarnation = reports.of(Report.RunnerRegistered.class).getLast().incarnation();
    generation++;
    agent.take(new Order.Manifest(RUNNER, generation, incarnation, run, stop), null);
  }

  private void start(TaskAssignment task) {
    generation++;
    agent.take(new Order.StartTask(RUNNER, generation, task), TRACE);
  }

  private void stop(TaskId task) {
    generation++;
    agent.take(new Order.StopTask(RUNNER, generation, task, "because"), null);
  }

  private void forget(TaskId task) {
    generation++;
    agent.take(new Order.ForgetTask(RUNNER, generation, task), null);
  }

  private static TaskAssignment task(String what, Map<String, String> environment) {
    ContainerSpec spec = Tasks.container("web", true, List.of(), environment, List.of());
    return Tasks.of(Tasks.id(what), spec);
  }

  private TaskObservation last(TaskAssignment task) {
    List<TaskObservation> all = reports.of(task.task());
    assertThat(all).isNotEmpty();
    return all.getLast();
  }

  private void eventuallyIs(TaskAssignment task, TaskStatus status) {
    eventually(() -> assertThat(last(task).lastStatus()).isEqualTo(status));
  }

  private String container(TaskAssignment task) throws Exception {
    return engine.list().stream()
        .filter(found -> found.task().equals(task.task()))
        .findFirst()
        .orElseThrow()
        .sighting()
        .runtimeId();
  }

  @Test
  void itRegistersAndIsReadyWithItsManifest() {
    assertThat(reports.of(Report.RunnerRegistered.class)).hasSize(1);
    assertThat(fleet.isReady()).isFalse();
    assertThat(reports.of(Report.RunnerBeat.class)).isEmpty();
    manifest(List.of(), List.of());
    eventually(() -> assertThat(fleet.isReady()).isTrue());
    eventually(() -> assertThat(reports.of(Report.RunnerBeat.class)).isNotEmpty());
    assertThat(reports.of(Report.RunnerBeat.class).getLast().generation()).isEqualTo(1);
  }

  @Test
  void itRegistersAgainWhenNoManifestComes() {
    now = now.plusSeconds(20);
    eventually(() -> assertThat(reports.of(Report.RunnerRegistered.class)).hasSize(2));
    assertThat(reports.of(Report.RunnerRegistered.class))
        .extracting(Report.RunnerRegistered::incarnation)
        .containsOnly("first");
  }

  @Test
  void aTaskRunsAndItsEndIsOneReportInTheTraceOfItsOrder() throws Exception {
    manifest(List.of(), List.of());
    TaskAssignment task = task("one", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    int before = reports.of(task.task()).size();
    engine.crash(container(task), 3);
    eventuallyIs(task, TaskStatus.STOPPED);
    assertThat(reports.of(task.task())).hasSize(before + 1);
    assertThat(last(task).containers().getFirst().exitCode()).isEqualTo(3);
    assertThat(last(task).stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
    assertThat(reports.traceparents(task.task())).containsOnly(TRACE);
    forget(task.task());
    eventually(() -> assertThat(engine.list()).isEmpty());
    eventually(() -> assertThat(fleet.taskCount()).isZero());
  }

  @Test
  void aRepeatedStartHasNoEffectButAReport() throws Exception {
    manifest(List.of(), List.of());
    TaskAssignment task = task("twice", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    engine.crash(container(task), 1);
    eventuallyIs(task, TaskStatus.STOPPED);
    int before = reports.of(task.task()).size();
    start(task);
    eventually(() -> assertThat(reports.of(task.task())).hasSize(before + 1));
    assertThat(last(task).lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(engine.creations()).isEqualTo(1);
  }

  @Test
  void aStopOfAnUnknownTaskIsAnsweredAsStopped() {
    manifest(List.of(), List.of());
    TaskAssignment task = task("unknown", Map.of());
    stop(task.task());
    eventuallyIs(task, TaskStatus.STOPPED);
    assertThat(last(task).stopCode()).isNull();
  }

  @Test
  void aStoppedTaskEndsWithoutAStopCode() {
    manifest(List.of(), List.of());
    TaskAssignment task = task("stopped", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    stop(task.task());
    eventuallyIs(task, TaskStatus.STOPPED);
    assertThat(last(task).stopCode()).isNull();
    assertThat(last(task).containers().getFirst().exitCode()).isEqualTo(143);
  }

  @Test
  void anEndWhoseEventWasLostIsFoundByListing() throws Exception {
    manifest(List.of(), List.of());
    TaskAssignment task = task("lost", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    engine.faults().losesEvents = true;
    engine.crash(container(task), 9);
    eventuallyIs(task, TaskStatus.STOPPED);
    assertThat(last(task).containers().getFirst().exitCode()).isEqualTo(9);
  }

  @Test
  void aContainerRemovedByHandIsFoundByListing() throws Exception {
    manifest(List.of(), List.of());
    TaskAssignment task = task("vanished", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    engine.vanish(container(task));
    eventuallyIs(task, TaskStatus.STOPPED);
    assertThat(last(task).containers().getFirst().exitCode()).isNull();
  }

  @Test
  void anEngineOutOfReachIsNoReasonToThinkAnythingEnded() {
    manifest(List.of(), List.of());
    TaskAssignment task = task("unreachable", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    int before = reports.of(task.task()).size();
    engine.faults().unreachable = true;
    eventually(() -> assertThat(fleet.engineAnswers()).isFalse());
    engine.faults().unreachable = false;
    eventually(() -> assertThat(fleet.engineAnswers()).isTrue());
    assertThat(reports.of(task.task())).hasSize(before);
  }

  @Test
  void anEngineThatWasAwayIsLookedForMoreOftenThanItIsListed() throws InterruptedException {
    fleet.close();
    boot("second", Duration.ofHours(1));
    engine.faults().unreachable = true;
    fleet.doubt();
    eventually(() -> assertThat(fleet.engineAnswers()).isFalse());
    engine.faults().unreachable = false;
    eventually(() -> assertThat(fleet.engineAnswers()).isTrue());
  }

  @Test
  void theEngineIsNotAskedBesideTheOneWhoJoins() throws InterruptedException {
    fleet.close();
    assemble("second", Duration.ofMillis(50));
    fleet.doubt();
    // Lists that nobody needs would come every 50 ms; one of the fleet before may still end.
    AtomicInteger before = new AtomicInteger();
    await()
        .pollInterval(Duration.ofMillis(100))
        .during(Duration.ofMillis(700))
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          int now = engine.lists();
          return before.getAndSet(now) == now;
        });
    fleet.join(List.of(Tasks.CLUSTER));
    eventually(() -> assertThat(engine.lists()).isGreaterThan(before.get() + 2));
  }

  @Test
  void clustersThatAreJoinedTogetherShareOneList() throws InterruptedException {
    fleet.close();
    assemble("second", Duration.ofHours(1));
    int before = engine.lists();
    fleet.join(List.of(Tasks.CLUSTER, new ClusterName("another"), new ClusterName("a-third")));
    assertThat(fleet.agentCount()).isEqualTo(3);
    // One for all of them, and one for what happened meanwhile.
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(10))
        .until(() -> engine.lists() == before + 2);
  }

  @Test
  void aStartWaitsForAnEngineOutOfReach() {
    manifest(List.of(), List.of());
    engine.faults().unreachable = true;
    TaskAssignment task = task("patient", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.PENDING);
    engine.faults().unreachable = false;
    eventuallyIs(task, TaskStatus.RUNNING);
    assertThat(engine.creations()).isEqualTo(1);
  }

  @Test
  void aFailedPullIsToldInTheWordsOfEcs() {
    manifest(List.of(), List.of());
    TaskAssignment task = task("nopull", Map.of("LONGSHORE_SIMULATED_FAIL", "pull"));
    start(task);
    eventuallyIs(task, TaskStatus.STOPPED);
    assertThat(last(task).stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
    assertThat(last(task).stoppedReason()).startsWith("CannotPullContainerError: ");
  }

  @Test
  void aSecretThatCannotBeHadIsToldInTheWordsOfEcsAndCreatesNothing() {
    manifest(List.of(), List.of());
    ContainerSpec spec =
        Tasks.container("web", true)
            .withSecrets(
                new ContainerSecrets(
                    List.of(), List.of(new Reference("PASSWORD", "/shop/db")), List.of()));
    TaskAssignment task = Tasks.of(Tasks.id("no-secret"), spec);
    start(task);
    eventuallyIs(task, TaskStatus.STOPPED);
    assertThat(last(task).stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
    assertThat(last(task).stoppedReason())
        .isEqualTo(
            "ResourceInitializationError: unable to pull secrets or registry auth:"
                + " secret '/shop/db' for PASSWORD: there is no such secret");
    assertThat(engine.creations()).isZero();
  }

  @Test
  void aGapMakesItRegisterAgainAndNothingInBetweenCounts() {
    manifest(List.of(), List.of());
    generation++;
    TaskAssignment missed = task("missed", Map.of());
    start(missed);
    assertThat(reports.of(Report.RunnerRegistered.class)).hasSize(2);
    assertThat(fleet.isReady()).isFalse();
    start(missed);
    assertThat(engine.creations()).isZero();
    manifest(List.of(missed.task()), List.of());
    start(missed);
    eventuallyIs(missed, TaskStatus.RUNNING);
  }

  @Test
  void aSchedulerThatDoesNotKnowItMakesItRegisterUnderANewIncarnation() {
    manifest(List.of(), List.of());
    agent.take(new Order.RegisterAgain(RUNNER, "first"), null);
    agent.take(new Order.RegisterAgain(RUNNER, "first"), null);
    assertThat(reports.of(Report.RunnerRegistered.class))
        .extracting(Report.RunnerRegistered::incarnation)
        .containsExactly("first", "first-1");
    generation = 0;
    manifest(List.of(), List.of());
    eventually(() -> assertThat(fleet.isReady()).isTrue());
  }

  @Test
  void aRestartTakesUpWhatRunsAndRestartsNothing() throws Exception {
    manifest(List.of(), List.of());
    List<TaskAssignment> tasks = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      tasks.add(task("adopt" + i, Map.of()));
    }
    tasks.forEach(this::start);
    eventually(() -> assertThat(reports.of(tasks.getLast().task())).isNotEmpty());
    eventually(
        () -> tasks.forEach(t -> assertThat(last(t).lastStatus()).isEqualTo(TaskStatus.RUNNING)));
    fleet.close();
    engine.crash(container(tasks.get(7)), 7);

    long begun = System.nanoTime();
    boot("second", Duration.ofSeconds(5));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);

    Report.RunnerRegistered registered = reports.of(Report.RunnerRegistered.class).getLast();
    assertThat(registered.incarnation()).isEqualTo("second");
    assertThat(registered.inventory()).hasSize(1000);
    assertThat(registered.inventory().stream().filter(o -> o.lastStatus() == TaskStatus.RUNNING))
        .hasSize(999);
    assertThat(took).isLessThan(Duration.ofSeconds(2));
    assertThat(engine.creations()).isEqualTo(1000);

    List<TaskId> run = tasks.stream().map(TaskAssignment::task).skip(10).toList();
    List<TaskId> stop = List.of(tasks.get(8).task());
    manifest(run, stop);
    eventually(() -> assertThat(engine.list()).hasSize(991));
    eventuallyIs(tasks.get(8), TaskStatus.STOPPED);
    assertThat(fleet.taskCount()).isEqualTo(991);
    assertThat(engine.creations()).isEqualTo(1000);
  }

  private void manifestWithLease() {
    String incarnation = reports.of(Report.RunnerRegistered.class).getLast().incarnation();
    generation++;
    agent.take(
        new Order.Manifest(RUNNER, generation, incarnation, List.of(), List.of(), 10_000L), null);
  }

  private static TaskAssignment strict(String what, Map<String, String> environment) {
    TaskAssignment plain = task(what, environment);
    return new TaskAssignment(
        plain.task(), plain.taskArn(), plain.cluster(), null, plain.spec(), true);
  }

  @Test
  void aTaskThatMustHaveNoSecondCopyIsKilledWhenContactIsLostAndNothingElseIs() {
    manifestWithLease();
    TaskAssignment strict = strict("strict", Map.of("LONGSHORE_SIMULATED_IGNORE_STOP", "true"));
    TaskAssignment plain = task("plain", Map.of());
    start(strict);
    start(plain);
    eventuallyIs(strict, TaskStatus.RUNNING);
    eventuallyIs(plain, TaskStatus.RUNNING);
    // As long as beats arrive, time may pass.
    for (int beat = 0; beat < 5; beat++) {
      now = now.plusSeconds(7);
      int before = reports.of(Report.RunnerBeat.class).size();
      eventually(
          () -> assertThat(reports.of(Report.RunnerBeat.class)).hasSizeGreaterThan(before + 1));
    }
    assertThat(last(strict).lastStatus()).isEqualTo(TaskStatus.RUNNING);
    reports.cut();
    now = now.plusSeconds(8);
    eventuallyIs(strict, TaskStatus.STOPPED);
    assertThat(last(strict).stopCode()).isEqualTo(StopCode.TERMINATION_NOTICE);
    assertThat(last(strict).stoppedReason()).contains("allows no second copy");
    assertThat(last(plain).lastStatus()).isEqualTo(TaskStatus.RUNNING);
  }

  @Test
  void whatARunnersEarlierProcessLeftIsKilledBeforeAnythingElseIfItMustHaveNoSecondCopy()
      throws Exception {
    manifestWithLease();
    TaskAssignment strict = strict("left", Map.of());
    TaskAssignment plain = task("stays", Map.of());
    start(strict);
    start(plain);
    eventuallyIs(strict, TaskStatus.RUNNING);
    eventuallyIs(plain, TaskStatus.RUNNING);
    fleet.close();
    Remains.end(engine);
    assertThat(engine.list())
        .filteredOn(found -> found.sighting().phase() == Sighting.Phase.RUNNING)
        .extracting(Found::task)
        .containsExactly(plain.task());
    boot("second", Duration.ofSeconds(5));
    assertThat(reports.of(Report.RunnerRegistered.class).getLast().inventory())
        .filteredOn(seen -> seen.task().equals(strict.task()))
        .singleElement()
        .matches(seen -> seen.lastStatus() == TaskStatus.STOPPED)
        .matches(seen -> seen.stopCode() == StopCode.TERMINATION_NOTICE);
  }

  @Test
  void aContainerIsStartedAgainByItsPolicyUntilItIsToStop() {
    manifest(List.of(), List.of());
    ContainerSpec spec =
        Tasks.container(
                "web",
                true,
                List.of(),
                Map.of("LONGSHORE_SIMULATED_EXIT_AFTER_MS", "50"),
                List.of())
            .withOrdering(
                new ContainerOrdering(
                    List.of(), null, null, new ContainerOrdering.RestartPolicy(List.of(), 0)));
    TaskAssignment task = Tasks.of(Tasks.id("restarts"), spec);
    start(task);
    eventually(() ->
        assertThat(reports.of(task.task()))
            .filteredOn(seen -> seen.lastStatus() == TaskStatus.RUNNING)
            .hasSizeGreaterThan(4));
    assertThat(reports.of(task.task())).allMatch(seen -> seen.stopCode() == null);
    assertThat(engine.creations()).isEqualTo(1);
    stop(task.task());
    eventuallyIs(task, TaskStatus.STOPPED);
  }

  @Test
  void containersThatDoNotHearTheSignalAreKilledSideBySide() throws Exception {
    manifest(List.of(), List.of());
    Map<String, String> deaf = Map.of("LONGSHORE_SIMULATED_IGNORE_STOP", "true");
    TaskAssignment task =
        Tasks.of(
            Tasks.id("deaf"),
            Tasks.container("one", true, List.of(), deaf, List.of()),
            Tasks.container("two", true, List.of(), deaf, List.of()));
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    stop(task.task());
    eventuallyIs(task, TaskStatus.STOPPED);
    List<Instant> ends =
        engine.list().stream()
            .map(found -> Objects.requireNonNull(found.sighting().finishedAt()))
            .sorted()
            .toList();
    assertThat(ends).hasSize(2);
    // Each is given two seconds. One after the other, they would be that far apart.
    assertThat(Duration.between(ends.getFirst(), ends.getLast())).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void whatWaitsForAnotherStartsWithItsHealthAndGivesUpInTime() {
    manifest(List.of(), List.of());
    TaskAssignment well = waiting("well", "100");
    TaskAssignment never = waiting("never", "3600000");
    start(well);
    start(never);
    eventuallyIs(well, TaskStatus.RUNNING);
    assertThat(last(well).containers())
        .extracting(ContainerObservation::health)
        .containsExactly(HealthStatus.UNKNOWN, HealthStatus.HEALTHY);
    eventuallyIs(never, TaskStatus.PENDING);
    now = Instant.now().plusSeconds(60);
    eventuallyIs(never, TaskStatus.STOPPED);
    assertThat(last(never).stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
    assertThat(last(never).stoppedReason()).contains("startTimeout of 1 s");
    assertThat(last(well).lastStatus()).isEqualTo(TaskStatus.RUNNING);
  }

  private static TaskAssignment waiting(String what, String healthyAfterMillis) {
    ContainerSpec web =
        Tasks.container("web", true)
            .withOrdering(
                new ContainerOrdering(
                    List.of(
                        new ContainerOrdering.Dependency(
                            "db", ContainerOrdering.Condition.HEALTHY)),
                    null,
                    null,
                    null));
    ContainerSpec db =
        Tasks.container(
                "db",
                true,
                List.of(),
                Map.of("LONGSHORE_SIMULATED_HEALTHY_AFTER_MS", healthyAfterMillis),
                List.of())
            .withOrdering(
                new ContainerOrdering(
                    List.of(), 1, Tasks.checked("CMD", "any").healthCheck(), null));
    return Tasks.of(Tasks.id(what), web, db);
  }

  @Test
  void containersNobodyAskedForAreRemoved() throws Exception {
    manifest(List.of(), List.of());
    TaskAssignment stray = task("stray", Map.of());
    ContainerSpec spec = stray.spec().containers().getFirst();
    engine.start(stray.task(), "web", engine.create(RUNNER, stray, spec).runtimeId());
    eventually(() -> assertThat(engine.list()).isEmpty());
  }

  @Test
  void aClusterThatIsGoneIsLeftWithNothingBehind() throws InterruptedException {
    manifest(List.of(), List.of());
    TaskAssignment task = task("left", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    fleet.leave(List.of(Tasks.CLUSTER));
    eventually(() -> assertThat(reports.of(Report.RunnerLeft.class)).hasSize(1));
    assertThatNothingRuns();
    eventually(() -> assertThat(fleet.agentCount()).isZero());
  }

  /** Its runner ended before it heard that the cluster is gone, or before it was done. */
  @Test
  void whatAnEarlierProcessLeftOfAClusterThatIsGoneGoesToo() throws InterruptedException {
    manifest(List.of(), List.of());
    TaskAssignment task = task("left", Map.of());
    start(task);
    eventuallyIs(task, TaskStatus.RUNNING);
    fleet.close();
    assemble("second", Duration.ofMillis(50));
    fleet.leave(List.of(Tasks.CLUSTER));
    assertThatNothingRuns();
    eventually(() -> assertThat(fleet.agentCount()).isZero());
  }

  private void assertThatNothingRuns() {
    eventually(() -> assertThat(engine.list()).isEmpty());
  }
}
