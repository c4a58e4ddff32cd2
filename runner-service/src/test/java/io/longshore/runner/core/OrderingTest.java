package io.longshore.runner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerOrdering.Condition;
import io.longshore.messages.ContainerOrdering.Dependency;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerOrdering.RestartPolicy;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.Tasks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Start and stop order, health and restarts. */
class OrderingTest {
  private static final HealthCheck CHECK = new HealthCheck(List.of("CMD", "x"), 30, 5, 3, 0);
  private static final int PERIOD = 60;

  private static ContainerSpec container(String name, boolean essential, Dependency... needs) {
    return ordered(name, essential, null, null, null, needs);
  }

  private static ContainerSpec ordered(
      String name,
      boolean essential,
      @Nullable Integer startTimeout,
      @Nullable HealthCheck check,
      @Nullable RestartPolicy policy,
      Dependency... needs) {
    return Tasks.container(name, essential)
        .withOrdering(new ContainerOrdering(List.of(needs), startTimeout, check, policy));
  }

  private static Dependency on(String container, Condition condition) {
    return new Dependency(container, condition);
  }

  private static TaskAssignment task(ContainerSpec... containers) {
    return Tasks.of(Tasks.id("ordering"), containers);
  }

  /** {@code web} needs {@code db}, which may be in any of the states below. */
  private static Script pair(Condition condition, @Nullable Integer startTimeout) {
    boolean essential = condition == Condition.START || condition == Condition.HEALTHY;
    HealthCheck check = condition == Condition.HEALTHY ? CHECK : null;
    return Script.ordered(
        task(
            container("web", true, on("db", condition)),
            ordered("db", essential, startTimeout, check, null)));
  }

  private static Sighting health(String container, HealthStatus status) {
    return Sighting.running(container, Script.id(container)).healthy(status);
  }

  @Test
  void whatOthersNeedIsStartedFirstAndStoppedAndRemovedLast() {
    Script script = pair(Condition.START, null);
    assertThat(script.next()).isEqualTo("create db, create web");
    script.succeed(script.begin("create web"));
    assertThat(script.next()).isEqualTo("create db");
    assertThat(script.steps(3)).isEqualTo("create db; start db; start web; ");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
    script.want(Desired.FORGET);
    for (String step : List.of("stop web", "stop db", "remove web", "remove db")) {
      assertThat(script.next()).isEqualTo(step);
      Step.Call call = script.begin();
      assertThat(script.next()).isEqualTo("rest");
      script.succeed(call);
    }
  }

  @Test
  void linksAndVolumesOfOthersGiveAnOrderToo() {
    ContainerSpec web =
        Tasks.container("web", true)
            .withNetworking(
                new ContainerNetworking(
                    false, List.of("db:store"), null, Map.of(), List.of(), List.of()));
    ContainerSpec db =
        Tasks.container("db", true)
            .withStorage(
                new ContainerStorage(
                    List.of(),
                    List.of(new ContainerStorage.VolumesFrom("disk", false)),
                    List.of()));
    Script script = Script.ordered(task(web, db, Tasks.container("disk", false)));
    for (String step : List.of("create disk", "create db", "create web")) {
      assertThat(script.next()).contains(step);
      Step.Call call = script.begin(step);
      assertThat(script.next()).doesNotContain("create");
      script.succeed(call);
    }
    assertThat(script.next()).isEqualTo("start disk, start db");
    assertThat(script.steps(3)).isEqualTo("start disk; start db; start web; ");
  }

  @Test
  void aContainerStartsOnceTheOtherIsFarEnough() {
    record Case(Condition condition, Sighting other, boolean starts) {}
    String db = Script.id("db");
    List<Case> cases =
        List.of(
            new Case(Condition.START, Sighting.running("db", db), true),
            new Case(Condition.COMPLETE, Sighting.running("db", db), false),
            new Case(Condition.COMPLETE, Sighting.exited("db", db, 3), true),
            new Case(Condition.SUCCESS, Sighting.running("db", db), false),
            new Case(Condition.SUCCESS, Sighting.exited("db", db, 0), true),
            new Case(Condition.HEALTHY, Sighting.running("db", db), false),
            new Case(Condition.HEALTHY, health("db", HealthStatus.UNHEALTHY), false),
            new Case(Condition.HEALTHY, health("db", HealthStatus.HEALTHY), true));
    for (Case one : cases) {
      Script script = pair(one.condition(), null).succeed(3).see(one.other());
      assertThat(script.next()).as(one.toString()).isEqualTo(one.starts() ? "start web" : "rest");
      assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.PENDING);
      assertThat(script.observed().stopCode()).isNull();
    }
  }

  @Test
  void aTaskRunsWhenTheLastOfThoseThatWaitHasStarted() {
    Script script = pair(Condition.SUCCESS, null).succeed(3).exit("db", 0).succeed();
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
  }

  @Test
  void aDependencyThatCannotBeMetFailsTheTask() {
    record Case(Condition condition, int exitCode) {}
    for (Case one : List.of(new Case(Condition.SUCCESS, 4), new Case(Condition.HEALTHY, 0))) {
      Script script = pair(one.condition(), null).succeed(3).exit("db", one.exitCode());
      assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
      if (one.condition() == Condition.SUCCESS) {
        assertThat(script.observed().stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
        assertThat(script.observed().stoppedReason())
            .isEqualTo(
                "Container 'web' was not started: it depends on container 'db' being SUCCESS,"
                    + " and that ended with exit code 4");
      }
      assertThat(script.observed().containers().getFirst().reason()).contains("was not started");
      assertThat(script.next()).isEqualTo("rest");
    }
  }

  @Test
  void aDependencyThatTakesTooLongFailsTheTask() {
    Script script = pair(Condition.HEALTHY, 120).succeed();
    script.succeed(script.begin("create web"));
    assertThat(script.state.deadline()).isNull();
    Instant started = script.succeed().now();
    assertThat(script.state.deadline()).isEqualTo(started.plusSeconds(120));
    assertThat(script.pass(119).observed().stopCode()).isNull();
    script.pass(1);
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
    assertThat(script.observed().stoppedReason())
        .endsWith("and that did not get there within its startTimeout of 120 s");
    assertThat(script.state.deadline()).isNull();
    assertThat(script.next()).isEqualTo("stop db");
  }

  @Test
  void whoeverIsMetHasNoDeadlineAnyMore() {
    Script script =
        pair(Condition.HEALTHY, 120).succeed(3).see(health("db", HealthStatus.HEALTHY)).pass(500);
    assertThat(script.state.deadline()).isNull();
    assertThat(script.observed().stopCode()).isNull();
  }

  @Test
  void healthIsToldAsItChangesAndOnlyWhereThereIsACheck() {
    Script script =
        Script.ordered(task(ordered("web", true, null, CHECK, null), container("log", false)))
            .succeed(4);
    assertThat(health(script)).containsExactly(HealthStatus.UNKNOWN, HealthStatus.UNKNOWN);
    script.see(health("web", HealthStatus.UNHEALTHY)).see(health("log", HealthStatus.HEALTHY));
    assertThat(health(script)).containsExactly(HealthStatus.UNHEALTHY, HealthStatus.UNKNOWN);
    assertThat(Observations.canWait(script.observed())).isFalse();
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
    script.list(health("web", HealthStatus.HEALTHY), Sighting.running("log", Script.id("log")));
    assertThat(health(script)).containsExactly(HealthStatus.HEALTHY, HealthStatus.UNKNOWN);
  }

  private static List<HealthStatus> health(Script script) {
    return script.observed().containers().stream().map(ContainerObservation::health).toList();
  }

  private static Script restarting(boolean essential, Integer... ignored) {
    RestartPolicy policy = new RestartPolicy(List.of(ignored), PERIOD);
    return Script.ordered(
        task(ordered("web", essential, null, null, policy), container("log", true)));
  }

  private static Script exit(Script script, int code) {
    return script.see(Sighting.exited("web", Script.id("web"), code).ended(script.now(), false));
  }

  @Test
  void aContainerIsStartedAgainIfItRanLongEnoughAndItsExitIsNotIgnored() {
    record Case(int seconds, int code, boolean again) {}
    for (Case one :
        List.of(new Case(62, 1, true), new Case(30, 1, false), new Case(62, 7, false))) {
      Script script = restarting(true, 7).succeed(4).pass(one.seconds());
      exit(script, one.code());
      assertThat(script.next()).isEqualTo(one.again() ? "restart web" : "stop log");
      assertThat(script.observed().lastStatus())
          .isEqualTo(one.again() ? TaskStatus.RUNNING : TaskStatus.STOPPING);
    }
  }

  @Test
  void aRestartIsNoEndOfTheTaskAndMayFollowAnother() {
    Script script = restarting(true).succeed(4);
    for (int i = 0; i < 3; i++) {
      exit(script.pass(PERIOD + 5), 1);
      assertThat(script.observed().containers().getFirst().lastStatus())
          .isEqualTo(ContainerStatus.PENDING);
      script.succeed();
      ContainerObservation web = script.observed().containers().getFirst();
      assertThat(web.lastStatus()).isEqualTo(ContainerStatus.RUNNING);
      assertThat(web.exitCode()).isNull();
      assertThat(script.next()).isEqualTo("rest");
    }
    exit(script.pass(10), 1);
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
  }

  @Test
  void aLateWordOfAnEarlierEndIsNotTheEndOfTheNextRun() {
    Script script = restarting(true).succeed(4).pass(PERIOD + 5);
    Sighting end = Sighting.exited("web", Script.id("web"), 1).ended(script.now(), false);
    script.see(end).succeed().see(end);
    assertThat(script.observed().containers().getFirst().lastStatus())
        .isEqualTo(ContainerStatus.RUNNING);
    assertThat(script.next()).isEqualTo("rest");
  }

  @Test
  void aRestartThatIsRefusedIsTheEnd() {
    Script script = restarting(true).succeed(4);
    exit(script.pass(PERIOD + 5), 1).fail(Problem.REFUSED, "no");
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
    assertThat(script.observed().containers().getFirst().reason())
        .isEqualTo("CannotStartContainerError: no");
  }

  @Test
  void whatIsToStopIsNotStartedAgain() {
    Script script = restarting(true).succeed(4).want(Desired.STOP).pass(PERIOD + 5);
    exit(script, 1);
    assertThat(script.next()).isEqualTo("stop log");
    script.succeed();
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
  }

  @Test
  void aRestartNobodyHeardOfIsFoundInTheList() {
    Script script = restarting(true).succeed(4);
    exit(script.pass(PERIOD + 5), 1).fail(Problem.UNREACHABLE, "timeout");
    assertThat(script.next()).isEqualTo("restart web");
    script.list(
        Sighting.running("web", Script.id("web")), Sighting.running("log", Script.id("log")));
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
  }

  /** Events and lists overtake one another. Whatever the order, the end is the same. */
  @Test
  void theOrderOfSightingsDoesNotMatter() {
    ContainerSpec web = ordered("web", true, null, CHECK, null);
    String id = Script.id("web");
    List<Sighting> sightings =
        new ArrayList<>(
            List.of(
                Sighting.created("web", id),
                Sighting.running("web", id),
                health("web", HealthStatus.HEALTHY),
                Sighting.exited("web", id, 3),
                Sighting.exited("web", id, 3).ended(Instant.EPOCH, true)));
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      Collections.shuffle(sightings, random);
      Script script = Script.ordered(task(web)).succeed(2);
      sightings.forEach(script::see);
      ContainerObservation seen = script.observed().containers().getFirst();
      assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
      assertThat(script.observed().stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
      assertThat(seen.exitCode()).isEqualTo(3);
      assertThat(seen.reason()).startsWith("OutOfMemoryError");
      assertThat(script.next()).isEqualTo("rest");
    }
  }

  /** Any life of a random task: what it does next is never against the order. */
  @Test
  void noContainerIsEverStartedBeforeItsTurnOrStoppedBeforeThoseThatNeedIt() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      List<ContainerSpec> specs = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        List<Dependency> needs = new ArrayList<>();
        for (int j = 0; j < i; j++) {
          if (random.nextInt(3) == 0) {
            needs.add(on("c" + j, random.nextBoolean() ? Condition.START : Condition.HEALTHY));
          }
        }
        specs.add(ordered("c" + i, true, null, CHECK, null, needs.toArray(new Dependency[0])));
      }
      Collections.shuffle(specs, random);
      Script script = Script.ordered(task(specs.toArray(new ContainerSpec[0])));
      Life life = new Life(script, random);
      life.until(() -> script.observed().lastStatus() == TaskStatus.RUNNING);
      script.want(Desired.STOP);
      life.until(() -> script.observed().lastStatus() == TaskStatus.STOPPED);
      for (ContainerSpec spec : specs) {
        for (Dependency need : spec.ordering().dependsOn()) {
          assertThat(life.events)
              .containsSubsequence("ended start " + need.container(), "begun start " + spec.name())
              .containsSubsequence("ended stop " + spec.name(), "begun stop " + need.container());
        }
      }
    }
  }

  /** Calls begin and end in any order the task allows, and containers get well at any time. */
  private static final class Life {
    final List<String> events = new ArrayList<>();
    private final Script script;
    private final Random random;
    private final List<Step.Call> underWay = new ArrayList<>();

    Life(Script script, Random random) {
      this.script = script;
      this.random = random;
    }

    void until(BooleanSupplier done) {
      for (int i = 0; i < 2000 && !done.getAsBoolean(); i++) {
        int kind = random.nextInt(3);
        if (kind == 0 && !script.next().equals("rest")) {
          String[] words = script.next().split(", ");
          String word = words[random.nextInt(words.length)];
          underWay.add(script.begin(word));
          events.add("begun " + word);
        } else if (kind == 1 && !underWay.isEmpty()) {
          Step.Call call = underWay.remove(random.nextInt(underWay.size()));
          events.add("ended " + Script.word(call));
          script.succeed(call);
        } else {
          String name = "c" + random.nextInt(5);
          if (script.stage(name) == Stage.RUNNING) {
            script.see(health(name, HealthStatus.HEALTHY));
          }
        }
      }
      assertThat(done.getAsBoolean()).as("it gets there: " + events).isTrue();
    }
  }

  @Test
  void whatTheContainersHadInCommonGoesLast() {
    TaskAssignment task = Tasks.of(Tasks.id("common"), "awsvpc", Tasks.container("web", true));
    Script script = Script.ordered(task).succeed(2).want(Desired.FORGET);
    assertThat(script.steps(3)).isEqualTo("stop web; remove web; release; ");
    assertThat(script.next()).isEqualTo("gone");
  }

  @Test
  void aFoundTaskGoesOnWaitingWhereItsPredecessorLeftOff() {
    TaskAssignment task =
        task(
            container("web", true, on("db", Condition.HEALTHY)),
            ordered("db", true, 90, CHECK, null));
    Instant began = Instant.parse("2026-01-01T00:00:00Z");
    Map<String, Sighting> found =
        Map.of(
            "db", Sighting.running("db", Script.id("db")).started(began),
            "web", Sighting.created("web", Script.id("web")));
    Script script = new Script(TaskState.adopted(task, found, began.plusSeconds(1)));
    assertThat(script.want(Desired.RUN).next()).isEqualTo("rest");
    assertThat(script.state.deadline()).isEqualTo(began.plusSeconds(90));
    assertThat(script.see(health("db", HealthStatus.HEALTHY)).next()).isEqualTo("start web");
  }
}
