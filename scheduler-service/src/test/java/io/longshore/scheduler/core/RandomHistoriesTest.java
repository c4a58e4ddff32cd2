package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Command.StopType;
import io.longshore.messages.DeploymentProgress.Strategy;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.Order;
import io.longshore.messages.Placing;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seeded histories of everything that can happen to a service, in any order, with reports repeated
 * and late. After every step the promises hold; once the trouble stops, the service is what it
 * should be. A seed that fails once is kept in the list for good.
 */
class RandomHistoriesTest {
  private static final int SEEDS_PER_BLOCK = 100;
  private static final int STEPS = 150;
  private static final Policy POLICY =
      new Policy(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          200,
          Duration.ofSeconds(2));
  private static final List<String> HOSTS = List.of("a", "b", "c");

  @ParameterizedTest(name = "seeds from {0}")
  @ValueSource(longs = {0, 1_000, 2_000, 3_000})
  void promisesHoldInEveryHistory(long from) {
    for (long seed = from; seed < from + SEEDS_PER_BLOCK; seed++) {
      new History(seed).run();
    }
  }

  private static final class History {
    private final long seed;
    private final Random random;
    private final World world = new World(POLICY);
    private final List<Report> said = new ArrayList<>();
    private final Map<TaskId, TaskStatus> furthest = new HashMap<>();
    private final Set<TaskId> everStarted = new HashSet<>();
    private final Map<RunnerId, Long> generations = new HashMap<>();
    private final Map<String, Integer> incarnations = new HashMap<>();
    private final boolean checked;
    private boolean breaker;
    private boolean broken;
    private int revision = 1;
    private ServiceSettings settings = new ServiceSettings(100, 200);

    History(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.checked = random.nextBoolean();
    }

    void run() {
      for (String host : HOSTS) {
        register(host);
      }
      // Bounds that leave no room to go from one revision to the next would be the user's choice.
      int minimum = random.nextInt(3) * 50;
      int maximum = minimum == 0 ? 100 + random.nextInt(3) * 50 : 200;
      breaker = random.nextBoolean();
      settings = settings(minimum, maximum);
      settings = settings.with(deploying());
      world.inspector = this::judge;
      world.createService(1 + random.nextInt(5), recipe(), settings);
      for (int step = 0; step < STEPS; step++) {
        String what = step();
        check("seed %d, step %d: %s".formatted(seed, step, what));
      }
      settleDown();
    }

    /** Some services are daemons, some keep to some hosts or to one task on each. */
    private ServiceSettings settings(int minimum, int maximum) {
      boolean daemon = random.nextInt(4) == 0;
      List<Placing.Constraint> constraints = new ArrayList<>();
      if (random.nextInt(4) == 0) {
        constraints.add(
            new Placing.Constraint(
                Placing.ConstraintType.MEMBER_OF,
                "attribute:ecs.availability-zone in [zone-a, zone-b]"));
      }
      if (!daemon && random.nextInt(4) == 0) {
        constraints.add(new Placing.Constraint(Placing.ConstraintType.DISTINCT_INSTANCE, null));
      }
      return new ServiceSettings(
          daemon ? 0 : minimum,
          daemon ? 100 : maximum,
          new ServiceSettings.Scheduling(daemon, 0, random.nextBoolean()),
          breaker
              ? World.breaker(minimum, maximum, random.nextBoolean()).circuitBreaker()
              : ServiceSettings.CircuitBreaker.OFF,
          new Placing(constraints, List.of()));
    }

    /** Half of the services that can, one of which is no daemon, go from blue to green. */
    private ServiceSettings.Deploying deploying() {
      boolean blueGreen = !settings.scheduling().daemon() && random.nextBoolean();
      return new ServiceSettings.Deploying(
          blueGreen ? Strategy.BLUE_GREEN : Strategy.ROLLING, random.nextInt(3) * 4);
    }

    private boolean isConstrained(Placing.ConstraintType type) {
      return settings.placing().constraints().stream()
          .anyMatch(constraint -> constraint.type() == type);
    }

    private TaskSpec recipe() {
      return checked ? World.checkedSpec(revision) : World.spec(revision);
    }

    /** What no plan may do, whatever the state it finds. */
    private void judge(Service service, List<Decision> plan) {
      String at = "seed " + seed + ": " + plan;
      List<Task> before = world.state.tasksOf(service.uid());
      long launches = plan.stream().filter(Decision.Launch.class::isInstance).count();
      DeploymentState blue = Sides.blue(service);
      if (launches > 0 && !settings.scheduling().daemon()) {
        assertThat(before.size() + launches)
            .as(at)
            .isLessThanOrEqualTo(blue == null ? service.upperBound() : 2 * service.desiredCount());
      }
      Set<TaskId> stops =
          plan.stream()
              .filter(Decision.Stop.class::isInstance)
              .map(decision -> ((Decision.Stop) decision).task())
              .collect(Collectors.toSet());
      List<TaskId> healthy =
          before.stream()
              .filter(Task::isWanted)
              .filter(task ->
                  Health.of(task, service, POLICY, world.now).state() == Health.State.HEALTHY)
              .map(Task::id)
              .toList();
      if (service.status() != Service.Status.ACTIVE) {
        return;
      }
      if (blue != null) {
        judgeBlue(at, service, healthy.stream().filter(id -> isOf(id, blue)).toList(), stops);
        return;
      }
      long left = healthy.stream().filter(id -> !stops.contains(id)).count();
      if (left < healthy.size()) {
        assertThat(left).as(at).isGreaterThanOrEqualTo(service.lowerBound());
      }
    }

    /** Until the production traffic is green's, blue is left as it is; and then, too. */
    private void judgeBlue(String at, Service service, List<TaskId> healthy, Set<TaskId> stops) {
      long left = healthy.stream().filter(id -> !stops.contains(id)).count();
      if (left < healthy.size()) {
        assertThat(left).as(at).isGreaterThanOrEqualTo(service.desiredCount());
      }
    }

    private boolean isOf(TaskId id, DeploymentState deployment) {
      return Objects.requireNonNull(world.state.task(id))
          .isOf(new Task.DeploymentId(deployment.id()));
    }

    private String step() {
      world.pass(Duration.ofMillis(random.nextInt(3_000)));
      for (String host : HOSTS) {
        if (random.nextInt(20) != 0) {
          beat(host);
        }
      }
      List<Task> tasks = List.copyOf(world.tasks());
      Task any = tasks.isEmpty() ? null : tasks.get(random.nextInt(tasks.size()));
      switch (random.nextInt(18)) {
        case 0 -> {
          int count = random.nextInt(6);
          if (!settings.scheduling().daemon()) {
            world.scale(count);
          }
          return "scale to " + count;
        }
        case 1 -> {
          revision++;
          world.deploy(recipe());
          return "deploy " + revision;
        }
        case 12 -> {
          world.force();
          return "force";
        }
        case 13 -> {
          world.stopDeployment(random.nextBoolean() ? StopType.ABORT : StopType.ROLLBACK);
          broken = true;
          return "stop of the deployment";
        }
        case 14 -> {
          if (any != null && any.isWanted()) {
            report(
                any,
                World.withHealth(
                    world.observation(any, TaskStatus.RUNNING, null, null, null),
                    HealthStatus.UNHEALTHY));
          }
          return "an unhealthy task";
        }
        case 17 -> {
          settings = settings.with(deploying());
          world.configure(settings);
          return "another way to deploy: " + settings.deploying();
        }
        case 2 -> {
          world.expireLeases();
          return "leases";
        }
        case 3 -> {
          register(HOSTS.get(random.nextInt(HOSTS.size())));
          return "restart of a host";
        }
        case 4 -> {
          if (!said.isEmpty()) {
            world.report(said.get(random.nextInt(said.size())));
          }
          return "an old report again";
        }
        case 5 -> {
          world.sweep();
          return "sweep";
        }
        case 15 -> {
          drain(HOSTS.get(random.nextInt(HOSTS.size())), random.nextBoolean());
          return "draining";
        }
        case 16 -> {
          if (any != null) {
            world.command(
                new Command.UpdateTaskProtection(
                    World.CLUSTER, List.of(any.id()), random.nextBoolean() ? 1 : null));
          }
          return "protection";
        }
        case 6, 7 -> {
          if (any != null) {
            say(any, TaskStatus.STOPPED, random.nextInt(3));
          }
          return "an end";
        }
        case 8 -> {
          if (any != null) {
            say(any, TaskStatus.PENDING, null);
          }
          return "pending";
        }
        default -> {
          for (Task task : tasks) {
            say(task, task.isWanted() ? TaskStatus.RUNNING : TaskStatus.STOPPED, null);
          }
          return "progress";
        }
      }
    }

    private void drain(String host, boolean draining) {
      world.command(
          new Command.UpdateContainerInstancesState(
              World.CLUSTER, List.of(World.runner(host)), draining));
    }

    private void say(
        Task task, TaskStatus status, @org.jspecify.annotations.Nullable Integer code) {
      TaskObservation seen = world.observation(task, status, code, null, null);
      report(
          task, status == TaskStatus.RUNNING ? World.withHealth(seen, HealthStatus.HEALTHY) : seen);
    }

    private void report(Task task, TaskObservation seen) {
      Runner runner = world.state.runner(task.runner());
      if (runner == null) {
        return;
      }
      Report report =
          new Report.TaskObserved(World.CLUSTER, runner.id(), runner.incarnation(), seen);
      said.add(report);
      world.report(report);
    }

    private void beat(String host) {
      Runner runner = world.state.runner(World.runner(host));
      if (runner != null) {
        world.report(
            new Report.RunnerBeat(
                World.CLUSTER, runner.id(), runner.incarnation(), runner.generation()));
        if (!runner.connected()) {
          register(host);
        }
      }
    }

    /** A host comes back with some of what it had. */
    private void register(String host) {
      RunnerId id = World.runner(host);
      String incarnation = host + incarnations.merge(host, 1, Integer::sum);
      List<TaskObservation> inventory = new ArrayList<>();
      for (Task task : world.state.tasksOn(id)) {
        if (random.nextInt(4) != 0) {
          inventory.add(task.seen());
        }
      }
      world.report(
          new Report.RunnerRegistered(
              World.CLUSTER, id, incarnation, World.host("zone-" + host, 65536, 65536), inventory));
    }

    private void checkPlaces(String at) {
      for (String host : HOSTS) {
        List<Task> there = world.state.tasksOn(World.runner(host));
        long wanted = there.stream().filter(Task::isWanted).count();
        Runner runner = world.state.runner(World.runner(host));
        assertThat(runner).isNotNull();
        assertThat(world.state.usageOf(runner.id()).cpu())
            .as("%s: host %s is oversubscribed", at, host)
            .isLessThanOrEqualTo(runner.host().cpu());
        if (isConstrained(Placing.ConstraintType.DISTINCT_INSTANCE)) {
          assertThat(wanted).as("%s: two on host %s", at, host).isLessThanOrEqualTo(1);
        }
        if (settings.scheduling().daemon()) {
          assertThat(there).as("%s: two on host %s", at, host).hasSizeLessThanOrEqualTo(1);
        }
        if (isConstrained(Placing.ConstraintType.MEMBER_OF) && host.equals("c")) {
          assertThat(there).as("%s: host c is not selected", at).isEmpty();
        }
      }
    }

    private void check(String at) {
      checkPlaces(at);
      for (Order order : world.takeOrders()) {
        if (order.generation() > 0) {
          long before = generations.getOrDefault(order.runner(), 0L);
          assertThat(order.generation()).as("%s: generations", at).isEqualTo(before + 1);
          generations.put(order.runner(), order.generation());
        }
        if (order instanceof Order.StartTask start) {
          everStarted.add(start.assignment().task());
        }
      }
      int usedCpu = 0;
      for (Task task : world.state.tasks()) {
        TaskStatus before = furthest.put(task.id(), task.status());
        assertThat(before != null && task.status().isBefore(before))
            .as("%s: task %s went back", at, task.id())
            .isFalse();
        assertThat(everStarted).as("%s: a task nobody ordered", at).contains(task.id());
        usedCpu += task.spec().reservedCpu();
      }
      int counted =
          HOSTS.stream().mapToInt(host -> world.state.usageOf(World.runner(host)).cpu()).sum();
      assertThat(counted).as("%s: reservations add up", at).isEqualTo(usedCpu);
      Service service = world.web();
      assertThat(
              world.tasks().stream()
                  .filter(task -> task.isWanted() && !task.isProtected(world.now))
                  .count())
          .as("%s: more wanted tasks than the upper bound", at)
          .isLessThanOrEqualTo(Math.max(service.upperBound(), service.desiredCount()) + earlier());
      assertThat(world.web().launches()).isEqualTo(everStarted.size());
      checkDeployments(at);
    }

    private void checkDeployments(String at) {
      Service service = world.web();
      Set<String> shown =
          service.deployments().stream().map(DeploymentState::id).collect(Collectors.toSet());
      assertThat(shown).as("%s: each once", at).hasSize(service.deployments().size());
      assertThat(world.tasks())
          .as("%s: every task is of a deployment that is shown", at)
          .allMatch(task -> shown.contains(task.origin().startedBy()));
      assertThat(service.deployments().stream().mapToInt(DeploymentState::desiredCount).sum())
          .as("%s: what the deployments want adds up", at)
          .isEqualTo(service.desiredCount() * (Sides.blue(service) == null ? 1 : 2));
      ServiceDeploymentState latest = Objects.requireNonNull(service.rollouts().latest());
      assertThat(latest.hasEnded())
          .as("%s: the story goes on as long as the rollout does", at)
          .isEqualTo(service.primary().rolloutState() != DeploymentState.Rollout.IN_PROGRESS);
    }

    /** Tasks of an earlier deployment may outnumber a bound that has shrunk meanwhile. */
    private long earlier() {
      Task.DeploymentId primary = new Task.DeploymentId(world.web().primary().id());
      return world.tasks().stream().filter(task -> !task.isOf(primary)).count();
    }

    private void settleDown() {
      HOSTS.forEach(host -> drain(host, false));
      if (breaker || broken) {
        // Whatever was given up, the next revision gets its chance.
        revision++;
        world.deploy(recipe());
      }
      for (int round = 0; round < 40; round++) {
        world.pass(Duration.ofMinutes(6));
        for (String host : HOSTS) {
          beat(host);
        }
        for (Task task : List.copyOf(world.tasks())) {
          say(task, task.isWanted() ? TaskStatus.RUNNING : TaskStatus.STOPPED, null);
        }
        world.sweep();
      }
      String at = "seed " + seed + " after the trouble";
      int hosts = isConstrained(Placing.ConstraintType.MEMBER_OF) ? 2 : 3;
      boolean distinct = isConstrained(Placing.ConstraintType.DISTINCT_INSTANCE);
      if (settings.scheduling().daemon()) {
        assertThat(world.web().desiredCount()).as(at).isEqualTo(hosts);
      }
      int desired = world.web().desiredCount();
      int places = Sides.blue(world.web()) == null ? desired + 1 : 2 * desired;
      if (distinct && places > hosts) {
        // With no host to spare a new revision may find no place, ever: the user's choice again.
        assertThat(world.tasks()).as(at).hasSize(hosts);
        return;
      }
      assertThat(world.tasks()).as(at).hasSize(world.web().desiredCount());
      assertThat(world.tasks())
          .as(at)
          .allMatch(Task::isRunning)
          .allMatch(task -> task.spec().definition().revision() == revision);
      assertThat(world.web().steady()).as(at).isTrue();
      assertThat(world.web().deployments()).as(at).hasSize(1);
    }
  }
}
