package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Report;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Policy.Budgets;
import io.longshore.scheduler.core.Policy.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Much happens at once, and not everything is done about it at once. */
class StormsTest {
  private static final Rate PLENTY = new Rate(1_000_000, 1_000_000);

  private static World world(Budgets budgets) {
    return new World(
        new Policy(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofMinutes(5),
            200,
            Duration.ZERO,
            budgets,
            Duration.ofMinutes(5)));
  }

  private static List<Rule> waits(World world) {
    return world.state.waits(world.web().uid()).stream().map(Wait::rule).toList();
  }

  private static void createOther(World world, String name, int count) {
    world.command(
        new Command.CreateService(
            World.CLUSTER,
            new ServiceName(name),
            World.spec(1),
            count,
            World.breaker(100, 200, false),
            Json.EMPTY,
            Map.of()));
  }

  private static List<Task> of(World world, String service) {
    return world.state.tasks().stream()
        .filter(task -> task.origin().group().equals("service:" + service))
        .toList();
  }

  @Test
  void aServiceHasSoManyLaunchesAtOnceAndThenSoManyASecond() {
    World world = world(new Budgets(new Rate(10, 5), PLENTY, PLENTY));
    world.addRunner("a", "zone-a");
    world.createService(18);
    assertThat(world.tasks()).hasSize(10);
    assertThat(waits(world)).contains(Rule.LAUNCH_BUDGET);
    world.pass(Duration.ofMillis(400));
    assertThat(world.tasks()).hasSize(12);
    for (int i = 0; i < 12; i++) {
      world.pass(Duration.ofMillis(100));
    }
    assertThat(world.tasks()).hasSize(18);
    assertThat(waits(world)).doesNotContain(Rule.LAUNCH_BUDGET);
  }

  @Test
  void whatIsNotUsedComesTogetherUpToTheBurst() {
    LaunchBudget budget = new LaunchBudget();
    Rate rate = new Rate(4, 2);
    Instant now = Instant.EPOCH;
    for (int left = 4; left > 0; left--) {
      assertThat(budget.left("x", rate, now)).isEqualTo(left);
      budget.take("x", rate, now);
    }
    assertThat(budget.left("x", rate, now)).isZero();
    assertThat(budget.left("y", rate, now)).as("of another").isEqualTo(4);
    assertThat(budget.left("x", rate, now.plusMillis(499))).isZero();
    assertThat(budget.left("x", rate, now.plusMillis(500))).isEqualTo(1);
    assertThat(budget.left("x", rate, now.plusSeconds(3600))).isEqualTo(4);
  }

  @Test
  void aHostsBudgetSaysWhenAndNeverWhere() {
    World world = world(new Budgets(PLENTY, new Rate(4, 2), PLENTY));
    world.addRunner("a", "zone-a");
    world.addRunner("b", "zone-b");
    world.createService(20);
    assertThat(world.tasks()).hasSize(8);
    for (int i = 0; i < 40; i++) {
      world.pass(Duration.ofMillis(100));
    }
    Map<String, Long> byZone =
        world.tasks().stream().collect(Collectors.groupingBy(Task::zone, Collectors.counting()));
    assertThat(byZone).containsEntry("zone-a", 10L).containsEntry("zone-b", 10L);
  }

  @Test
  void inNoSecondAreThereMoreThanTheClusterMayHave() {
    Rate cluster = new Rate(20, 10);
    World world = world(new Budgets(PLENTY, PLENTY, cluster));
    world.addRunner("a", "zone-a");
    List<Instant> launches = new ArrayList<>();
    world.inspector =
        (service, plan) ->
            plan.stream()
                .filter(Decision.Launch.class::isInstance)
                .forEach(launch -> launches.add(world.now));
    for (int i = 0; i < 10; i++) {
      createOther(world, "other-" + i, 10);
    }
    for (int i = 0; i < 100; i++) {
      world.pass(Duration.ofMillis(100));
    }
    assertThat(launches).hasSize(100);
    for (Instant from : launches) {
      assertThat(launches)
          .filteredOn(at -> !at.isBefore(from) && at.isBefore(from.plusSeconds(1)))
          .hasSizeLessThanOrEqualTo(cluster.burst() + cluster.perSecond());
    }
  }

  @Test
  void aServiceThatFailsLeavesTheOthersTheirPart() {
    World world = world(new Budgets(PLENTY, new Rate(20, 1), PLENTY));
    world.addRunner("a", "zone-a");
    createOther(world, "storm", 12);
    for (int i = 0; i < 12; i++) {
      of(world, "storm").stream()
          .map(Task::id)
          .findFirst()
          .ifPresent(task -> world.observe(task, TaskStatus.STOPPED, 1, null, null));
    }
    assertThat(of(world, "storm")).as("no more of it for now").hasSizeLessThan(12);
    createOther(world, "calm", 7);
    assertThat(of(world, "calm")).hasSize(7);
  }

  @Test
  void aTaskThatMovesBetweenZonesTakesOfItsHostsBudgetToo() {
    World world = world(new Budgets(PLENTY, new Rate(4, 1), PLENTY));
    world.addRunner("a", "zone-a");
    world.createService(
        4,
        World.spec(1),
        new ServiceSettings(
            100,
            200,
            new ServiceSettings.Scheduling(false, 0, true),
            ServiceSettings.CircuitBreaker.OFF,
            Placing.ANYWHERE));
    world.pass(Duration.ofSeconds(10));
    world.addRunner("b", "zone-b");
    createOther(world, "other", 8);
    assertThat(of(world, "other")).filteredOn(task -> task.zone().equals("zone-b")).hasSize(4);
    world.allRunning();
    assertThat(of(world, "web")).as("its host has no launch left").hasSize(4);
    assertThat(waits(world)).contains(Rule.LAUNCH_BUDGET);
    world.pass(Duration.ofSeconds(1));
    assertThat(of(world, "web")).as("one is on its way").hasSize(5);
  }

  @Test
  void aBlueThatFailsDoesNotKeepGreenFromComingUp() {
    World world = world(new Budgets(new Rate(4, 1), PLENTY, PLENTY));
    world.addRunner("a", "zone-a");
    world.createService(4, World.spec(1), World.blueGreen(0, true));
    world.allRunning();
    world.pass(Duration.ofSeconds(10));
    for (Task blue : List.copyOf(of(world, "web"))) {
      world.failedToStart(blue.id());
    }
    world.deploy(2);
    world.failedToStart(of(world, "web").getFirst().id());
    assertThat(of(world, "web")).as("nobody has a launch left").hasSize(3);
    world.pass(Duration.ofSeconds(1));
    assertThat(of(world, "web")).filteredOn(StormsTest::isGreen).hasSize(1);
  }

  @Test
  void aBlueWhoseTasksEndAfterAWhileLeavesLaunchesToGreen() {
    World world = world(new Budgets(new Rate(20, 1), PLENTY, PLENTY));
    world.addRunner("a", "zone-a");
    world.createService(20, World.spec(1), World.blueGreen(0, true));
    world.allRunning();
    world.pass(Duration.ofSeconds(20));
    endBlue(world);
    world.allRunning();
    world.deploy(2);
    for (int second = 0; second < 11; second++) {
      world.pass(Duration.ofSeconds(1));
      world.allRunning();
    }
    assertThat(of(world, "web")).filteredOn(StormsTest::isGreen).hasSize(11);
    endBlue(world);
    assertThat(Deaths.inARow(world.web().deployments().getLast())).as("no failures").isZero();
    for (int second = 0; second < 20; second++) {
      world.pass(Duration.ofSeconds(1));
      world.allRunning();
    }
    assertThat(of(world, "web")).filteredOn(StormsTest::isGreen).hasSize(20);
  }

  private static void endBlue(World world) {
    for (Task task : List.copyOf(of(world, "web"))) {
      if (!isGreen(task)) {
        world.exited(task.id(), 0);
      }
    }
  }

  private static boolean isGreen(Task task) {
    return task.spec().definition().revision() == 2;
  }

  @Test
  void aMoveBetweenZonesThatTheClusterHasNoLaunchForIsMadeWhenThereIsOne() {
    World world = world(new Budgets(PLENTY, PLENTY, new Rate(12, 1)));
    world.addRunner("a", "zone-a");
    world.createService(
        4,
        World.spec(1),
        new ServiceSettings(
            100,
            200,
            new ServiceSettings.Scheduling(false, 0, true),
            ServiceSettings.CircuitBreaker.OFF,
            Placing.ANYWHERE));
    createOther(world, "other", 8);
    world.addRunner("b", "zone-b");
    world.allRunning();
    assertThat(of(world, "web")).hasSize(4);
    assertThat(waits(world)).contains(Rule.LAUNCH_BUDGET);
    world.pass(Duration.ofSeconds(1));
    assertThat(of(world, "web")).as("one is on its way").hasSize(5);
  }

  // --- hosts that fall silent

  private static World fleet(int hosts) {
    World world = new World();
    for (int i = 0; i < hosts; i++) {
      world.addRunner("host-" + i, "zone-" + i % 3);
    }
    world.createService(2 * hosts);
    world.allRunning();
    return world;
  }

  /** All hosts from a number on are not heard of any more. */
  private static void silentFrom(World world, int first, int hosts) {
    world.pass(Duration.ofSeconds(11));
    for (int i = 0; i < first; i++) {
      beat(world, i);
    }
    world.expireLeases();
    assertThat(hosts - first).isPositive();
  }

  private static void beat(World world, int host) {
    Runner runner = world.state.runner(World.runner("host-" + host));
    assertThat(runner).isNotNull();
    world.report(
        new Report.RunnerBeat(
            World.CLUSTER, runner.id(), runner.incarnation(), runner.generation()));
  }

  private static List<TaskId> ids(World world) {
    return world.tasks().stream().map(Task::id).toList();
  }

  @Test
  void halfOfTheHostsAreReplacedAtOnce() {
    World world = fleet(10);
    silentFrom(world, 5, 10);
    assertThat(world.tasks()).hasSize(20).allMatch(task -> connected(world, task));
  }

  private static boolean connected(World world, Task task) {
    Runner runner = world.state.runner(task.runner());
    return runner != null && runner.connected();
  }

  @Test
  void whereMostHostsFallSilentTogetherTheirTasksAreKeptForAWhile() {
    World world = fleet(10);
    List<TaskId> before = ids(world);
    silentFrom(world, 4, 10);
    assertThat(ids(world)).as("nothing is started and nothing is lost").isEqualTo(before);
    assertThat(world.events)
        .filteredOn(event -> event.contains("keeps tasks on hosts that are silent until"))
        .singleElement()
        .asString()
        .contains("6 of 10 hosts");
    for (int minute = 0; minute < 5; minute++) {
      world.pass(Duration.ofMinutes(1));
      for (int i = 0; i < 4; i++) {
        beat(world, i);
      }
      world.expireLeases();
    }
    assertThat(world.tasks()).hasSize(20).allMatch(task -> connected(world, task));
  }

  @Test
  void hostsThatComeBackInTimeHaveLostNothing() {
    World world = fleet(10);
    List<TaskId> before = ids(world);
    silentFrom(world, 0, 10);
    world.pass(Duration.ofMinutes(4));
    for (int i = 0; i < 10; i++) {
      Runner runner = world.state.runner(World.runner("host-" + i));
      assertThat(runner).isNotNull();
      world.report(
          new Report.RunnerRegistered(
              World.CLUSTER,
              runner.id(),
              runner.incarnation(),
              runner.host(),
              world.state.tasksOn(runner.id()).stream().map(Task::seen).toList()));
    }
    world.expireLeases();
    world.pass(Duration.ofMinutes(2));
    for (int i = 0; i < 10; i++) {
      beat(world, i);
    }
    world.expireLeases();
    assertThat(ids(world)).isEqualTo(before);
  }

  @Test
  void thoseWhoFallSilentOneAfterTheOtherCountTogether() {
    World world = fleet(10);
    for (int first = 9; first >= 2; first--) {
      silentFrom(world, first, 10);
    }
    long kept = world.tasks().stream().filter(task -> !connected(world, task)).count();
    assertThat(kept).as("tasks on the seventh and eighth").isPositive();
    assertThat(world.tasks()).hasSize(20);
  }
}
