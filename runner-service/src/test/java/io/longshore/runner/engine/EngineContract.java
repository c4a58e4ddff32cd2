package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.PortMapping;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  /** A container that does not heed the stop signal. */
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
    Sighting killed = engine.stop(task.task(), "deaf", id, Duration.ofMillis(300));
    assertThat(killed).isNotNull();
    assertThat(killed.exitCode()).isEqualTo(137);
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
    assertThat(bindings.getFirst().bindIp()).isEqualTo("0.0.0.0");
    assertThat(engine.list().getFirst().sighting().networkBindings()).isEqualTo(bindings);
  }
}
