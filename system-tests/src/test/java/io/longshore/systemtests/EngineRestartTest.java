package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import io.longshore.chaos.Jvm;
import io.longshore.systemtests.Separate.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.Task;

/** The engine itself dies, with and without containers that outlive it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
@Isolated("A second engine takes its part of the machine.")
class EngineRestartTest {
  private static final String CLUSTER = "engines";
  private static final int COUNT = 8;
  private static final int PATIENCE_SECONDS = 120;
  private static final String TASK = "io.longshore.task";

  private OwnEngine own;
  private TestEngine engine;
  private Separate services;
  private Jvm scheduler;
  private Jvm runner;
  private Ecs ecs;

  @BeforeAll
  void start() throws Exception {
    own = OwnEngine.orSkip();
    own.start(true);
    engine = TestEngine.at(own.host());
    services = Separate.prepare("engine-restart");
    // What dies sooner than that counts as a failure to start, and is answered with growing waits.
    scheduler =
        services.launch(Part.SCHEDULER, Map.of("LONGSHORE_SCHEDULER_STEADY_AFTER", "500ms"));
    services.start(Part.API);
    runner = services.launch(Part.RUNNER, Map.of("DOCKER_HOST", own.host()));
    services.awaitReady(90);
    ecs = Ecs.at(services.endpoint(Part.API));
    ecs.cluster(CLUSTER);
    ecs.client()
        .registerTaskDefinition(r ->
            r.family("web")
                .networkMode(NetworkMode.NONE)
                .containerDefinitions(c ->
                    c.name("main")
                        .image(Ecs.IMAGE)
                        .cpu(4)
                        .memory(16)
                        .entryPoint("/bin/sh", "-c")
                        .command(Ecs.FOREVER)));
    ecs.service(CLUSTER, "web", "web", COUNT);
    ecs.awaitCount(CLUSTER, "web", COUNT, PATIENCE_SECONDS);
  }

  @AfterAll
  void stop() throws Exception {
    if (ecs != null) {
      ecs.close();
    }
    for (Jvm jvm : new Jvm[] {runner, scheduler}) {
      if (jvm != null) {
        jvm.destroy();
      }
    }
    if (services != null) {
      services.close();
    }
    if (engine != null) {
      engine.removeAll(services.hostId());
      engine.close();
    }
    if (own != null) {
      own.close();
    }
  }

  @AfterEach
  void noTaskHasTwoContainers() {
    assertThat(engine.containers(services.hostId()))
        .extracting(container -> container.getLabels().get(TASK))
        .doesNotHaveDuplicates();
  }

  /** Tasks of the containers there are, by the containers' ids. */
  private Map<String, String> tasks() {
    return engine.containers(services.hostId()).stream()
        .filter(container -> "running".equals(container.getState()))
        .collect(
            Collectors.toMap(
                Container::getId, container -> container.getLabels().getOrDefault(TASK, "")));
  }

  private void whole(String after, Instant begin, List<String> dead) {
    try {
      Waiting.forState(COUNT + " living containers after " + after, PATIENCE_SECONDS)
          .until(() -> {
            List<String> now = engine.running(services.hostId());
            return now.size() == COUNT && dead.stream().noneMatch(now::contains);
          });
      ecs.awaitCount(CLUSTER, "web", COUNT, PATIENCE_SECONDS);
    } catch (RuntimeException e) {
      throw new AssertionError(e.getMessage() + "\n" + scheduler.tail() + runner.tail(), e);
    }
    System.out.printf(
        "After %s the service was back at %d after %d ms.%n",
        after, COUNT, Duration.between(begin, Instant.now()).toMillis());
  }

  private List<Task> stopped(List<String> tasks) {
    return ecs.stoppedTasks(CLUSTER).stream()
        .filter(task -> tasks.stream().anyMatch(id -> task.taskArn().endsWith(id)))
        .toList();
  }

  @Test
  @Order(1)
  void whatOutlivesTheEngineIsLeftAloneAndWhatEndedMeanwhileIsTold() throws Exception {
    TreeMap<String, Long> before = new TreeMap<>(engine.processes(services.hostId()));
    Map.Entry<String, Long> first = before.pollFirstEntry();
    String victim = first.getKey();
    String task = tasks().get(victim);
    own.kill();
    ProcessHandle.of(first.getValue()).orElseThrow().destroyForcibly();

    Instant begin = Instant.now();
    own.start(true);

    whole("kill -9 of the engine, one death meanwhile,", begin, List.of(victim));
    Map<String, Long> after = engine.processes(services.hostId());
    assertThat(after).as("the same processes").containsAllEntriesOf(before);
    List<Task> stopped = ecs.stoppedTasks(CLUSTER);
    assertThat(stopped).extracting(Task::taskArn).singleElement().asString().endsWith(task);
    assertThat(stopped.getFirst().containers().getFirst().exitCode()).isEqualTo(137);
  }

  @Test
  @Order(2)
  void whatEndsWithTheEngineIsToldOnceAndReplacedOnce() throws Exception {
    int stoppedBefore = ecs.stoppedTasks(CLUSTER).size();
    Map<String, String> before = tasks();
    assertThat(before).hasSize(COUNT);
    own.kill();

    Instant begin = Instant.now();
    own.start(false);

    whole(
        "kill -9 of the engine and the end of its containers", begin, List.copyOf(before.keySet()));
    assertThat(stopped(List.copyOf(before.values()))).hasSize(COUNT);
    assertThat(ecs.stoppedTasks(CLUSTER)).hasSize(stoppedBefore + COUNT);
  }

  @Test
  @Order(3)
  void anEngineThatIsStoppedTakesItsContainersWithIt() throws Exception {
    Map<String, String> before = tasks();
    assertThat(before).hasSize(COUNT);
    own.stop();

    Instant begin = Instant.now();
    own.start(false);

    whole("a stop of the engine", begin, List.copyOf(before.keySet()));
    assertThat(stopped(List.copyOf(before.values()))).hasSize(COUNT);
  }
}
