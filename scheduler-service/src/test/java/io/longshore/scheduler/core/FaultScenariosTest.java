package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a service does while hosts come and go, clients change their minds, and room is scarce. */
class FaultScenariosTest {
  private final World world = new World();
  private final RunnerId a = World.runner("a");

  private void register(String runner, String incarnation, List<TaskObservation> inventory) {
    world.report(
        new Report.RunnerRegistered(
            World.CLUSTER,
            World.runner(runner),
            incarnation,
            World.host("zone-" + runner, 65536, 65536),
            inventory));
  }

  private List<TaskObservation> on(RunnerId runner) {
    return world.state.tasksOn(runner).stream().map(Task::seen).toList();
  }

  /** So long that whoever is silent is lost. */
  private void lose(String silent, String heard) {
    assertThat(World.runner(silent)).isNotEqualTo(World.runner(heard));
    world.pass(Duration.ofSeconds(9));
    world.report(new Report.RunnerBeat(World.CLUSTER, World.runner(heard), World.INCARNATION, 0));
    world.pass(Duration.ofSeconds(2));
    world.expireLeases();
  }

  private long launches() {
    return world.takeOrders().stream().filter(Order.StartTask.class::isInstance).count();
  }

  @Test
  void aHostThatComesAndGoesMovesItsTasksOnce() {
    register("b", World.INCARNATION, List.of());
    register("a", World.INCARNATION, List.of());
    world.createService(4);
    world.allRunning();
    world.pass(Duration.ofMinutes(1));
    assertThat(launches()).isEqualTo(4);
    for (int times = 0; times < 50; times++) {
      List<TaskObservation> left = on(a);
      lose("a", "b");
      world.allRunning();
      register("a", World.INCARNATION, left);
      // What it still had has been told to stop, and does.
      register("a", World.INCARNATION, List.of());
    }
    assertThat(launches()).as("two tasks were on it when it went for the first time").isEqualTo(2);
    assertThat(world.tasks()).hasSize(4).allMatch(task -> !task.runner().equals(a));
  }

  @Test
  void aServiceThatIsDeletedWhileItsHostIsAwayLeavesNothingOnItsReturn() {
    register("a", World.INCARNATION, List.of());
    world.createService(2);
    world.allRunning();
    List<TaskObservation> left = on(a);
    Set<TaskId> ids = new HashSet<>(world.tasks().stream().map(Task::id).toList());
    world.command(new Command.DeleteService(World.CLUSTER, World.WEB, true));
    assertThat(world.web().status()).isEqualTo(Service.Status.DRAINING);
    register("b", World.INCARNATION, List.of());
    lose("a", "b");
    assertThat(world.web().status()).isEqualTo(Service.Status.INACTIVE);
    assertThat(world.state.tasks()).isEmpty();
    world.takeOrders();

    register("a", World.INCARNATION, left);
    List<Order> orders = world.takeOrders();
    assertThat(orders)
        .filteredOn(Order.Manifest.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Order.Manifest.class, manifest -> assertThat(manifest.run()).isEmpty());
    assertThat(orders).noneMatch(Order.StartTask.class::isInstance);
    for (TaskObservation seen : left) {
      world.report(new Report.TaskObserved(World.CLUSTER, a, World.INCARNATION, stopped(seen)));
    }
    assertThat(world.takeOrders())
        .allMatch(Order.ForgetTask.class::isInstance)
        .extracting(order -> ((Order.ForgetTask) order).task())
        .containsAll(ids);
    world.sweep();
    assertThat(world.state.tasks()).isEmpty();
    assertThat(world.takeOrders()).isEmpty();
    assertThat(world.web().status()).isEqualTo(Service.Status.INACTIVE);
  }

  private TaskObservation stopped(TaskObservation seen) {
    return new TaskObservation(
        seen.task(),
        TaskStatus.STOPPED,
        List.of(),
        null,
        null,
        null,
        null,
        seen.startedAt(),
        world.now,
        world.now,
        world.now);
  }

  @Test
  void lostTasksOfADeletedServiceThatAreBackAreStoppedToo() {
    register("a", World.INCARNATION, List.of());
    register("b", World.INCARNATION, List.of());
    world.createService(2);
    world.allRunning();
    List<TaskObservation> left = on(a);
    assertThat(left).hasSize(1);
    lose("a", "b");
    world.allRunning();
    world.command(new Command.DeleteService(World.CLUSTER, World.WEB, true));
    world.takeOrders();
    // It is back while the others still stop.
    register("a", "second", left);
    assertThat(world.takeOrders())
        .filteredOn(Order.Manifest.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Order.Manifest.class, manifest -> assertThat(manifest.run()).isEmpty());
    world.allStopped();
    assertThat(world.web().status()).isEqualTo(Service.Status.INACTIVE);
    assertThat(world.state.tasks()).isEmpty();
  }

  @Test
  void ofAThousandDesiredCountsTheLastOneHolds() {
    register("a", World.INCARNATION, List.of());
    world.createService(5);
    Random chance = new Random(77);
    for (int change = 0; change < 1_000; change++) {
      world.scale(chance.nextInt(11));
      long alive = world.tasks().stream().filter(t -> t.status() != TaskStatus.STOPPED).count();
      assertThat(alive).as("200 %% of at most ten").isLessThanOrEqualTo(20);
    }
    world.scale(7);
    // Nobody has said of any task that it stopped, so no more can have been started than that.
    assertThat(launches()).isLessThanOrEqualTo(20);
    for (int turn = 0; turn < 10; turn++) {
      world.allStopped();
      world.allRunning();
    }
    assertThat(world.tasks()).hasSize(7).allMatch(Task::isRunning).allMatch(Task::isWanted);
    world.takeOrders();
    world.sweep();
    world.pass(Duration.ofMinutes(10));
    assertThat(world.takeOrders()).isEmpty();
  }

  @Test
  void whatFindsNoPlaceWaitsWithoutOrdersAndIsPlacedInTheTurnThatBringsRoom() {
    register("a", World.INCARNATION, List.of());
    world.createService(
        3, World.spec(1, World.container("app", 64, 30 * 1024)), new ServiceSettings(100, 200));
    world.allRunning();
    assertThat(launches()).isEqualTo(2);
    int plans = world.planned.size();
    for (int minute = 0; minute < 60; minute++) {
      world.pass(Duration.ofMinutes(1));
      world.report(new Report.RunnerBeat(World.CLUSTER, a, World.INCARNATION, 0));
    }
    assertThat(launches()).isZero();
    assertThat(world.planned.size() - plans).as("nothing is decided in that hour").isZero();
    world.exited(world.tasks().getFirst().id(), 0);
    world.allRunning();
    assertThat(launches()).as("its room goes to another").isEqualTo(1);
    register("b", World.INCARNATION, List.of());
    assertThat(launches()).isEqualTo(1);
    assertThat(world.tasks()).hasSize(3);
  }

  /** Whoever has the shard now has another machine's clock. */
  private void clockBehind(Duration by) {
    world.now = world.now.minus(by);
  }

  @Test
  void aClockThatIsBehindTheLastOwnersTakesNoHealthyTaskForAComingOne() {
    register("a", World.INCARNATION, List.of());
    world.createService(4, World.spec(1), new ServiceSettings(50, 200));
    world.allRunning();
    world.pass(Duration.ofMinutes(1));
    clockBehind(Duration.ofHours(1));
    world.deploy(2);
    assertThat(world.tasks())
        .filteredOn(task -> task.spec().definition().revision() == 1 && task.isWanted())
        .as("the lower bound of four is two")
        .hasSize(2);
  }

  /** The next owner's clock may have stood still while the tasks went on. */
  @Test
  void whatMayBeHealthyForAllWeKnowIsNotStoppedBelowTheLowerBound() {
    World proving = new World(Policy.DEFAULT);
    proving.addRunner("a", "zone-a");
    proving.createService(4, World.spec(1), new ServiceSettings(50, 200));
    proving.allRunning();
    proving.deploy(2);
    assertThat(wanted(proving, 1)).as("two of four have to stay").hasSize(2);
    proving.pass(Policy.DEFAULT.healthyAfter());
    assertThat(wanted(proving, 1)).hasSize(2);
    proving.allRunning();
    assertThat(wanted(proving, 1)).hasSize(2);
    proving.pass(Policy.DEFAULT.healthyAfter());
    assertThat(wanted(proving, 1)).isEmpty();
  }

  @Test
  void ofWhatMayBeHealthyTheYoungestGoFirst() {
    World proving = new World(Policy.DEFAULT);
    proving.addRunner("a", "zone-a");
    proving.createService(4, World.spec(1), new ServiceSettings(50, 200));
    List<TaskId> tasks = List.copyOf(wanted(proving, 1));
    // The order of coming up is another one than that of being made.
    Set<TaskId> older = Set.of(tasks.get(3), tasks.get(1));
    older.forEach(proving::running);
    proving.pass(Duration.ofMillis(10));
    proving.allRunning();
    proving.deploy(2);
    assertThat(wanted(proving, 1)).isEqualTo(older);
  }

  private static Set<TaskId> wanted(World world, int revision) {
    return world.tasks().stream()
        .filter(task -> task.isWanted() && task.spec().definition().revision() == revision)
        .map(Task::id)
        .collect(Collectors.toSet());
  }

  @Test
  void aClockThatIsBehindTheLastOwnersDrawsNoWaitOut() {
    register("a", World.INCARNATION, List.of());
    world.createService(1);
    for (int failure = 0; failure < 4; failure++) {
      world.failedToStart(world.tasks().getFirst().id());
    }
    assertThat(world.tasks()).as("it waits after four failures").isEmpty();
    assertThat(world.web().notBefore()).isNotNull();
    clockBehind(Duration.ofHours(1));
    // What the next owner reads.
    State stored =
        State.of(
            List.of(), List.of(), List.of(world.web()), world.state.runners(), world.state.tasks());
    assertThat(new Reconciler(Policy.DEFAULT).plan(stored, world.web(), false, world.now))
        .hasAtLeastOneElementOfType(Decision.Launch.class);
  }
}
