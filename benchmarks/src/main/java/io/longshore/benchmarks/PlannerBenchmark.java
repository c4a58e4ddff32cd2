package io.longshore.benchmarks;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Decision;
import io.longshore.scheduler.core.DesiredStatus;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.core.Reconciler;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.State;
import io.longshore.scheduler.core.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One look at one service, by the number of hosts and of the service's tasks: what the scheduler
 * does again for every death, on the one thread of a shard.
 */
@org.openjdk.jmh.annotations.State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PlannerBenchmark {
  private static final ClusterName CLUSTER = new ClusterName("default");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String DEPLOYMENT = "ecs-svc/1";
  private static final TaskSpec SPEC = spec();

  /** Hosts of the cluster. */
  @Param({"1", "10", "100", "1000"})
  public int runners;

  /** Tasks of the service. */
  @Param({"10", "1000"})
  public int tasks;

  private final Reconciler reconciler = new Reconciler(Policy.DEFAULT);
  private State state = state(1, 1);
  private Service whole = service(1);
  private Service oneShort = service(2);
  private Service hundredShort = service(101);

  /** Called before each set of parameters. */
  @Setup
  public void prepare() {
    state = state(runners, tasks);
    whole = service(tasks);
    oneShort = service(tasks + 1);
    hundredShort = service(tasks + 100);
  }

  /** Nothing is to be done: the usual case of a sweep. */
  @Benchmark
  public List<Decision> nothingToDo() {
    return reconciler.plan(state, whole, false, NOW);
  }

  /** One task is missing: a heal. */
  @Benchmark
  public List<Decision> oneMissing() {
    return reconciler.plan(state, oneShort, false, NOW);
  }

  /** A hundred tasks are missing: a scale-out, or the loss of a host. */
  @Benchmark
  public List<Decision> hundredMissing() {
    return reconciler.plan(state, hundredShort, false, NOW);
  }

  private static State state(int runners, int tasks) {
    List<Runner> hosts = new ArrayList<>();
    for (int i = 0; i < runners; i++) {
      hosts.add(runner(i));
    }
    List<Task> live = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      live.add(task(i, hosts.get(i % runners)));
    }
    return State.of(List.of(), List.of(), List.of(service(tasks)), hosts, live);
  }

  private static Runner runner(int number) {
    String zone = "zone-" + number % 3;
    HostResources host =
        new HostResources(
            "host-" + number,
            1 << 24,
            1 << 24,
            List.of(22),
            Map.of(HostResources.ZONE_ATTRIBUTE, zone),
            "1",
            "1",
            false);
    return new Runner(
        new RunnerId(Ids.derive("runner", Integer.toString(number))),
        CLUSTER,
        "1",
        0,
        Runner.Status.ACTIVE,
        true,
        host,
        Map.of(),
        1,
        NOW,
        Map.of(),
        null);
  }

  private static Task task(int number, Runner runner) {
    TaskId id = new TaskId(Ids.derive("task", Integer.toString(number)));
    return new Task(
        id,
        new Task.Origin(
            CLUSTER,
            new Task.Membership("uid", new ServiceName("web"), DEPLOYMENT),
            SPEC,
            "service:web",
            DEPLOYMENT,
            Json.EMPTY),
        runner.id(),
        runner.host().zone(),
        DesiredStatus.RUNNING,
        new TaskObservation(
            id, TaskStatus.RUNNING, List.of(), null, null, null, null, NOW, null, null, null),
        null,
        null,
        Map.of(),
        1,
        NOW,
        null,
        null,
        Task.Traffic.NONE);
  }

  private static Service service(int desiredCount) {
    return new Service(
        "uid",
        CLUSTER,
        new ServiceName("web"),
        Service.Status.ACTIVE,
        desiredCount,
        new ServiceSettings(100, 200),
        List.of(
            new DeploymentState(
                DEPLOYMENT,
                DeploymentState.Status.PRIMARY,
                SPEC,
                desiredCount,
                0,
                DeploymentState.Rollout.COMPLETED,
                null,
                NOW,
                NOW)),
        Json.EMPTY,
        Map.of(),
        1_000_000,
        null,
        true,
        1,
        NOW,
        Service.Rollouts.NONE,
        1);
  }

  static TaskSpec spec() {
    return new TaskSpec(
        new TaskDefinitionId("web", 1),
        "bridge",
        16,
        16,
        List.of(
            new ContainerSpec(
                "main", "image", 16, 16, null, true, List.of(), List.of(), Map.of(), List.of(),
                null, null, null, false, Map.of(), null, Map.of())));
  }
}
