package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How runners come, go, return and talk out of turn. */
class RunnerScenariosTest {
  private final World world = new World();
  private final RunnerId a = World.runner("a");

  private void register(String incarnation, List<TaskObservation> inventory) {
    world.report(
        new Report.RunnerRegistered(
            World.CLUSTER, a, incarnation, World.host("zone-a", 65536, 65536), inventory));
  }

  private void beat(String incarnation) {
    world.report(new Report.RunnerBeat(World.CLUSTER, a, incarnation, 0));
  }

  @Test
  void aRegistrationIsAnsweredWithAManifestOfWhatShouldRun() {
    register("one", List.of());
    assertThat(world.takeOrders())
        .containsExactly(new Order.Manifest(a, 1, "one", List.of(), List.of(), 10_000L));
    assertThat(world.state.hasActive(World.CLUSTER)).isTrue();
  }

  @Test
  void generationsGrowByOneAcrossRestarts() {
    register(World.INCARNATION, List.of());
    world.createService(2);
    world.allRunning();
    register("two", inventory());
    List<Order> orders = world.takeOrders();
    assertThat(orders).extracting(Order::generation).containsExactly(1L, 2L, 3L, 4L);
  }

  private List<TaskObservation> inventory() {
    return world.state.tasksOn(a).stream().map(Task::seen).toList();
  }

  @Test
  void aRestartedRunnerThatStillHasEverythingIsLeftAlone() {
    register(World.INCARNATION, List.of());
    world.createService(2);
    world.allRunning();
    world.takeOrders();
    List<TaskId> ids = world.tasks().stream().map(Task::id).toList();
    register("two", inventory());
    assertThat(world.takeOrders())
        .singleElement()
        .isInstanceOfSatisfying(
            Order.Manifest.class, manifest -> assertThat(manifest.run()).isEqualTo(ids));
    assertThat(world.tasks()).extracting(Task::id).isEqualTo(ids);
  }

  @Test
  void whatHadBegunAndIsGoneIsReplacedAndWhatHadNotIsOrderedAgain() {
    register(World.INCARNATION, List.of());
    world.createService(2);
    TaskId begun = world.tasks().getFirst().id();
    TaskId notBegun = world.tasks().getLast().id();
    world.running(begun);
    world.takeOrders();
    register("two", List.of());
    List<Order> orders = world.takeOrders();
    assertThat(orders)
        .filteredOn(Order.StartTask.class::isInstance)
        .map(order -> ((Order.StartTask) order).assignment().task())
        .contains(notBegun)
        .doesNotContain(begun)
        .hasSize(2);
    assertThat(world.tasks()).hasSize(2).noneMatch(task -> task.id().equals(begun));
  }

  @Test
  void aSilentRunnerLosesItsTasksAndOnReturnIsToldToStopThem() {
    register(World.INCARNATION, List.of());
    world.addRunner("b", "zone-b");
    world.createService(2);
    world.allRunning();
    List<TaskObservation> left = inventory();
    assertThat(left).hasSize(1);
    world.pass(Duration.ofSeconds(9));
    world.report(new Report.RunnerBeat(World.CLUSTER, World.runner("b"), World.INCARNATION, 0));
    world.pass(Duration.ofSeconds(2));
    world.expireLeases();
    assertThat(world.state.tasksOn(a)).isEmpty();
    assertThat(world.tasks()).hasSize(2).allMatch(task -> task.runner().equals(World.runner("b")));
    world.takeOrders();
    beat(World.INCARNATION);
    assertThat(world.takeOrders()).containsExactly(new Order.RegisterAgain(a, World.INCARNATION));
    register(World.INCARNATION, left);
    assertThat(world.takeOrders())
        .filteredOn(Order.Manifest.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Order.Manifest.class, manifest -> assertThat(manifest.run()).isEmpty());
    assertThat(world.tasks()).hasSize(2);
  }

  @Test
  void reportsOfAnEarlierIncarnationChangeNothing() {
    register(World.INCARNATION, List.of());
    world.createService(1);
    register("two", inventory());
    Task task = world.tasks().getFirst();
    world.takeOrders();
    world.exited(task.id(), 1);
    assertThat(world.state.task(task.id())).isEqualTo(task);
    assertThat(world.takeOrders()).isEmpty();
  }

  @Test
  void aLateReportDoesNotTakeATaskBack() {
    register(World.INCARNATION, List.of());
    world.createService(1);
    TaskId id = world.tasks().getFirst().id();
    world.running(id);
    long version = world.tasks().getFirst().version();
    world.observe(id, TaskStatus.PENDING, null, null, null);
    assertThat(world.tasks().getFirst().status()).isEqualTo(TaskStatus.RUNNING);
    assertThat(world.tasks().getFirst().version()).isEqualTo(version);
  }

  @Test
  void aRunnerCannotSpeakForAnotherOnesTask() {
    register(World.INCARNATION, List.of());
    world.createService(1);
    world.addRunner("b", "zone-b");
    Task task = world.tasks().getFirst();
    world.report(
        new Report.TaskObserved(
            World.CLUSTER,
            World.runner("b"),
            World.INCARNATION,
            world.observation(task, TaskStatus.STOPPED, 0, null, null)));
    assertThat(world.state.task(task.id())).isEqualTo(task);
  }

  @Test
  void anUnknownRunnerIsAskedToRegister() {
    beat("whoever");
    assertThat(world.takeOrders()).containsExactly(new Order.RegisterAgain(a, "whoever"));
  }

  @Test
  void aRunnerWithTasksNobodyKnowsIsToldToEndThem() {
    register(World.INCARNATION, List.of());
    world.createService(1);
    Task task = world.tasks().getFirst();
    world.exited(task.id(), 0);
    world.takeOrders();
    world.report(
        new Report.TaskObserved(
            World.CLUSTER,
            a,
            World.INCARNATION,
            world.observation(task, TaskStatus.RUNNING, null, null, null)));
    assertThat(world.takeOrders()).singleElement().isInstanceOf(Order.StopTask.class);
  }

  @Test
  void aRunnerStuckInItsOrdersIsStartedAfresh() {
    register(World.INCARNATION, List.of());
    world.createService(1);
    world.takeOrders();
    beat(World.INCARNATION);
    world.pass(Duration.ofSeconds(6));
    beat(World.INCARNATION);
    world.ledger.apply(world.leases.findStuck(world.state, world.now), world.now);
    world.sweep();
    assertThat(world.takeOrders()).containsExactly(new Order.RegisterAgain(a, World.INCARNATION));
  }

  @Test
  void aSharedRunnerDoesNotBringADeletedClusterBack() {
    register(World.INCARNATION, List.of());
    world.takeOrders();
    ClusterName other = new ClusterName("other");
    world.command(
        new io.longshore.messages.Command.CreateCluster(
            other, io.longshore.messages.Json.EMPTY, java.util.Map.of()));
    world.command(new io.longshore.messages.Command.DeleteCluster(other));
    var host = World.host("zone-a", 1024, 1024);
    var shared =
        new io.longshore.messages.HostResources(
            host.hostName(),
            host.cpu(),
            host.memoryMiB(),
            host.reservedPorts(),
            host.attributes(),
            "1",
            "1",
            true);
    world.report(new Report.RunnerRegistered(other, World.runner("s"), "one", shared, List.of()));
    assertThat(world.state.hasActive(other)).isFalse();
    assertThat(world.takeOrders()).isEmpty();
  }
}
