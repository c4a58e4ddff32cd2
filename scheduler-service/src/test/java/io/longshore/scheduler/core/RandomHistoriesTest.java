package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
    private final World world = new World();
    private final List<Report> said = new ArrayList<>();
    private final Map<TaskId, TaskStatus> furthest = new HashMap<>();
    private final Set<TaskId> everStarted = new HashSet<>();
    private final Map<RunnerId, Long> generations = new HashMap<>();
    private final Map<String, Integer> incarnations = new HashMap<>();
    private int revision = 1;

    History(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void run() {
      for (String host : HOSTS) {
        register(host);
      }
      // Bounds that leave no room to go from one revision to the next would be the user's choice.
      int minimum = random.nextInt(3) * 50;
      int maximum = minimum == 0 ? 100 + random.nextInt(3) * 50 : 200;
      world.createService(
          1 + random.nextInt(5), World.spec(1), new ServiceSettings(minimum, maximum));
      for (int step = 0; step < STEPS; step++) {
        String what = step();
        check("seed %d, step %d: %s".formatted(seed, step, what));
      }
      settleDown();
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
      switch (random.nextInt(12)) {
        case 0 -> {
          int count = random.nextInt(6);
          world.scale(count);
          return "scale to " + count;
        }
        case 1 -> {
          world.deploy(++revision);
          return "deploy " + revision;
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

    private void say(
        Task task, TaskStatus status, @org.jspecify.annotations.Nullable Integer code) {
      Runner runner = world.state.runner(task.runner());
      if (runner == null) {
        return;
      }
      Report report =
          new Report.TaskObserved(
              World.CLUSTER,
              runner.id(),
              runner.incarnation(),
              world.observation(task, status, code, null, null));
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

    private void check(String at) {
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
      assertThat(world.tasks().stream().filter(Task::isWanted).count())
          .as("%s: more wanted tasks than the upper bound", at)
          .isLessThanOrEqualTo(Math.max(service.upperBound(), service.desiredCount()) + earlier());
      assertThat(world.web().launches()).isEqualTo(everStarted.size());
    }

    /** Tasks of an earlier deployment may outnumber a bound that has shrunk meanwhile. */
    private long earlier() {
      Task.DeploymentId primary = new Task.DeploymentId(world.web().primary().id());
      return world.tasks().stream().filter(task -> !task.isOf(primary)).count();
    }

    private void settleDown() {
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
