package io.longshore.scheduler.core;

import static io.longshore.scheduler.core.World.CLUSTER;
import static io.longshore.scheduler.core.World.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.HostResources;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Failure;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to tasks when something happens to hosts, told as stories. */
class FleetScenariosTest {
  private final World world = new World();

  @BeforeEach
  void threeHosts() {
    world.addRunner("a", "zone-a");
    world.addRunner("b", "zone-b");
    world.addRunner("c", "zone-c");
    world.takeOrders();
  }

  private Outcome state(String host, boolean draining) {
    return world.command(
        new Command.UpdateContainerInstancesState(CLUSTER, List.of(World.runner(host)), draining));
  }

  private Outcome put(String host, String name, @Nullable String value) {
    return world.command(
        new Command.PutAttributes(
            CLUSTER, List.of(new Command.InstanceAttribute(World.runner(host), name, value))));
  }

  private Outcome protect(TaskId task, @Nullable Integer minutes) {
    return world.command(new Command.UpdateTaskProtection(CLUSTER, List.of(task), minutes));
  }

  private List<Task> on(String host) {
    return world.state.tasksOn(World.runner(host));
  }

  private static ServiceSettings scheduled(boolean daemon, boolean rebalance, String... memberOf) {
    return new ServiceSettings(
        daemon ? 0 : 100,
        daemon ? 100 : 200,
        new ServiceSettings.Scheduling(daemon, 0, rebalance),
        ServiceSettings.CircuitBreaker.OFF,
        new Placing(
            List.of(memberOf).stream()
                .map(expression ->
                    new Placing.Constraint(Placing.ConstraintType.MEMBER_OF, expression))
                .toList(),
            List.of()));
  }

  /** How many wanted tasks each zone has. */
  private Map<String, Long> zones() {
    return world.tasks().stream()
        .filter(Task::isWanted)
        .collect(Collectors.groupingBy(Task::zone, Collectors.counting()));
  }

  private void settle() {
    for (int round = 0; round < 30; round++) {
      world.allRunning();
      world.allStopped();
      world.sweep();
    }
  }

  // --- draining

  @Test
  void aDrainingHostLosesItsTasksOnlyWhenOthersHaveTakenTheirPlace() {
    world.createService(3);
    world.allRunning();
    TaskId old = on("a").getFirst().id();
    assertThat(state("a", true)).isEqualTo(Accepted.of(World.runner("a").value()));
    assertThat(Objects.requireNonNull(world.state.task(old)).isWanted())
        .as("the lower bound is the desired count")
        .isTrue();
    assertThat(world.tasks()).hasSize(4);
    world.allRunning();
    Task leaving = Objects.requireNonNull(world.state.task(old));
    assertThat(leaving.isWanted()).isFalse();
    assertThat(leaving.stoppedReason()).contains("draining");
    world.allStopped();
    assertThat(on("a")).isEmpty();
    assertThat(world.tasks()).hasSize(3).allMatch(Task::isRunning);
    assertThat(world.web().steady()).isTrue();
    assertThat(world.web().deployments()).hasSize(1);
  }

  @Test
  void onADrainingHostWhatDoesNotRunYetStopsAtOnceAndWhatRanDirectlyStays() {
    world.createService(3);
    TaskId direct = run("a");
    TaskId pending = on("a").getFirst().id();
    world.takeOrders();
    state("a", true);
    assertThat(Objects.requireNonNull(world.state.task(pending)).isWanted()).isFalse();
    assertThat(Objects.requireNonNull(world.state.task(direct)).isWanted()).isTrue();
    assertThat(world.takeOrders()).anyMatch(Order.StartTask.class::isInstance);
    settle();
    assertThat(on("a")).extracting(Task::id).containsExactly(direct);
    state("a", false);
    world.scale(6);
    settle();
    assertThat(on("a")).as("an ACTIVE host takes tasks again").hasSizeGreaterThan(1);
  }

  private TaskId run(String host) {
    Accepted outcome = (Accepted) start(host);
    return new TaskId(outcome.ids().getFirst());
  }

  private Outcome start(String... hosts) {
    List<RunnerId> runners = List.of(hosts).stream().map(World::runner).toList();
    return world.command(
        new Command.StartTask(
            CLUSTER, World.spec(1), runners, "family:web", null, Json.EMPTY, Map.of()));
  }

  @Test
  void aTaskThatHasNowhereToGoStaysOnTheDrainingHost() {
    state("b", true);
    state("c", true);
    world.createService(2);
    world.allRunning();
    state("a", true);
    settle();
    assertThat(on("a")).hasSize(2).allMatch(Task::isRunning);
    assertThat(world.takeEvents()).anyMatch(event -> event.contains("unable to place a task"));
    state("b", false);
    settle();
    assertThat(on("a")).isEmpty();
    assertThat(on("b")).hasSize(2).allMatch(Task::isRunning);
  }

  @Test
  void drainingOutlivesTheProcessAndUnknownHostsAreMissing() {
    state("a", true);
    restart("a");
    assertThat(Objects.requireNonNull(world.state.runner(World.runner("a"))).status())
        .isEqualTo(Runner.Status.DRAINING);
    assertThat(state("nobody", true))
        .isEqualTo(
            new Accepted(
                List.of(), List.of(new Failure(World.runner("nobody").value(), "MISSING", null))));
  }

  private void restart(String host) {
    world.report(
        new Report.RunnerRegistered(
            CLUSTER,
            World.runner(host),
            "another life",
            World.host("zone-" + host, 65536, 65536),
            on(host).stream().map(Task::seen).toList()));
  }

  // --- deregistering, starting on named hosts

  private Outcome deregister(String host, boolean force) {
    return world.command(
        new Command.DeregisterContainerInstance(CLUSTER, World.runner(host), force));
  }

  @Test
  void aHostIsDeregisteredWithItsTasksOnlyByForceAndComesBackOnlyAnew() {
    world.createService(3);
    world.allRunning();
    assertThat(deregister("a", false))
        .isEqualTo(
            Rejected.of(ErrorType.INVALID_PARAMETER, "Found running tasks on the instance."));
    TaskId old = on("a").getFirst().id();
    assertThat(deregister("a", true)).isInstanceOf(Accepted.class);
    assertThat(world.state.task(old)).as("it is none of ours any more").isNull();
    assertThat(world.tasks()).as("the service has replaced it").hasSize(3);
    assertThat(zones()).doesNotContainKey("zone-a");
    world.takeOrders();

    world.report(new Report.RunnerBeat(CLUSTER, World.runner("a"), World.INCARNATION, 0));
    world.addRunner("a", "zone-a");
    assertThat(world.takeOrders()).as("it is not spoken to").isEmpty();
    assertThat(world.state.runnersOf(CLUSTER)).hasSize(2);

    restart("a");
    assertThat(world.state.runnersOf(CLUSTER)).hasSize(3);
    assertThat(deregister("a", false)).isInstanceOf(Accepted.class);
    assertThat(deregister("a", false)).isInstanceOf(Rejected.class);
  }

  @Test
  void aTaskIsStartedOnTheHostThatIsNamedIfThatHasRoom() {
    world.addRunner("tiny", World.host("zone-a", 10, 10));
    state("b", true);
    Accepted started = (Accepted) start("a", "tiny", "b", "nobody");
    assertThat(started.ids()).hasSize(1);
    assertThat(on("a")).extracting(task -> task.id().value()).isEqualTo(started.ids());
    assertThat(started.failures())
        .extracting(Failure::arn, Failure::reason)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(World.runner("tiny").value(), "RESOURCE:MEMORY"),
            org.assertj.core.api.Assertions.tuple(World.runner("b").value(), "DRAINING"),
            org.assertj.core.api.Assertions.tuple(World.runner("nobody").value(), "MISSING"));
  }

  // --- attributes

  @Test
  void attributesThatArePutOnAHostOutliveItsProcessAndSelectIt() {
    assertThat(put("b", "stack", "prod")).isInstanceOf(Accepted.class);
    restart("b");
    world.createService(2, World.spec(1), scheduled(false, false, "attribute:stack == prod"));
    assertThat(on("b")).hasSize(2);
    world.command(
        new Command.DeleteAttributes(
            CLUSTER, List.of(new Command.InstanceAttribute(World.runner("b"), "stack", null))));
    world.allRunning();
    assertThat(on("b")).as("constraints are for placing").hasSize(2);
    world.scale(3);
    assertThat(world.tasks()).hasSize(2);
    put("c", "stack", "prod");
    assertThat(on("c")).as("it has come to meet the constraint").hasSize(1);
  }

  @Test
  void tenAttributesCanBePutOnAHost() {
    for (int i = 0; i < 10; i++) {
      assertThat(put("a", "n" + i, null)).isInstanceOf(Accepted.class);
    }
    assertThat(put("a", "n9", "again")).isInstanceOf(Accepted.class);
    assertThat(put("a", "n10", null))
        .isInstanceOfSatisfying(
            Rejected.class,
            refusal -> assertThat(refusal.error()).isEqualTo(ErrorType.ATTRIBUTE_LIMIT_EXCEEDED));
    assertThat(put("nobody", "n", null))
        .isInstanceOfSatisfying(
            Rejected.class,
            refusal -> assertThat(refusal.error()).isEqualTo(ErrorType.TARGET_NOT_FOUND));
  }

  // --- daemons

  private void daemon(String... memberOf) {
    world.createService(0, World.spec(1), scheduled(true, false, memberOf));
  }

  private List<String> daemonHosts() {
    return world.tasks().stream()
        .filter(Task::isWanted)
        .map(task -> Objects.requireNonNull(world.state.runner(task.runner())).zone())
        .sorted()
        .toList();
  }

  @Test
  void aDaemonHasOneTaskOnEveryHostThatComesAndNoneWhereOneGoes() {
    daemon();
    assertThat(daemonHosts()).containsExactly("zone-a", "zone-b", "zone-c");
    assertThat(world.web().desiredCount()).isEqualTo(3);
    world.allRunning();
    assertThat(world.web().steady()).isTrue();
    world.addRunner("d", "zone-d");
    assertThat(daemonHosts()).containsExactly("zone-a", "zone-b", "zone-c", "zone-d");
    assertThat(world.web().primary().desiredCount()).isEqualTo(4);
    state("d", true);
    settle();
    assertThat(on("d")).isEmpty();
    assertThat(world.web().desiredCount()).isEqualTo(3);
    world.pass(Duration.ofSeconds(9));
    for (String host : List.of("a", "b", "d")) {
      world.report(new Report.RunnerBeat(CLUSTER, World.runner(host), World.INCARNATION, 0));
    }
    world.pass(Duration.ofSeconds(5));
    world.expireLeases();
    assertThat(daemonHosts()).containsExactly("zone-a", "zone-b");
    assertThat(world.web().desiredCount()).isEqualTo(2);
    assertThat(world.web().steady()).isTrue();
  }

  @Test
  void aDaemonFollowsItsConstraintsAndComesBackWhereItDies() {
    put("a", "disk", "ssd");
    daemon("attribute:disk == ssd");
    assertThat(daemonHosts()).containsExactly("zone-a");
    world.allRunning();
    put("b", "disk", "ssd");
    put("a", "disk", "hdd");
    settle();
    assertThat(daemonHosts()).containsExactly("zone-b");
    world.exited(world.tasks().getFirst().id(), 1);
    assertThat(daemonHosts()).containsExactly("zone-b");
  }

  @Test
  void aNewRevisionOfADaemonNeverHasTwoTasksOnAHost() {
    daemon();
    world.allRunning();
    world.deploy(2);
    for (int step = 0; step < 10; step++) {
      for (String host : List.of("a", "b", "c")) {
        assertThat(on(host)).hasSizeLessThanOrEqualTo(1);
      }
      world.tasks().stream()
          .filter(task -> !task.isWanted())
          .findFirst()
          .ifPresent(task ->
              world.observe(task.id(), io.longshore.messages.TaskStatus.STOPPED, 0, null, null));
    }
    world.allRunning();
    assertThat(daemonHosts()).hasSize(3);
    assertThat(world.tasks()).allMatch(task -> task.spec().definition().revision() == 2);
    assertThat(world.web().steady()).isTrue();
  }

  @Test
  void aDaemonThatFindsNoRoomOnAHostSaysSoAndStillWantsIt() {
    world.addRunner("tiny", World.host("zone-d", 10, 10));
    daemon();
    assertThat(world.web().desiredCount()).isEqualTo(4);
    assertThat(world.tasks()).hasSize(3);
    assertThat(world.takeEvents())
        .anyMatch(event ->
            event.contains(World.runner("tiny").value())
                && event.contains("insufficient memory available"));
  }

  // --- protection

  @Test
  void aProtectedTaskOutlivesScalingInAndDeploymentsUntilItExpires() {
    world.createService(3);
    world.allRunning();
    TaskId safe = world.tasks().getLast().id();
    assertThat(protect(safe, 60)).isEqualTo(Accepted.of(safe.value()));
    world.scale(1);
    world.allStopped();
    assertThat(world.tasks()).extracting(Task::id).containsExactly(safe);
    world.deploy(2);
    settle();
    assertThat(world.tasks()).extracting(Task::id).contains(safe).hasSize(2);
    assertThat(world.web().deployments()).hasSize(2);
    world.pass(Duration.ofMinutes(59));
    assertThat(Objects.requireNonNull(world.state.task(safe)).isWanted()).isTrue();
    world.pass(Duration.ofMinutes(1));
    assertThat(Objects.requireNonNull(world.state.task(safe)).isWanted()).isFalse();
    settle();
    assertThat(world.web().deployments()).hasSize(1);
  }

  @Test
  void aProtectedTaskThatDiesIsReplacedAndOnlyTasksOfServicesAreProtected() {
    world.createService(1);
    world.allRunning();
    TaskId safe = world.tasks().getFirst().id();
    protect(safe, 60);
    world.exited(safe, 1);
    assertThat(world.tasks()).hasSize(1).noneMatch(task -> task.id().equals(safe));
    TaskId direct = run("a");
    assertThat(((Accepted) protect(direct, 60)).failures())
        .extracting(Failure::reason)
        .containsExactly("TASK_NOT_VALID");
    assertThat(((Accepted) protect(safe, 60)).failures())
        .extracting(Failure::reason)
        .containsExactly("MISSING");
  }

  @Test
  void endingAProtectionLetsWhatItHeldUpGoOn() {
    world.createService(2);
    world.allRunning();
    List<TaskId> all = world.tasks().stream().map(Task::id).toList();
    all.forEach(task -> protect(task, 60));
    world.scale(1);
    assertThat(world.tasks()).hasSize(2).allMatch(Task::isWanted);
    protect(all.getFirst(), null);
    world.allStopped();
    assertThat(world.tasks()).extracting(Task::id).containsExactly(all.getLast());
  }

  @Test
  void whoAsksIsToldUntilWhenATaskIsProtected() {
    world.createService(1);
    world.allRunning();
    TaskId task = world.tasks().getFirst().id();
    Command ask = new Command.TellTaskProtection(CLUSTER, task);
    assertThat(world.command(ask)).isEqualTo(Accepted.of(task.value()));
    protect(task, 60);
    Instant until = Objects.requireNonNull(world.state.task(task)).protectedUntil();
    assertThat(until).isNotNull();
    assertThat(world.command(ask)).isEqualTo(new Accepted(List.of(task.value()), List.of(), until));
    assertThat(
            ((Accepted) world.command(new Command.TellTaskProtection(CLUSTER, run("a"))))
                .failures())
        .extracting(Failure::reason)
        .containsExactly("TASK_NOT_VALID");
    world.exited(task, 1);
    assertThat(((Accepted) world.command(ask)).failures())
        .extracting(Failure::reason)
        .containsExactly("MISSING");
  }

  // --- zones

  @Test
  void tasksMoveOneByOneIntoAZoneThatHasComeBack() {
    world.createService(6, World.spec(1), scheduled(false, true));
    state("c", true);
    settle();
    assertThat(zones()).isEqualTo(Map.of("zone-a", 3L, "zone-b", 3L));
    world.takeOrders();
    state("c", false);
    assertThat(world.takeOrders()).singleElement().isInstanceOf(Order.StartTask.class);
    assertThat(world.tasks()).as("nothing stops before the new one runs").hasSize(7);
    assertThat(world.tasks()).allMatch(Task::isWanted);
    for (int i = 0; i < 20; i++) {
      world.sweep();
      world.allRunning();
      assertThat(world.tasks().stream().filter(t -> t.isWanted() && t.isRunning()).count())
          .isBetween(6L, 7L);
      assertThat(world.tasks()).hasSizeLessThanOrEqualTo(7);
      world.allStopped();
    }
    assertThat(zones()).isEqualTo(Map.of("zone-a", 2L, "zone-b", 2L, "zone-c", 2L));
    assertThat(world.web().steady()).isTrue();
    assertThat(world.takeEvents()).anyMatch(event -> event.contains("is not AZ balanced"));
  }

  @Test
  void withoutRebalancingOrRoomForItTasksStayWhereTheyAre() {
    world.addRunner("d", World.host("zone-d", 10, 10));
    state("c", true);
    world.createService(4, World.spec(1), scheduled(false, true));
    settle();
    assertThat(zones()).as("zone-d has no room").isEqualTo(Map.of("zone-a", 2L, "zone-b", 2L));
    world.command(
        new Command.UpdateService(
            CLUSTER, WEB, null, null, scheduled(false, false), false, Json.EMPTY));
    state("c", false);
    settle();
    assertThat(zones()).isEqualTo(Map.of("zone-a", 2L, "zone-b", 2L));
  }

  @Test
  void placementOnAThousandHostsIsEven() {
    IntStream.range(0, 1000)
        .forEach(i ->
            world.addRunner(
                "h" + i,
                new HostResources(
                    "h" + i,
                    1024,
                    1024,
                    List.of(),
                    Map.of(HostResources.ZONE_ATTRIBUTE, "zone-" + "abc".charAt(i % 3)),
                    "1",
                    "1",
                    false)));
    world.createService(300);
    world.sweep();
    world.pass(Duration.ofSeconds(1));
    assertThat(zones()).isEqualTo(Map.of("zone-a", 100L, "zone-b", 100L, "zone-c", 100L));
    assertThat(world.tasks().stream().map(Task::runner).distinct()).hasSize(300);
  }
}
