package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the tag {@code longshore:copies} = {@code strict} means for a service. */
class CopiesTest {
  private static final Map<String, String> STRICT = Map.of("longshore:copies", "strict");
  private static final ServiceSettings STOP_FIRST = new ServiceSettings(0, 100);
  private static final String ARN = "arn:aws:ecs:us-east-1:000000000000:service/default/web";

  private final World world = new World();

  private Outcome create(int count, ServiceSettings settings, Map<String, String> tags) {
    return world.command(
        new Command.CreateService(
            World.CLUSTER, World.WEB, World.spec(1), count, settings, Json.EMPTY, tags));
  }

  private static String refused(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Rejected.class);
    return ((Rejected) outcome).message();
  }

  private void twoHosts() {
    world.addRunner("a", "zone-a");
    world.addRunner("b", "zone-b");
  }

  private Task only() {
    assertThat(world.tasks()).hasSize(1);
    return world.tasks().getFirst();
  }

  private List<Order.StartTask> starts() {
    return world.takeOrders().stream()
        .filter(Order.StartTask.class::isInstance)
        .map(Order.StartTask.class::cast)
        .toList();
  }

  private String waits() {
    return world.state.waits(world.web().uid()).stream()
        .filter(wait -> wait.rule() == Rule.OLD_COPY)
        .map(Wait::text)
        .findFirst()
        .orElse("");
  }

  @Test
  void whatCannotBeIsRefusedWithTheWayOut() {
    twoHosts();
    assertThat(refused(create(1, STOP_FIRST, Map.of("longshore:copies", "loose"))))
        .isEqualTo(
            "The value 'loose' of the tag longshore:copies is not valid: it can only be 'strict'.");
    assertThat(refused(create(1, new ServiceSettings(0, 200), STRICT)))
        .contains("maximumPercent of at most 100")
        .contains("they are 200 and 0");
    assertThat(refused(create(1, new ServiceSettings(100, 100), STRICT)))
        .contains("minimumHealthyPercent below 100");
    assertThat(refused(create(1, World.blueGreen(0, false), STRICT)))
        .contains("the deployment strategy ROLLING");
    ServiceSettings daemon =
        new ServiceSettings(
            0,
            100,
            new ServiceSettings.Scheduling(true, 0, false),
            ServiceSettings.CircuitBreaker.OFF,
            io.longshore.messages.Placing.ANYWHERE);
    assertThat(refused(create(0, daemon, STRICT))).contains("the scheduling strategy REPLICA");
    assertThat(create(1, STOP_FIRST, STRICT)).isInstanceOf(Accepted.class);
    assertThat(refused(world.configure(new ServiceSettings(0, 200)))).contains("maximumPercent");
  }

  @Test
  void theTagCanBePutOnAndTakenOff() {
    twoHosts();
    create(1, new ServiceSettings(100, 200), Map.of());
    assertThat(starts()).noneMatch(start -> start.assignment().strict());
    assertThat(refused(world.command(new Command.TagResource("default", ARN, STRICT))))
        .contains("maximumPercent");
    world.configure(STOP_FIRST);
    assertThat(world.command(new Command.TagResource("default", ARN, STRICT)))
        .isInstanceOf(Accepted.class);
    world.allRunning();
    world.exited(only().id(), 0);
    assertThat(starts()).hasSize(1).allMatch(start -> start.assignment().strict());
    world.command(new Command.UntagResource("default", ARN, List.of("longshore:copies")));
    world.allRunning();
    world.exited(only().id(), 0);
    assertThat(starts()).hasSize(1).noneMatch(start -> start.assignment().strict());
  }

  @Test
  void aReplacementWaitsForTheWordThatTheOldCopyHasStopped() {
    twoHosts();
    create(1, STOP_FIRST, STRICT);
    world.allRunning();
    world.pass(Duration.ofMinutes(1));
    TaskId old = only().id();
    starts();
    world.deploy(2);
    assertThat(world.state.task(old)).matches(task -> task != null && !task.isWanted());
    assertThat(starts()).isEmpty();
    assertThat(waits()).contains(old.value()).contains("allows no second copy");
    world.observe(old, TaskStatus.STOPPING, null, null, null);
    assertThat(starts()).isEmpty();
    world.observe(old, TaskStatus.STOPPED, 143, null, null);
    assertThat(starts()).hasSize(1);
    assertThat(waits()).isEmpty();
  }

  @Test
  void aReplacementOfATaskOnADrainingHostWaitsToo() {
    twoHosts();
    create(1, STOP_FIRST, STRICT);
    world.allRunning();
    world.pass(Duration.ofMinutes(1));
    Task old = only();
    starts();
    world.command(
        new Command.UpdateContainerInstancesState(World.CLUSTER, List.of(old.runner()), true));
    assertThat(only().isWanted()).isFalse();
    assertThat(starts()).isEmpty();
    world.observe(old.id(), TaskStatus.STOPPED, 143, null, null);
    assertThat(starts()).hasSize(1);
  }

  @Test
  void aReplacementOfATaskOnASilentHostWaitsForTheEndOfTheLease() {
    twoHosts();
    create(1, STOP_FIRST, STRICT);
    world.allRunning();
    starts();
    RunnerId silent = only().runner();
    String other = silent.equals(World.runner("a")) ? "b" : "a";
    world.pass(Duration.ofMillis(9_900));
    world.report(new Report.RunnerBeat(World.CLUSTER, World.runner(other), World.INCARNATION, 0));
    world.expireLeases();
    assertThat(starts()).isEmpty();
    world.pass(Duration.ofMillis(200));
    world.expireLeases();
    assertThat(starts()).hasSize(1).allMatch(start -> !start.runner().equals(silent));
  }

  /** It may be older than the orders that the host has taken in since. */
  @Test
  void anInventoryWithoutATaskIsNoWordThatItHasStopped() {
    twoHosts();
    create(1, STOP_FIRST, STRICT);
    world.allRunning();
    Task task = only();
    starts();
    world.report(
        new Report.RunnerRegistered(
            World.CLUSTER,
            task.runner(),
            World.INCARNATION,
            World.host("zone-x", 65536, 65536),
            List.of()));
    List<Order> orders = world.takeOrders();
    assertThat(orders).noneMatch(Order.StartTask.class::isInstance);
    assertThat(orders)
        .filteredOn(Order.Manifest.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Order.Manifest.class,
            manifest -> {
              assertThat(manifest.stop()).containsExactly(task.id());
              assertThat(manifest.leaseMillis()).isEqualTo(10_000L);
            });
    world.observe(task.id(), TaskStatus.STOPPED, null, null, null);
    assertThat(starts()).hasSize(1);
  }

  @Test
  void anInstanceInContactIsNotDeregisteredUnderATask() {
    twoHosts();
    create(1, STOP_FIRST, STRICT);
    world.allRunning();
    RunnerId host = only().runner();
    Command deregister = new Command.DeregisterContainerInstance(World.CLUSTER, host, true);
    assertThat(refused(world.command(deregister))).contains("Drain the instance first");
    world.pass(Duration.ofSeconds(11));
    world.expireLeases();
    assertThat(world.command(deregister)).isInstanceOf(Accepted.class);
  }

  /** Its tasks have ended with the lease, so there is nothing to keep. */
  @Test
  void tasksAreNotHeldWhenMostHostsAreLost() {
    for (String name : List.of("a", "b", "c", "d", "e")) {
      world.addRunner(name, "zone-" + name);
    }
    create(5, STOP_FIRST, STRICT);
    world.allRunning();
    starts();
    world.pass(Duration.ofSeconds(9));
    world.report(new Report.RunnerBeat(World.CLUSTER, World.runner("a"), World.INCARNATION, 0));
    world.pass(Duration.ofSeconds(2));
    world.expireLeases();
    assertThat(starts()).hasSize(4).allMatch(start -> start.runner().equals(World.runner("a")));
  }
}
