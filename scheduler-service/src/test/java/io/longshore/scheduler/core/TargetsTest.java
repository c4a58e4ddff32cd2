package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Json;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.Order;
import io.longshore.messages.PortMapping;
import io.longshore.messages.Reply;
import io.longshore.messages.Report;
import io.longshore.messages.Report.SeenTarget;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.StopCode;
import io.longshore.messages.TargetPort;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private static final String GROUP = "arn:aws:elasticloadbalancing:group";
  private static final ServiceSettings BALANCED =
      new ServiceSettings(100, 200).with(List.of(new TargetPort(GROUP, "app", 80)));

  private final World world = new World();

  @BeforeEach
  void hosts() {
    world.addRunner("a", "zone-a");
    world.addRunner("b", "zone-b");
  }

  private static TaskSpec spec(int revision) {
    return World.spec(revision, World.container("app", 64, 64, new PortMapping(80, 0, "tcp")));
  }

  private void create(int count) {
    world.createService(count, spec(1), BALANCED);
    world.takeOrders();
  }

  /** All that are to run do, each at a port of its own. */
  private void allUp() {
    for (Task task : List.copyOf(world.state.tasks())) {
      if (task.isWanted() && task.status().isBefore(TaskStatus.RUNNING)) {
        world.runsAt(task.id(), new NetworkBinding("0.0.0.0", 80, port(task.id()), "tcp"));
      }
    }
  }

  private static int port(TaskId task) {
    return 30_000 + Math.floorMod(task.hashCode(), 10_000);
  }

  private List<Route.TaskTarget> routed() {
    Route.ServiceTargets last = null;
    for (Outgoing record : world.outgoing) {
      if (record instanceof Outgoing.Routed(Route.ServiceTargets targets)) {
        last = targets;
      } else if (record instanceof Outgoing.RouteGone gone) {
        last = null;
      }
    }
    return last == null ? List.of() : last.targets();
  }

  /** A process of the load balancer finds all that it knows so. */
  private void sees(String balancer, TargetState state) {
    List<SeenTarget> seen = new ArrayList<>();
    for (Route.TaskTarget target : routed()) {
      seen.add(seen(target, target.draining() ? TargetState.DRAINING : state));
    }
    world.report(new Report.ServiceTargetsSeen(World.CLUSTER, World.WEB, balancer, seen));
  }

  /** The same, and what drains has nothing under way. */
  private void letsGo(String balancer) {
    List<SeenTarget> seen = new ArrayList<>();
    for (Route.TaskTarget target : routed()) {
      seen.add(seen(target, target.draining() ? TargetState.DRAINED : TargetState.HEALTHY));
    }
    world.report(new Report.ServiceTargetsSeen(World.CLUSTER, World.WEB, balancer, seen));
  }

  private static SeenTarget seen(Route.TaskTarget target, TargetState state) {
    return new SeenTarget(
        target.groupArn(), target.task(), target.host(), target.port(), state, null, "");
  }

  private List<TaskId> stops() {
    return world.takeOrders().stream()
        .filter(Order.StopTask.class::isInstance)
        .map(order -> ((Order.StopTask) order).task())
        .toList();
  }

  private boolean isWanted(TaskId id) {
    Task task = world.state.task(id);
    return task != null && task.isWanted();
  }

  private Task only() {
    assertThat(world.tasks()).hasSize(1);
    return world.tasks().getFirst();
  }

  @Test
  void aTaskIsATargetOnceItRuns() {
    create(1);
    assertThat(routed()).isEmpty();

    allUp();

    assertThat(routed())
        .containsExactly(
            new Route.TaskTarget(GROUP, only().id(), "app", "127.0.0.1", port(only().id()), false));
  }

  @Test
  void nothingIsToldTwice() {
    create(1);
    allUp();
    long told = world.outgoing.stream().filter(Outgoing.Routed.class::isInstance).count();
    sees("one", TargetState.HEALTHY);
    world.sweep();
    assertThat(told).isEqualTo(1);
    assertThat(world.outgoing.stream().filter(Outgoing.Routed.class::isInstance)).hasSize(1);
  }

  @Test
  void anEndedTaskIsATargetNoMore() {
    create(1);
    allUp();
    world.exited(only().id(), 1);
    assertThat(routed()).isEmpty();
    assertThat(world.outgoing).contains(new Outgoing.RouteGone("targets/default/web"));
  }

  @Test
  void whatLoadBalancersFindDecidesWhetherADeploymentIsThrough() {
    create(2);
    allUp();
    assertThat(world.web().steady()).isFalse();

    sees("one", TargetState.INITIAL);
    assertThat(world.web().steady()).isFalse();
    assertThat(world.state.waits(world.web().uid()))
        .extracting(Wait::rule)
        .containsExactly(Rule.TARGET_HEALTH);

    sees("one", TargetState.HEALTHY);
    assertThat(world.web().steady()).isTrue();
  }

  @Test
  void everyProcessHasToFindItHealthy() {
    create(1);
    allUp();
    sees("two", TargetState.INITIAL);
    sees("one", TargetState.HEALTHY);
    assertThat(world.web().steady()).isFalse();
    sees("two", TargetState.HEALTHY);
    assertThat(world.web().steady()).isTrue();
  }

  @Test
  void aProcessThatComesDoesNotTakeHealthAway() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    sees("two", TargetState.INITIAL);
    assertThat(world.web().steady()).isTrue();
  }

  @Test
  void oneProcessThatReachesNothingHasNoTaskReplaced() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    sees("two", TargetState.HEALTHY);
    TaskId before = only().id();

    sees("two", TargetState.UNHEALTHY);

    assertThat(only().id()).isEqualTo(before);
    assertThat(only().traffic().targets())
        .extracting(Target::state)
        .containsExactly(TargetState.INITIAL);
  }

  @Test
  void aTaskThatLoadBalancersFindUnhealthyIsReplaced() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    TaskId before = only().id();

    sees("one", TargetState.UNHEALTHY);
    assertThat(world.tasks()).hasSize(2);
    allUp();
    world.report(
        new Report.ServiceTargetsSeen(
            World.CLUSTER,
            World.WEB,
            "one",
            routed().stream()
                .map(target ->
                    seen(
                        target,
                        before.equals(target.task()) ? TargetState.UNHEALTHY : TargetState.HEALTHY))
                .toList()));

    Task old = world.state.task(before);
    assertThat(old).isNotNull();
    assertThat(old.isWanted()).isFalse();
    assertThat(old.stoppedReason())
        .isEqualTo("Task failed ELB health checks in (target-group %s)".formatted(GROUP));
  }

  @Test
  void unhealthyMeansNothingInTheGracePeriod() {
    ServiceSettings patient =
        new ServiceSettings(
                100,
                200,
                new ServiceSettings.Scheduling(false, 30, false),
                BALANCED.circuitBreaker(),
                BALANCED.placing())
            .with(BALANCED.targets());
    world.createService(1, spec(1), patient);
    allUp();
    sees("one", TargetState.UNHEALTHY);
    assertThat(world.tasks()).hasSize(1);
    world.pass(Duration.ofSeconds(31));
    assertThat(world.tasks()).hasSize(2);
  }

  @Test
  void aStopWaitsUntilNothingIsUnderWay() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    TaskId id = only().id();
    world.takeOrders();

    world.scale(0);

    assertThat(only().status()).isEqualTo(TaskStatus.DEACTIVATING);
    assertThat(routed()).extracting(Route.TaskTarget::draining).containsExactly(true);
    assertThat(stops()).isEmpty();
    sees("one", TargetState.HEALTHY);
    assertThat(stops()).isEmpty();

    letsGo("one");

    assertThat(stops()).containsExactly(id);
    assertThat(routed()).isEmpty();
    letsGo("one");
    assertThat(stops()).isEmpty();
  }

  @Test
  void everyProcessHasToLetGo() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    sees("two", TargetState.HEALTHY);
    world.takeOrders();
    world.scale(0);
    letsGo("one");
    assertThat(stops()).isEmpty();
    // It has not heard of the drain yet.
    world.report(
        new Report.ServiceTargetsSeen(
            World.CLUSTER,
            World.WEB,
            "two",
            List.of(seen(routed().getFirst(), TargetState.HEALTHY))));
    assertThat(stops()).isEmpty();
    letsGo("two");
    assertThat(stops()).hasSize(1);
  }

  @Test
  void whoIsSilentHoldsNothing() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    sees("two", TargetState.HEALTHY);
    world.takeOrders();
    world.scale(0);
    letsGo("one");
    for (int i = 0; i < 4; i++) {
      world.pass(Report.BALANCER_BEAT);
      letsGo("one");
    }
    world.expireLeases();
    assertThat(stops()).hasSize(1);
  }

  @Test
  void withoutLoadBalancersNothingIsWaitedFor() {
    create(1);
    allUp();
    world.takeOrders();
    world.scale(0);
    world.expireLeases();
    assertThat(stops()).hasSize(1);
  }

  @Test
  void whoBeginsToListenHearsAllBeforeAnyTaskIsLetGo() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    sees("two", TargetState.HEALTHY);
    world.takeOrders();
    world.balancers.renew(world.now);
    world.scale(0);
    letsGo("one");
    letsGo("two");
    // A third one may be there.
    assertThat(stops()).isEmpty();
    world.pass(BalancerViews.LEASE);
    for (String runner : List.of("a", "b")) {
      world.report(
          new Report.RunnerBeat(World.CLUSTER, World.runner(runner), World.INCARNATION, 0));
    }
    world.expireLeases();
    assertThat(stops()).hasSize(1);
  }

  @Test
  void aRunnerThatComesBackKeepsWhatDrains() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    Task task = only();
    world.scale(0);
    world.takeOrders();

    world.report(
        new Report.RunnerRegistered(
            World.CLUSTER,
            task.runner(),
            World.INCARNATION,
            World.host("zone-a", 64 * 1024, 64 * 1024),
            List.of(task.seen())));

    Order.Manifest manifest =
        (Order.Manifest)
            world.takeOrders().stream()
                .filter(Order.Manifest.class::isInstance)
                .findFirst()
                .orElseThrow();
    assertThat(manifest.run()).containsExactly(task.id());
    assertThat(manifest.stop()).isEmpty();
  }

  @Test
  void aTaskThatNothingIsSentToStopsAtOnce() {
    create(1);
    TaskId id = only().id();
    world.scale(0);
    assertThat(stops()).containsExactly(id);
  }

  @Test
  void anOldTaskGoesOnlyWhenItsSuccessorIsHealthy() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    TaskId old = only().id();
    world.command(
        new Command.UpdateService(
            World.CLUSTER, World.WEB, spec(2), null, null, false, Json.EMPTY));
    allUp();
    assertThat(isWanted(old)).isTrue();

    // The old one is known as healthy, the new one is not.
    List<SeenTarget> seen =
        routed().stream()
            .map(target ->
                seen(target, target.task().equals(old) ? TargetState.HEALTHY : TargetState.INITIAL))
            .toList();
    world.report(new Report.ServiceTargetsSeen(World.CLUSTER, World.WEB, "one", seen));
    assertThat(isWanted(old)).isTrue();

    sees("one", TargetState.HEALTHY);
    assertThat(isWanted(old)).isFalse();
    letsGo("one");
    assertThat(stops()).contains(old);
  }

  @Test
  void aTaskKeepsTheGroupsOfItsDeployment() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    world.command(
        new Command.UpdateService(
            World.CLUSTER,
            World.WEB,
            null,
            null,
            BALANCED.with(List.of(new TargetPort("other", "app", 80))),
            true,
            Json.EMPTY));
    allUp();
    assertThat(routed()).extracting(Route.TaskTarget::groupArn).containsExactly(GROUP, "other");
  }

  @Test
  void greenGetsTheTrafficWhenAllOfItIsHealthyAndBlueStaysToGoBackTo() {
    ServiceSettings settings = World.blueGreen(1, true).with(BALANCED.targets());
    world.createService(1, spec(1), settings);
    allUp();
    sees("one", TargetState.HEALTHY);
    world.pass(Duration.ofMinutes(1));
    TaskId blue = only().id();
    world.command(
        new Command.UpdateService(
            World.CLUSTER, World.WEB, spec(2), null, null, false, Json.EMPTY));
    TaskId green =
        world.tasks().stream()
            .map(Task::id)
            .filter(id -> !id.equals(blue))
            .findFirst()
            .orElseThrow();
    assertThat(routed()).extracting(Route.TaskTarget::task).containsExactly(blue);

    allUp();
    // It is up, so that it is added, and blue serves until load balancers have found it.
    assertThat(routed()).extracting(Route.TaskTarget::task).containsExactly(blue, green);
    assertThat(routed()).extracting(Route.TaskTarget::draining).containsExactly(false, false);

    sees("one", TargetState.HEALTHY);
    assertThat(routed()).extracting(Route.TaskTarget::draining).containsExactly(true, false);
    assertThat(isWanted(blue)).isTrue();

    assertThat(world.stopDeployment(Command.StopType.ROLLBACK)).isInstanceOf(Reply.Accepted.class);
    assertThat(routed())
        .filteredOn(target -> target.task().equals(blue))
        .extracting(Route.TaskTarget::draining)
        .containsExactly(false);
  }

  @Test
  void aRollbackBringsTheGroupsOfTheEarlierDeploymentBack() {
    world.createService(1, spec(1), World.breaker(100, 200, true).with(BALANCED.targets()));
    allUp();
    sees("one", TargetState.HEALTHY);
    world.command(
        new Command.UpdateService(
            World.CLUSTER,
            World.WEB,
            spec(2),
            null,
            World.breaker(100, 200, true).with(List.of(new TargetPort("other", "app", 80))),
            false,
            Json.EMPTY));
    world.stopDeployment(Command.StopType.ROLLBACK);
    assertThat(world.web().settings().targets()).isEqualTo(BALANCED.targets());
  }

  @Test
  void aTaskStoppedByACallDrainsToo() {
    create(1);
    allUp();
    sees("one", TargetState.HEALTHY);
    world.takeOrders();
    TaskId id = only().id();
    world.command(new Command.StopTask(World.CLUSTER, id, "enough"));
    assertThat(stops()).isEmpty();
    letsGo("one");
    assertThat(stops()).containsExactly(id);
    world.observe(id, TaskStatus.STOPPED, 143, StopCode.USER_INITIATED, "enough");
    assertThat(world.state.task(id)).isNull();
  }
}
