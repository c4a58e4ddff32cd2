package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerOrdering.Condition;
import io.longshore.messages.ContainerOrdering.Dependency;
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
import io.longshore.runner.engine.kubernetes.FakeKubelet;
import io.longshore.runner.engine.kubernetes.KubernetesEngine;
import io.longshore.runner.engine.kubernetes.KubernetesSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole tasks of one runner as Pods of a fake cluster; the test is the scheduler. */
@SuppressWarnings("NullAway.Init")
class KubernetesTasksTest {
  @TempDir private Path positions;

  private static final String NAMESPACE = "tasks";
  private static final HostResources HOST =
      new HostResources("h", 2048, 1024, List.of(), Map.of(), "1", "1", false);

  private final RunnerId runner = new RunnerId(Ids.derive("pods"));
  private final List<TaskObservation> observed = new CopyOnWriteArrayList<>();
  private FakeKubelet kubelet;
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

  @BeforeEach
  void begin() throws Exception {
    kubelet = new FakeKubelet();
    KubernetesSettings settings =
        new KubernetesSettings(NAMESPACE, null, null, true, false, Duration.ofSeconds(2));
    engine = new KubernetesEngine("test-host", settings, kubelet.driversClient());
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
  void end() {
    fleet.close();
    engine.close();
    kubelet.close();
  }

  private List<Pod> pods() {
    return kubelet.client().pods().inNamespace(NAMESPACE).list().getItems();
  }

  private static ContainerSpec program(String name, boolean essential, String... words) {
    return Tasks.container(name, essential, List.of(words), Map.of(), List.of());
  }

  private TaskAssignment ordered(ContainerSpec... specs) {
    TaskAssignment task = Tasks.of(Tasks.id(UUID.randomUUID().toString()), "awsvpc", specs);
    agent.take(new Order.StartTask(runner, 2, task), null);
    return task;
  }

  private TaskObservation eventually(TaskStatus status) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !observed.isEmpty() && observed.getLast().lastStatus() == status);
    return observed.getLast();
  }

  @Test
  void containersOfAPodWaitForWhatTheyDependOnAndAreForgottenTogether() {
    ContainerSpec migration = program("migration", false, "exits", "0");
    ContainerSpec db = program("db", true, "stubborn").withOrdering(Tasks.checked("CMD", "any"));
    ContainerSpec web =
        program("web", true, "runs")
            .withOrdering(
                new ContainerOrdering(
                    List.of(
                        new Dependency("migration", Condition.SUCCESS),
                        new Dependency("db", Condition.HEALTHY)),
                    null,
                    null,
                    null));
    TaskAssignment task = ordered(web, db, migration);
    TaskObservation running = eventually(TaskStatus.RUNNING);
    assertThat(running.containers()).extracting(c -> c.name()).contains("web", "db", "migration");
    assertThat(pods()).hasSize(1);

    agent.take(new Order.StopTask(runner, 3, task.task(), "enough"), null);
    TaskObservation stopped = eventually(TaskStatus.STOPPED);
    assertThat(stopped.containers())
        .extracting(c -> c.name() + " " + c.exitCode())
        .containsExactlyInAnyOrder("web 143", "db 137", "migration 0");
    assertThat(pods()).hasSize(1);
    agent.take(new Order.ForgetTask(runner, 4, task.task()), null);
    await().atMost(Duration.ofSeconds(30)).until(() -> pods().isEmpty());
  }

  @Test
  void anEssentialContainersEndIsTheEndOfItsPod() {
    ContainerSpec job =
        program("job", true, "exits", "3")
            .withOrdering(
                new ContainerOrdering(
                    List.of(new Dependency("side", Condition.START)), null, null, null));
    ordered(job, program("side", false, "runs"));
    TaskObservation stopped = eventually(TaskStatus.STOPPED);
    assertThat(stopped.stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
    assertThat(stopped.containers())
        .extracting(c -> c.name() + " " + c.exitCode())
        .containsExactlyInAnyOrder("job 3", "side 143");
  }

  @Test
  void anImageThatCannotBePulledEndsTheTaskInTheWordsOfEcs() {
    ordered(program("web", true, "nowhere"));
    TaskObservation stopped = eventually(TaskStatus.STOPPED);
    assertThat(stopped.stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
    assertThat(stopped.stoppedReason()).startsWith("CannotPullContainerError: ErrImagePull");
  }
}
