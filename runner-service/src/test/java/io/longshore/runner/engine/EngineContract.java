package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.Ids;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.OutputLine;
import io.longshore.messages.PortMapping;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every driver has to do. One subclass a driver. */
abstract class EngineContract {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  final RunnerId runner = new RunnerId(Ids.derive("contract", UUID.randomUUID().toString()));
  final Queue<Sighting> heard = new ConcurrentLinkedQueue<>();
  private Engine engine;

  /** A driver that knows this host's containers only, whoever had it before. */
  abstract Engine open() throws Exception;

  /** A container that runs until it is stopped and ends at the stop signal. */
  abstract ContainerSpec runs(String name);

  /** A container that ends by itself, soon. */
  abstract ContainerSpec exits(String name, int code);

  /** A container that does not heed the stop signal from the moment it is healthy. */
  abstract ContainerSpec stubborn(String name);

  /** A container that can be created and not started. */
  abstract ContainerSpec unstartable(String name);

  @BeforeEach
  void begin() throws Exception {
    engine = opened();
  }

  Engine opened() throws Exception {
    Engine opened = open();
    opened.watch(
        new Engine.Listener() {
          @Override
          public void seen(TaskId task, Sighting sighting) {
            heard.add(sighting);
          }

          @Override
          public void doubt() {}
        });
    return opened;
  }

  @AfterEach
  void removeWhatIsLeft() throws Exception {
    for (Found found : engine.list()) {
      Sighting sighting = found.sighting();
      engine.stop(found.task(), sighting.container(), sighting.runtimeId(), Duration.ZERO);
      engine.remove(found.task(), sighting.container(), sighting.runtimeId());
    }
    engine.close();
  }

  private TaskAssignment task(ContainerSpec spec) {
    return Tasks.of(Tasks.id(UUID.randomUUID().toString()), network(), spec);
  }

  String network() {
    return "none";
  }

  private Sighting started(TaskAssignment task, ContainerSpec spec) throws EngineException {
    Sighting created = engine.create(runner, task, spec);
    return engine.start(task.task(), spec.name(), created.runtimeId());
  }

  @Test
  void anEngineSaysWhatItIs() throws EngineException {
    EngineInfo info = engine.info();
    assertThat(info.version()).isNotBlank();
    assertThat(info.cores()).isPositive();
    assertThat(info.memoryBytes()).isGreaterThan(1L << 26);
    assertThat(info.architecture()).isIn("x86_64", "arm64");
  }

  @Test
  void aContainerIsCreatedStartedStoppedAndRemoved() throws EngineException {
    ContainerSpec spec = runs("web");
    TaskAssignment task = task(spec);
    Sighting created = engine.create(runner, task, spec);
    assertThat(created.phase()).isEqualTo(Sighting.Phase.CREATED);
    assertThat(phases()).containsExactly(Sighting.Phase.CREATED);
    Sighting started = engine.start(task.task(), "web", created.runtimeId());
    assertThat(started.phase()).isEqualTo(Sighting.Phase.RUNNING);
    assertThat(phases()).containsExactly(Sighting.Phase.RUNNING);
    Sighting stopped = engine.stop(task.task(), "web", created.runtimeId(), PATIENCE);
    assertThat(stopped).isNotNull();
    assertThat(stopped.phase()).isEqualTo(Sighting.Phase.EXITED);
    assertThat(stopped.exitCode()).isNotNull();
    assertThat(phases()).containsExactly(Sighting.Phase.EXITED);
    engine.remove(task.task(), "web", created.runtimeId());
    assertThat(engine.list()).isEmpty();
  }

  private List<Sighting.Phase> phases() throws EngineException {
    return engine.list().stream().map(found -> found.sighting().phase()).toList();
  }

  @Test
  void everyCallMayBeRepeated() throws EngineException {
    ContainerSpec spec = runs("web");
    TaskAssignment task = task(spec);
    String id = engine.create(runner, task, spec).runtimeId();
    assertThat(engine.create(runner, task, spec).runtimeId()).isEqualTo(id);
    engine.start(task.task(), "web", id);
    assertThat(engine.start(task.task(), "web", id).phase()).isEqualTo(Sighting.Phase.RUNNING);
    assertThat(engine.create(runner, task, spec).phase()).isEqualTo(Sighting.Phase.RUNNING);
    engine.stop(task.task(), "web", id, PATIENCE);
    Sighting again = engine.stop(task.task(), "web", id, PATIENCE);
    assertThat(again).isNotNull();
    assertThat(again.phase()).isEqualTo(Sighting.Phase.EXITED);
    assertThat(engine.create(runner, task, spec).phase()).isEqualTo(Sighting.Phase.EXITED);
    engine.remove(task.task(), "web", id);
    engine.remove(task.task(), "web", id);
    assertThat(engine.stop(task.task(), "web", id, PATIENCE)).isNull();
  }

  @Test
  void anExitIsHeardWithItsCode() throws EngineException {
    ContainerSpec spec = exits("job", 3);
    TaskAssignment task = task(spec);
    String id = started(task, spec).runtimeId();
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> heard.stream().anyMatch(sighting -> sighting.runtimeId().equals(id)));
    Sighting end = heard.element();
    assertThat(end.phase()).isEqualTo(Sighting.Phase.EXITED);
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.container()).isEqualTo("job");
    Sighting listed = engine.list().getFirst().sighting();
    assertThat(listed.exitCode()).isEqualTo(3);
    assertThat(listed.finishedAt()).isNotNull();
  }

  @Test
  void anExitOfZeroIsAnExit() throws EngineException {
    ContainerSpec spec = exits("job", 0);
    started(task(spec), spec);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> assertThat(engine.list().getFirst().sighting().exitCode()).isEqualTo(0));
  }

  @Test
  void whatDoesNotHeedTheSignalIsKilled() throws EngineException {
    ContainerSpec spec = stubborn("deaf");
    TaskAssignment task = task(spec);
    String id = started(task, spec).runtimeId();
    // Until its program has said so to the kernel, the signal ends it like any other.
    awaitHeard(sighting -> sighting.health() == HealthStatus.HEALTHY);
    Sighting killed = engine.stop(task.task(), "deaf", id, Duration.ofMillis(300));
    assertThat(killed).isNotNull();
    assertThat(killed.exitCode()).isEqualTo(137);
  }

  /** A container whose health check passes, and fails a while later. */
  abstract ContainerSpec ailing(String name);

  @Test
  void aContainerThatEndedIsStartedAgainAsTheSameOne() throws EngineException {
    ContainerSpec spec = exits("job", 3);
    TaskAssignment task = task(spec);
    String id = started(task, spec).runtimeId();
    awaitHeard(sighting -> sighting.phase() == Sighting.Phase.EXITED);
    heard.clear();
    Sighting again = engine.restart(task.task(), "job", id);
    assertThat(again.runtimeId()).isEqualTo(id);
    assertThat(again.startedAt()).isNotNull();
    awaitHeard(sighting -> sighting.phase() == Sighting.Phase.EXITED);
    assertThat(heard.element().exitCode()).isEqualTo(3);
    assertThat(engine.list()).hasSize(1);
  }

  @Test
  void aContainerThatRunsIsNotStartedAgain() throws EngineException {
    ContainerSpec spec = runs("web");
    TaskAssignment task = task(spec);
    String id = started(task, spec).runtimeId();
    assertThat(engine.restart(task.task(), "web", id).phase()).isEqualTo(Sighting.Phase.RUNNING);
    assertThat(heard).isEmpty();
  }

  @Test
  void healthIsHeardAndListed() throws EngineException {
    ContainerSpec spec = ailing("web");
    Sighting started = started(task(spec), spec);
    assertThat(started.health()).isNotEqualTo(HealthStatus.UNHEALTHY);
    awaitHeard(sighting -> sighting.health() == HealthStatus.HEALTHY);
    awaitHeard(sighting -> sighting.health() == HealthStatus.UNHEALTHY);
    assertThat(engine.list().getFirst().sighting().health()).isEqualTo(HealthStatus.UNHEALTHY);
  }

  private void awaitHeard(Predicate<Sighting> what) {
    await().atMost(Duration.ofSeconds(20)).until(() -> heard.stream().anyMatch(what));
  }

  @Test
  void aContainerThatCannotStartIsRefusedAndCanBeRemoved() throws EngineException {
    ContainerSpec spec = unstartable("bad");
    TaskAssignment task = task(spec);
    String id = engine.create(runner, task, spec).runtimeId();
    assertThatThrownBy(() -> engine.start(task.task(), "bad", id))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.problem()).isEqualTo(Problem.REFUSED));
    engine.remove(task.task(), "bad", id);
    assertThat(engine.list()).isEmpty();
  }

  @Test
  void aRunnerThatComesBackFindsEverything() throws Exception {
    ContainerSpec job = exits("job", 5);
    ContainerSpec web = runs("web");
    TaskAssignment one = task(job);
    TaskAssignment two = task(web);
    started(one, job);
    started(two, web);
    try (Engine next = successor()) {
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() ->
              assertThat(next.list())
                  .extracting(found -> found.sighting().exitCode())
                  .containsExactlyInAnyOrder(5, null));
      for (Found found : next.list()) {
        assertThat(found.runner()).isEqualTo(runner);
        TaskAssignment card = Card.read(found.card());
        assertThat(card.task()).isEqualTo(found.task());
        assertThat(card.spec().containers().getFirst().essential()).isTrue();
        assertThat(card.spec().containers().getFirst().environment()).isEmpty();
      }
      heard.clear();
      Found running =
          next.list().stream()
              .filter(found -> found.task().equals(two.task()))
              .findFirst()
              .orElseThrow();
      Sighting stopped = next.stop(two.task(), "web", running.sighting().runtimeId(), PATIENCE);
      assertThat(stopped).isNotNull();
      assertThat(stopped.phase()).isEqualTo(Sighting.Phase.EXITED);
    }
  }

  /** The engine as the runner's next process sees it. */
  Engine successor() throws Exception {
    return opened();
  }

  @Test
  void portsAreTold() throws EngineException {
    ContainerSpec plain = runs("web");
    ContainerSpec spec =
        new ContainerSpec(
            plain.name(),
            plain.image(),
            plain.cpu(),
            plain.memoryMiB(),
            null,
            true,
            plain.entryPoint(),
            plain.command(),
            plain.environment(),
            List.of(new PortMapping(8080, 0, "tcp")),
            null,
            null,
            1,
            false,
            Map.of(),
            null,
            Map.of());
    TaskAssignment task = Tasks.of(Tasks.id(UUID.randomUUID().toString()), "bridge", spec);
    List<NetworkBinding> bindings = started(task, spec).networkBindings();
    assertThat(bindings).hasSize(1);
    assertThat(bindings.getFirst().containerPort()).isEqualTo(8080);
    assertThat(bindings.getFirst().hostPort()).isBetween(1, 65535);
    assertThat(bindings.getFirst().bindIp()).matches(bound());
    assertThat(engine.list().getFirst().sighting().networkBindings()).isEqualTo(bindings);
  }

  /** Where ports are bound, as a pattern. */
  String bound() {
    return "0\\.0\\.0\\.0";
  }

  /**
   * A container that writes {@code line 1} to {@code line n} and ends; {@code holds}: and runs on.
   */
  abstract ContainerSpec writes(String name, int lines, boolean holds);

  private static List<OutputLine> read(
      Engine from, TaskAssignment task, String id, long after, boolean follow) throws Exception {
    List<OutputLine> lines = new CopyOnWriteArrayList<>();
    String container = task.spec().containers().getFirst().name();
    from.output(task.task(), container, id, after, follow, lines::add);
    return lines;
  }

  private static List<Long> positions(List<OutputLine> lines) {
    return lines.stream().map(OutputLine::position).toList();
  }

  @Test
  void whatAContainerWritesIsToldToItsEnd() throws Exception {
    ContainerSpec spec = writes("job", 3, false);
    TaskAssignment task = task(spec);
    Instant before = Instant.now();
    String id = started(task, spec).runtimeId();
    // Returns by itself, because the container ends.
    List<OutputLine> followed = read(engine, task, id, 0, true);
    awaitHeard(sighting -> sighting.phase() == Sighting.Phase.EXITED);
    List<OutputLine> lines = read(engine, task, id, 0, false);
    assertThat(lines).extracting(OutputLine::text).containsExactly("line 1", "line 2", "line 3");
    assertThat(positions(lines)).isSorted().doesNotHaveDuplicates().allMatch(p -> p > 0);
    assertThat(lines)
        .allMatch(line -> Math.abs(line.atNanos() / 1_000_000 - before.toEpochMilli()) < 600_000);
    assertThat(positions(lines)).startsWith(positions(followed).toArray(Long[]::new));
    // From any position, and for the runner's next process, the rest is the same.
    long second = lines.get(1).position();
    assertThat(positions(read(engine, task, id, second, true)))
        .containsExactly(lines.get(2).position());
    assertThat(read(engine, task, id, lines.get(2).position(), true)).isEmpty();
    try (Engine next = successor()) {
      assertThat(positions(read(next, task, id, 0, true))).isEqualTo(positions(lines));
    }
    engine.remove(task.task(), "job", id);
    assertThat(read(engine, task, id, 0, true)).isEmpty();
  }

  @Test
  void whatAContainerWritesIsToldWhileItRunsAndAfterItRunsAgain() throws Exception {
    ContainerSpec spec = writes("web", 2, true);
    TaskAssignment task = task(spec);
    String id = started(task, spec).runtimeId();
    List<OutputLine> lines = new CopyOnWriteArrayList<>();
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            engine.output(task.task(), "web", id, 0, true, lines::add);
            end.complete("ended");
          } catch (Exception e) {
            end.complete(e.toString());
          }
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> lines.size() == 2);
    assertThat(end).isNotDone();
    engine.stop(task.task(), "web", id, PATIENCE);
    assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
    engine.restart(task.task(), "web", id);
    long reached = lines.getLast().position();
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> read(engine, task, id, reached, false).size() == 2);
    engine.stop(task.task(), "web", id, PATIENCE);
    assertThat(positions(read(engine, task, id, 0, true))).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void whoWaitsForOutputCanBeInterrupted() throws Exception {
    ContainerSpec spec = writes("web", 1, true);
    TaskAssignment task = task(spec);
    String id = started(task, spec).runtimeId();
    CountDownLatch told = new CountDownLatch(1);
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(() -> {
              try {
                engine.output(task.task(), "web", id, 0, true, line -> told.countDown());
              } catch (Exception e) {
                end.complete(e);
              }
            });
    assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    waiting.interrupt();
    assertThat(end.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
  }
}
