package io.longshore.scheduler.core;

import static io.longshore.scheduler.core.World.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.Placing;
import io.longshore.messages.PortMapping;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a service does, told as stories. */
class ServiceScenariosTest {
  private final World world = new World();

  @BeforeEach
  void aCluster() {
    world.addRunner("a", "zone-a");
    world.takeOrders();
  }

  private TaskId anyTask() {
    return world.tasks().getFirst().id();
  }

  @Test
  void aServiceStartsItsTasksAndSaysWhenItIsSteady() {
    world.createService(3);
    assertThat(world.takeOrders()).hasSize(3).allMatch(Order.StartTask.class::isInstance);
    world.allRunning();
    assertThat(world.web().steady()).isTrue();
    assertThat(world.web().deployments()).hasSize(1);
    assertThat(world.web().primary().rolloutState()).isEqualTo(DeploymentState.Rollout.COMPLETED);
    assertThat(world.takeEvents())
        .anyMatch(event -> event.startsWith("(service web) has started 3 tasks: (task "))
        .contains("(service web) has reached a steady state.");
  }

  @Test
  void aChangeThatExpectsAnotherVersionChangesNothing() {
    world.createService(1);
    world.allRunning();
    long seen = world.web().intent();
    Command.UpdateService toTwo = to(2);
    assertThat(world.command(toTwo, seen)).isInstanceOf(Accepted.class);
    Service scaled = world.web();
    assertThat(scaled.intent()).isGreaterThan(seen);

    Command.DeleteService delete = new Command.DeleteService(World.CLUSTER, WEB, true);
    for (Command late : List.of(toTwo, delete)) {
      assertThat(world.command(late, seen))
          .isInstanceOfSatisfying(
              Rejected.class,
              refused -> assertThat(refused.error()).isEqualTo(ErrorType.PRECONDITION_FAILED));
    }
    assertThat(world.web()).isEqualTo(scaled);
    assertThat(world.command(delete, scaled.intent())).isInstanceOf(Accepted.class);
  }

  private static Command.UpdateService to(int count) {
    return new Command.UpdateService(World.CLUSTER, WEB, null, count, null, false, new Json("{}"));
  }

  @Test
  void aDeletedServiceIsForgottenAndTheNextOfItsNameIsNot() {
    world.createService(0);
    String uid = world.web().uid();
    world.state.forget(uid);
    assertThat(world.web().uid()).as("it is not deleted").isEqualTo(uid);

    world.command(new Command.DeleteService(World.CLUSTER, WEB, true));
    assertThat(world.web().status()).isEqualTo(Service.Status.INACTIVE);
    world.createService(0);
    world.state.forget(uid);
    assertThat(world.state.service(uid)).isNull();
    assertThat(world.web().status()).isEqualTo(Service.Status.ACTIVE);
  }

  @Test
  void whatTheSchedulerDoesIsNoConflict() {
    world.createService(3);
    long seen = world.web().intent();
    long version = world.web().version();
    world.allRunning();
    world.sweep();
    assertThat(world.web().version()).isGreaterThan(version);
    assertThat(world.web().intent()).isEqualTo(seen);
    assertThat(world.command(to(2), seen)).isInstanceOf(Accepted.class);
  }

  @Test
  void aServiceMadeAgainIsNotTakenForTheFormerOne() {
    world.createService(0);
    long seen = world.web().intent();
    world.command(new Command.DeleteService(World.CLUSTER, WEB, true));
    assertThat(world.web().status()).isEqualTo(Service.Status.INACTIVE);
    world.createService(0);
    assertThat(world.web().intent()).isGreaterThan(seen);
    assertThat(world.command(to(1), seen)).isInstanceOf(Rejected.class);
  }

  @Test
  void aDeadTaskIsReplacedByANewOne() {
    world.createService(3);
    world.allRunning();
    world.pass(Duration.ofMinutes(1));
    world.takeOrders();
    TaskId dead = anyTask();
    world.exited(dead, 137);
    List<Order> orders = world.takeOrders();
    assertThat(orders).hasSize(2);
    assertThat(orders.getFirst())
        .isInstanceOfSatisfying(
            Order.ForgetTask.class, order -> assertThat(order.task()).isEqualTo(dead));
    assertThat(orders.getLast())
        .isInstanceOfSatisfying(
            Order.StartTask.class,
            order -> assertThat(order.assignment().task()).isNotEqualTo(dead));
    assertThat(world.takeEvents())
        .contains(
            "(service web) (task %s) has stopped: Essential container in task exited (container app exited with code 137)."
                .formatted(dead));
  }

  @Test
  void anExitReportedTwiceIsReplacedOnce() {
    world.createService(1);
    world.allRunning();
    Task task = world.tasks().getFirst();
    world.exited(task.id(), 1);
    world.takeOrders();
    world.report(
        new io.longshore.messages.Report.TaskObserved(
            World.CLUSTER,
            task.runner(),
            World.INCARNATION,
            world.observation(task, TaskStatus.STOPPED, 1, null, null)));
    // The runner had not heard yet that it may forget the task, and hears it again.
    assertThat(world.takeOrders()).singleElement().isInstanceOf(Order.ForgetTask.class);
    assertThat(world.tasks()).hasSize(1);
  }

  @Test
  void scalingInStopsTasksThatDoNotRunYetFirst() {
    world.createService(3);
    List<Task> tasks = world.tasks();
    world.running(tasks.get(0).id());
    world.running(tasks.get(2).id());
    world.takeOrders();
    world.scale(2);
    assertThat(world.takeOrders())
        .singleElement()
        .isInstanceOfSatisfying(
            Order.StopTask.class, order -> assertThat(order.task()).isEqualTo(tasks.get(1).id()));
    assertThat(world.web().deployments()).hasSize(1);
  }

  @Test
  void tasksAreSpreadOverZonesAndTakenFromTheFullestOne() {
    world.addRunner("b", "zone-b");
    world.addRunner("c", "zone-c");
    world.createService(6);
    world.allRunning();
    assertThat(zones()).isEqualTo(Map.of("zone-a", 2L, "zone-b", 2L, "zone-c", 2L));
    world.scale(3);
    world.allStopped();
    assertThat(zones()).isEqualTo(Map.of("zone-a", 1L, "zone-b", 1L, "zone-c", 1L));
  }

  private java.util.Map<String, Long> zones() {
    return world.tasks().stream().collect(Collectors.groupingBy(Task::zone, Collectors.counting()));
  }

  @Test
  void aNewRevisionReplacesTheOldOneInsideTheBounds() {
    world.createService(4, World.spec(1), new ServiceSettings(50, 150));
    world.allRunning();
    world.deploy(2);
    assertThat(world.web().deployments()).hasSize(2);
    for (int step = 0; step < 50 && world.web().deployments().size() > 1; step++) {
      assertThat(world.tasks()).as("never above 150 %").hasSizeLessThanOrEqualTo(6);
      assertThat(world.tasks().stream().filter(Task::isRunning).filter(Task::isWanted).count())
          .as("never below 50 %")
          .isGreaterThanOrEqualTo(2);
      // One thing at a time, so that every state in between is looked at.
      Task next =
          world.tasks().stream()
              .filter(task -> !task.isRunning() || !task.isWanted())
              .findFirst()
              .orElseThrow();
      if (next.isWanted()) {
        world.running(next.id());
      } else {
        world.observe(next.id(), TaskStatus.STOPPED, 0, null, null);
      }
    }
    assertThat(world.web().deployments()).as("the old one is gone with its tasks").hasSize(1);
    world.allRunning();
    assertThat(world.tasks())
        .hasSize(4)
        .allMatch(task -> task.spec().definition().revision() == 2)
        .allMatch(Task::isRunning);
  }

  @Test
  void tasksThatKeepFailingAreStartedEverMoreSlowlyUntilANewRevision() {
    world.createService(1);
    int launches = 0;
    Duration total = Duration.ofMinutes(10);
    for (Duration at = Duration.ZERO; at.compareTo(total) < 0; at = at.plusMillis(250)) {
      for (Task task : List.copyOf(world.tasks())) {
        launches++;
        world.failedToStart(task.id());
      }
      world.pass(Duration.ofMillis(250));
    }
    // Three at once, then after 1, 2, 4 … 256 seconds: 3 + 9 in ten minutes, one more for the rest.
    assertThat(launches).isBetween(11, 13);
    assertThat(world.takeEvents())
        .anyMatch(event -> event.contains("is unable to consistently start tasks successfully"));
    world.takeOrders();
    world.deploy(2);
    assertThat(world.takeOrders()).anyMatch(Order.StartTask.class::isInstance);
  }

  @Test
  void aServiceThatFindsNoPlaceSaysSoOnceAndStartsWhenThereIsOne() {
    world.createService(
        3, World.spec(1, World.container("app", 64, 30 * 1024)), new ServiceSettings(100, 200));
    assertThat(world.tasks()).hasSize(2);
    assertThat(world.takeEvents())
        .anyMatch(event -> event.contains("unable to place a task") && event.contains("memory"));
    world.sweep();
    world.sweep();
    assertThat(world.takeEvents()).isEmpty();
    world.addRunner("b", "zone-b");
    assertThat(world.tasks()).hasSize(3);
  }

  @Test
  void anUpdateReplacesOnlyTheMembersItNames() {
    world.command(
        new Command.CreateService(
            World.CLUSTER,
            WEB,
            World.spec(1),
            1,
            new ServiceSettings(100, 200),
            new Json("{\"launchType\":\"EC2\",\"healthCheckGracePeriodSeconds\":0}"),
            Map.of()));
    world.command(
        new Command.UpdateService(
            World.CLUSTER,
            WEB,
            null,
            null,
            null,
            false,
            new Json("{\"healthCheckGracePeriodSeconds\":5}")));
    assertThat(world.web().document())
        .isEqualTo(new Json("{\"launchType\":\"EC2\",\"healthCheckGracePeriodSeconds\":5}"));
    assertThat(world.web().deployments()).as("no new deployment").hasSize(1);
  }

  @Test
  void aFixedHostPortIsUsedOncePerHost() {
    var spec = World.spec(1, World.container("app", 1, 8, new PortMapping(80, 8080, "tcp")));
    world.createService(2, spec, new ServiceSettings(100, 200));
    assertThat(world.tasks()).hasSize(1);
    assertThat(world.takeEvents()).anyMatch(event -> event.contains("insufficient ports"));
    world.addRunner("b", "zone-b");
    assertThat(world.tasks()).hasSize(2);
  }

  @Test
  void aDeletedServiceEndsWithItsLastTask() {
    world.createService(2);
    world.allRunning();
    assertThat(world.command(new Command.DeleteService(World.CLUSTER, WEB, false)))
        .isEqualTo(
            Rejected.of(
                ErrorType.INVALID_PARAMETER,
                "The service cannot be stopped while it is scaled above 0."));
    world.command(new Command.DeleteService(World.CLUSTER, WEB, true));
    assertThat(world.web().status()).isEqualTo(Service.Status.DRAINING);
    assertThat(world.createService(1)).isInstanceOf(Rejected.class);
    world.allStopped();
    assertThat(world.web().status()).isEqualTo(Service.Status.INACTIVE);
    Set<TaskId> before = new HashSet<>();
    world.takeOrders();
    String uid = world.web().uid();
    world.createService(1);
    assertThat(world.web().uid()).isNotEqualTo(uid);
    assertThat(world.tasks()).hasSize(1).noneMatch(task -> before.contains(task.id()));
  }

  @Test
  void aTaskThatARanDirectlyIsNotRecreated() {
    var outcome =
        world.command(
            new Command.RunTask(
                World.CLUSTER,
                World.spec(1),
                1,
                "family:web",
                null,
                Json.EMPTY,
                Map.of(),
                Placing.ANYWHERE));
    TaskId id = new TaskId(((Accepted) outcome).ids().getFirst());
    world.running(id);
    world.takeOrders();
    world.exited(id, 3);
    world.sweep();
    world.pass(Duration.ofHours(1));
    assertThat(world.takeOrders()).singleElement().isInstanceOf(Order.ForgetTask.class);
    assertThat(world.state.tasks()).isEmpty();
  }

  @Test
  void aStopByTheUserIsReplacedInAServiceAndKeepsItsReason() {
    world.createService(1);
    world.allRunning();
    TaskId id = anyTask();
    world.command(new Command.StopTask(World.CLUSTER, id, "try it"));
    Task stopping = world.state.task(id);
    assertThat(stopping).isNotNull();
    assertThat(stopping.stopCode()).isEqualTo(StopCode.USER_INITIATED);
    assertThat(world.tasks()).hasSize(2);
    world.allStopped();
    world.allRunning();
    assertThat(world.tasks()).hasSize(1).noneMatch(task -> task.id().equals(id));
    assertThat(world.web().primary().failedTasks()).isZero();
  }
}
