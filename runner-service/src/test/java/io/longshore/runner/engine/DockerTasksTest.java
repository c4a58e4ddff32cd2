package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.Tasks;
import io.longshore.runner.agent.Agent;
import io.longshore.runner.agent.Fleet;
import io.longshore.runner.agent.Outputs;
import io.longshore.runner.engine.docker.DockerEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole tasks of one runner on a real engine; the test is the scheduler. */
@SuppressWarnings("NullAway.Init")
class DockerTasksTest {
  @TempDir private Path positions;

  private static final HostResources HOST =
      new HostResources("h", 2048, 1024, List.of(), Map.of(), "1", "1", false);
  private static DockerClient raw;

  private final String host = "test-" + UUID.randomUUID();
  private final RunnerId runner = new RunnerId(Ids.derive("tasks", host));
  private final List<TaskObservation> observed = new CopyOnWriteArrayList<>();
  private Engine engine;
  private Fleet fleet;
  private Agent agent;

  private static final class Source implements Fleet.OrderSource {
    @Override
    public void follow(Agent agent) {
      agent.positioned();
    }

    @Override
    public void unfollow(Agent agent) {}
  }

  @BeforeAll
  static void find() {
    raw = TestDocker.orSkip();
  }

  @AfterAll
  static void close() throws Exception {
    raw.close();
  }

  @BeforeEach
  void begin() throws InterruptedException {
    engine = new DockerEngine(host, DockerEngine.PullBehavior.PREFER_CACHED);
    Outputs outputs = Tasks.outputs(engine, positions);
    agent =
        new Agent(
            new Agent.Identity(Tasks.CLUSTER, runner, "first"),
            HOST,
            Tasks.hands(engine, outputs),
            (report, traceparent, arrived) -> {
              if (report instanceof Report.TaskObserved seen) {
                observed.add(seen.observation());
              }
            },
            InstantSource.system());
    fleet =
        new Fleet(
            engine,
            outputs,
            new Source(),
            cluster -> List.of(agent),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    fleet.begin();
    fleet.join(List.of(Tasks.CLUSTER));
    agent.take(new Order.Manifest(runner, 1, "first", List.of(), List.of()), null);
  }

  @AfterEach
  void removeEverything() {
    fleet.close();
    ours().forEach(c -> raw.removeContainerCmd(c.getId()).withForce(true).exec());
    engine.close();
  }

  private List<Container> ours() {
    return raw.listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of("io.longshore.host", host))
        .exec();
  }

  private static ContainerSpec shell(String name, String script) {
    return Tasks.container(name, true, List.of("/bin/sh", "-c", script), Map.of(), List.of());
  }

  private TaskObservation eventually(TaskStatus status) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !observed.isEmpty() && observed.getLast().lastStatus() == status);
    return observed.getLast();
  }

  @Test
  void aContainerIsStartedAgainByItsPolicyUntilItEndsInAnIgnoredWay() {
    String script =
        "n=$(cat /count 2>/dev/null || echo 0); n=$((n+1)); echo $n >/count; echo run $n;"
            + " sleep 2; if [ $n -lt 3 ]; then exit 1; else exit 7; fi";
    ContainerSpec spec =
        shell("web", script)
            .withOrdering(
                // The api wants a minute at least; a second shows the same.
                new ContainerOrdering(
                    List.of(), null, null, new ContainerOrdering.RestartPolicy(List.of(7), 1)));
    TaskAssignment task = Tasks.of(Tasks.id(host), spec);
    agent.take(new Order.StartTask(runner, 2, task), null);
    TaskObservation end = eventually(TaskStatus.STOPPED);

    assertThat(end.stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
    assertThat(end.containers().getFirst().exitCode()).isEqualTo(7);
    assertThat(observed)
        .filteredOn(seen -> seen.lastStatus() != TaskStatus.STOPPED)
        .allMatch(seen -> seen.stopCode() == null);
    assertThat(ours()).hasSize(1);
    assertThat(TestDocker.output(raw, ours().getFirst().getId()).lines())
        .containsExactly("run 1", "run 2", "run 3");
  }

  @Test
  void independentContainersThatDoNotHearTheSignalAreKilledSideBySide() {
    String deaf = "trap '' TERM; echo deaf; while :; do sleep 0.2; done";
    TaskAssignment task = Tasks.of(Tasks.id(host), shell("one", deaf), shell("two", deaf));
    agent.take(new Order.StartTask(runner, 2, task), null);
    eventually(TaskStatus.RUNNING);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            ours().stream().allMatch(c -> TestDocker.output(raw, c.getId()).contains("deaf")));
    agent.take(new Order.StopTask(runner, 3, task.task(), "enough"), null);
    TaskObservation end = eventually(TaskStatus.STOPPED);

    assertThat(end.containers()).allMatch(c -> Integer.valueOf(137).equals(c.exitCode()));
    List<Instant> ends =
        ours().stream()
            .map(c -> raw.inspectContainerCmd(c.getId()).exec().getState().getFinishedAt())
            .map(String::valueOf)
            .map(Instant::parse)
            .sorted()
            .toList();
    // Each is given two seconds. One after the other, they would be that far apart.
    assertThat(Duration.between(ends.getFirst(), ends.getLast())).isLessThan(Duration.ofSeconds(2));
  }
}
