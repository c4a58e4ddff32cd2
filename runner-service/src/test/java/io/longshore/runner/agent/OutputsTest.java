package io.longshore.runner.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.Output;
import io.longshore.messages.OutputLine;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import io.longshore.runner.engine.simulated.SimulatedEngine;
import io.longshore.runner.store.OutputPositions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a simulated engine to a topic that can be held up. */
class OutputsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final RunnerId RUNNER = new RunnerId(Ids.derive("runner"));

  @TempDir private Path data;

  private final SimulatedEngine engine = new SimulatedEngine();
  private final Topic topic = new Topic();

  /** Keeps what arrives; while it is held, nothing does. */
  private static final class Topic implements OutputTopic {
    private final List<Output> arrived = new CopyOnWriteArrayList<>();
    private final Semaphore open = new Semaphore(1);

    @Override
    public void send(Output output) throws InterruptedException {
      open.acquire();
      arrived.add(output);
      open.release();
    }

    List<Long> positions() {
      return arrived.stream()
          .flatMap(output -> output.lines().stream())
          .map(OutputLine::position)
          .toList();
    }
  }

  @AfterEach
  void end() {
    engine.close();
  }

  private TaskAssignment writing(String what, int lines) {
    Map<String, String> environment = Map.of("LONGSHORE_SIMULATED_LINES", Integer.toString(lines));
    ContainerSpec spec = Tasks.container("web", true, List.of(), environment, List.of());
    return Tasks.of(Tasks.id(what), spec);
  }

  private String start(TaskAssignment task) throws Exception {
    String id = engine.create(RUNNER, task, task.spec().containers().getFirst()).runtimeId();
    engine.start(task.task(), "web", id);
    return id;
  }

  private void eventuallyArrived(int lines) {
    await().atMost(PATIENCE).until(() -> topic.positions().size() == lines);
  }

  @Test
  void everythingArrivesInOrderUnderItsStream() throws Exception {
    TaskAssignment task = writing("all", 500);
    try (var positions = new OutputPositions(data.resolve("positions"));
        var outputs = new Outputs(engine, topic, positions)) {
      String id = start(task);
      outputs.running(task, "web", id);
      eventuallyArrived(500);
      assertThat(topic.positions()).isSorted().doesNotHaveDuplicates();
      Output first = topic.arrived.getFirst();
      assertThat(first.group()).isEqualTo("/ecs/web");
      assertThat(first.stream()).isEqualTo("web/web/" + task.task());
      // Started again it is the same stream, which goes on.
      engine.crash(id, 1);
      engine.restart(task.task(), "web", id);
      outputs.running(task, "web", id);
      eventuallyArrived(1000);
      assertThat(topic.positions()).isSorted().doesNotHaveDuplicates();
      assertThat(outputs.underWay()).isZero();
    }
  }

  @Test
  void theNextProcessGoesOnWhereThisOneArrived() throws Exception {
    TaskAssignment task = writing("next", 10);
    String id = start(task);
    try (var positions = new OutputPositions(data.resolve("positions"));
        var outputs = new Outputs(engine, topic, positions)) {
      outputs.listed(engine.list());
      eventuallyArrived(10);
      await().atMost(PATIENCE).until(() -> positions.of(id) == 10);
    }
    engine.crash(id, 0);
    engine.restart(task.task(), "web", id);
    try (var positions = new OutputPositions(data.resolve("positions"));
        var outputs = new Outputs(engine, topic, positions)) {
      assertThat(positions.of(id)).isEqualTo(10);
      outputs.listed(engine.list());
      eventuallyArrived(20);
      assertThat(topic.positions()).doesNotHaveDuplicates();
      outputs.removed(id);
      assertThat(positions.of(id)).isZero();
    }
  }

  @Test
  void whileNothingArrivesReadingPausesAndNothingIsLost() throws Exception {
    TaskAssignment task = writing("held", 100_000);
    topic.open.acquire();
    try (var positions = new OutputPositions(data.resolve("positions"));
        var outputs = new Outputs(engine, topic, positions)) {
      String id = start(task);
      outputs.running(task, "web", id);
      // It comes to a standstill at its bound, well before the end of what there is.
      await().atMost(PATIENCE).until(() -> outputs.underWay() > (4 << 20) - 100);
      assertThat(topic.arrived).isEmpty();
      topic.open.release();
      eventuallyArrived(100_000);
      assertThat(topic.positions()).isSorted().doesNotHaveDuplicates();
      await().atMost(PATIENCE).until(() -> outputs.underWay() == 0);
    }
  }

  @Test
  void beforeARemovalEverythingHasArrived() throws Exception {
    TaskAssignment task = writing("drained", 50);
    try (var positions = new OutputPositions(data.resolve("positions"));
        var outputs = new Outputs(engine, topic, positions)) {
      String id = start(task);
      engine.crash(id, 0);
      // Nobody has told of it before.
      outputs.drain(task, "web", id);
      assertThat(topic.positions()).hasSize(50);
      outputs.removed(id);
      assertThat(outputs.underWay()).isZero();
    }
  }
}
