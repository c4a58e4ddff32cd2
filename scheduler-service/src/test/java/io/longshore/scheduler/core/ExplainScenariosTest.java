package io.longshore.scheduler.core;

import static io.longshore.scheduler.core.World.CLUSTER;
import static io.longshore.scheduler.core.World.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of each decision, and of what is not decided yet. */
class ExplainScenariosTest {
  private static final Policy POLICY =
      new Policy(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          200,
          Duration.ofSeconds(2));
  private final World world = new World(POLICY);

  @BeforeEach
  void twoHosts() {
    world.addRunner("a", "zone-a");
    world.addRunner("b", "zone-b");
  }

  private Reason started(TaskId task) {
    return Objects.requireNonNull(world.starts.get(task));
  }

  private Reason stopped(TaskId task) {
    return Objects.requireNonNull(world.stops.get(task));
  }

  private @Nullable Wait waiting(Rule rule) {
    return world.state.waits(world.web().uid()).stream()
        .filter(wait -> wait.rule() == rule)
        .findFirst()
        .orElse(null);
  }

  private Wait awaited(Rule rule) {
    return Objects.requireNonNull(waiting(rule), () -> rule + " is not among " + waits());
  }

  private List<Wait> waits() {
    return world.state.waits(world.web().uid());
  }

  private List<TaskId> ids() {
    return world.tasks().stream().filter(Task::isWanted).map(Task::id).toList();
  }

  private void steady() {
    world.allStopped();
    world.allRunning();
    world.pass(Duration.ofSeconds(20));
    world.allStopped();
    assertThat(world.web().steady()).isTrue();
    assertThat(waits()).isEmpty();
  }

  @Test
  void tasksSayWhichRuleStartedThem() {
    world.createService(2);
    List<TaskId> first = ids();
    assertThat(started(first.getFirst()).rule()).isEqualTo(Rule.INITIAL_LAUNCH);
    assertThat(started(first.getFirst()).place())
        .isEqualTo(
            "Of 2 hosts 2 meet what is asked for; chosen by spread over ecs.availability-zone (here 0), spread over hosts (here 0), then by room.");
    assertThat(awaited(Rule.STARTING).text()).startsWith("2 tasks");
    steady();

    world.scale(3);
    assertThat(started(ids().getLast()).rule()).isEqualTo(Rule.SCALE_OUT);
    steady();

    world.exited(first.getFirst(), 1);
    Reason replacement = started(ids().getLast());
    assertThat(replacement.rule()).isEqualTo(Rule.REPLACEMENT);
    assertThat(replacement.inPlaceOf()).isEqualTo(first.getFirst());
    assertThat(stopped(first.getFirst()).rule()).isEqualTo(Rule.ENDED);
    assertThat(stopped(first.getFirst()).text())
        .isEqualTo("Essential container in task exited. It counts as a success.");
    steady();

    world.deploy(2);
    assertThat(started(ids().getLast()).rule()).isEqualTo(Rule.DEPLOYMENT);
    assertThat(awaited(Rule.LOWER_BOUND).text()).contains("3 are healthy and the lower bound is 3");
    TaskId old = first.getLast();
    steady();
    assertThat(stopped(old).rule()).isEqualTo(Rule.EARLIER_DEPLOYMENT);

    world.scale(1);
    assertThat(world.explained.getLast().why().rule()).isEqualTo(Rule.SURPLUS);
    assertThat(world.explained.getLast().start()).isFalse();
  }

  @Test
  void aPlaceIsTakenOnce() {
    world.createService(2);
    steady();
    List<TaskId> before = ids();
    world.exited(before.getFirst(), 1);
    TaskId second = ids().getLast();
    world.exited(second, 1);
    assertThat(started(ids().getLast()).inPlaceOf()).isEqualTo(second);
    assertThat(world.explained)
        .filteredOn(explained -> before.getFirst().equals(explained.why().inPlaceOf()))
        .hasSize(1);
  }

  @Test
  void aStopByAClientLeavesAPlace() {
    world.createService(1);
    steady();
    TaskId task = ids().getFirst();
    world.command(new Command.StopTask(CLUSTER, task, "enough"));
    assertThat(stopped(task).rule()).isEqualTo(Rule.STOP_TASK);
    assertThat(stopped(task).text()).endsWith("enough");
    world.allStopped();
    assertThat(started(ids().getLast()).inPlaceOf()).isEqualTo(task);
  }

  @Test
  void tasksOfCallsNameTheCall() {
    var run =
        new Command.RunTask(
            CLUSTER, World.spec(1), 1, "g", "ci", Json.EMPTY, Map.of(), Placing.ANYWHERE);
    TaskId ran = new TaskId(((Accepted) world.command(run)).ids().getFirst());
    assertThat(started(ran).rule()).isEqualTo(Rule.RUN_TASK);
    assertThat(started(ran).text()).isEqualTo("A call of RunTask asked for web:1 for ci.");
    var start =
        new Command.StartTask(
            CLUSTER, World.spec(1), List.of(World.runner("a")), "g", null, Json.EMPTY, Map.of());
    TaskId put = new TaskId(((Accepted) world.command(start)).ids().getFirst());
    assertThat(started(put).rule()).isEqualTo(Rule.START_TASK);
    world.now = world.now.plus(Duration.ofMinutes(1));
    world.expireLeases();
    assertThat(stopped(put).rule()).isEqualTo(Rule.HOST_LOST);
    assertThat(world.explained).as("only what is a service's").isEmpty();
  }

  @Test
  void aHostThatDrainsIsLeft() {
    world.createService(2);
    steady();
    Task leaving = world.state.tasksOn(World.runner("a")).getFirst();
    world.command(
        new Command.UpdateContainerInstancesState(CLUSTER, List.of(World.runner("a")), true));
    assertThat(started(ids().getLast()).inPlaceOf()).isEqualTo(leaving.id());
    steady();
    assertThat(stopped(leaving.id()).rule()).isEqualTo(Rule.HOST_LEFT);
  }

  @Test
  void aProtectedTaskSaysUntilWhen() {
    world.createService(1);
    steady();
    world.command(new Command.UpdateTaskProtection(CLUSTER, ids(), 10));
    world.deploy(2);
    world.allRunning();
    world.pass(Duration.ofSeconds(20));
    assertThat(awaited(Rule.PROTECTED).until())
        .isEqualTo(world.now.minusSeconds(20).plus(Duration.ofMinutes(10)));
    world.pass(Duration.ofMinutes(10));
    assertThat(waiting(Rule.PROTECTED)).isNull();
  }

  @Test
  void failuresSayUntilWhenLaunchesWait() {
    world.createService(1);
    for (int i = 0; i < 4; i++) {
      world.failedToStart(ids().getFirst());
    }
    assertThat(awaited(Rule.BACK_OFF).until()).isEqualTo(world.now.plusSeconds(1));
    assertThat(awaited(Rule.BACK_OFF).text()).startsWith("4 tasks in a row have failed");
    TaskId last = world.explained.getLast().task();
    assertThat(stopped(last).text()).endsWith("It is failure 4 in a row.");
    world.pass(Duration.ofSeconds(1));
    assertThat(waiting(Rule.BACK_OFF)).isNull();
    assertThat(started(ids().getFirst()).inPlaceOf()).isEqualTo(last);
  }

  @Test
  void withoutAPlaceTheObstaclesAreCounted() {
    world.addRunner("small", World.host("zone-c", 16, 64 * 1024));
    var only =
        new Placing(
            List.of(
                new Placing.Constraint(
                    Placing.ConstraintType.MEMBER_OF, "attribute:ecs.availability-zone == zone-c")),
            List.of());
    world.createService(
        1,
        World.spec(1),
        new ServiceSettings(
            100,
            200,
            ServiceSettings.Scheduling.REPLICA,
            ServiceSettings.CircuitBreaker.OFF,
            only));
    Wait wait = awaited(Rule.NO_PLACE);
    assertThat(wait.obstacles())
        .isEqualTo(Map.of("MemberOf placement constraint unsatisfied.", 2, "RESOURCE:CPU", 1));
    RunnerId closest = World.runner("small");
    assertThat(wait.text())
        .contains(closest.value())
        .endsWith("64 CPU units are asked for, 16 are left.");
    world.addRunner("large", "zone-c");
    assertThat(waiting(Rule.NO_PLACE)).isNull();
    assertThat(ids()).hasSize(1);
  }

  @Test
  void theUpperBoundSaysWhatTakesTheRoom() {
    world.createService(2, World.spec(1), new ServiceSettings(0, 100));
    steady();
    world.deploy(2);
    assertThat(awaited(Rule.UPPER_BOUND).text())
        .isEqualTo(
            "2 tasks are missing and there is room for 0: the upper bound is 2, and 2 tasks are there, of which 2 are stopping.");
  }

  @Test
  void aGracePeriodSaysWhenItEnds() {
    world.createService(
        1,
        World.checkedSpec(1),
        new ServiceSettings(
            100,
            200,
            new ServiceSettings.Scheduling(false, 60, false),
            ServiceSettings.CircuitBreaker.OFF,
            Placing.ANYWHERE));
    world.says(ids().getFirst(), HealthStatus.UNKNOWN);
    assertThat(awaited(Rule.HEALTH_CHECK).text()).startsWith("1 tasks run");
    world.says(ids().getFirst(), HealthStatus.UNHEALTHY);
    assertThat(awaited(Rule.HEALTH_GRACE).until()).isEqualTo(world.now.plusSeconds(60));
    world.pass(Duration.ofSeconds(60));
    assertThat(waiting(Rule.HEALTH_GRACE)).isNull();
  }

  @Test
  void aDeploymentThatWasGivenUpSaysSo() {
    world.createService(1, World.spec(1), World.breaker(100, 200, false));
    for (int i = 0; i < 3; i++) {
      world.failedToStart(ids().getFirst());
    }
    assertThat(awaited(Rule.GIVEN_UP).text()).contains(world.web().primary().id());
    assertThat(world.state.vacancies().of(world.web())).hasSize(1);
    world.command(new Command.DeleteService(CLUSTER, WEB, true));
    assertThat(waits()).isEmpty();
    assertThat(world.state.vacancies().of(world.web())).as("nothing is kept of it").isEmpty();
  }

  @Test
  void whatIsSaidIsBounded() {
    String endless = "x".repeat(10_000);
    assertThat(Reason.of(Rule.STOP_TASK, endless).text()).hasSizeLessThan(600);
    for (int i = 0; i < 300; i++) {
      world.state.vacancies().left(someTask(i), "ended");
    }
    assertThat(world.state.vacancies().of(world.web())).hasSize(200);
  }

  private Task someTask(int number) {
    if (number == 0) {
      world.createService(1);
    }
    Task task = world.tasks().getFirst();
    return Launches.task(
        new TaskId(io.longshore.messages.Ids.derive("some", "" + number)),
        task.origin(),
        Objects.requireNonNull(world.state.runner(task.runner())),
        Map.of(),
        world.now);
  }
}
