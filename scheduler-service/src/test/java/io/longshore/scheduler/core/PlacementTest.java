package io.longshore.scheduler.core;

import static io.longshore.messages.Placing.ConstraintType.DISTINCT_INSTANCE;
import static io.longshore.messages.Placing.ConstraintType.MEMBER_OF;
import static io.longshore.messages.Placing.StrategyType.BINPACK;
import static io.longshore.messages.Placing.StrategyType.RANDOM;
import static io.longshore.messages.Placing.StrategyType.SPREAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.Failure;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where tasks go: constraints, strategies, and what is said when there is no place. */
class PlacementTest {
  private final World world = new World();

  private void host(String name, String zone, int cpu, String... attributes) {
    Map<String, String> all = new HashMap<>();
    all.put(HostResources.ZONE_ATTRIBUTE, zone);
    for (int i = 0; i < attributes.length; i += 2) {
      all.put(attributes[i], attributes[i + 1]);
    }
    world.addRunner(
        name, new HostResources(name, cpu, 65536, List.of(22), all, "1.10", "1", false));
  }

  private static Placing constrained(String... expressions) {
    return new Placing(
        Arrays.stream(expressions)
            .map(expression -> new Placing.Constraint(MEMBER_OF, expression))
            .toList(),
        List.of());
  }

  private static Placing.Strategy strategy(Placing.StrategyType type, @Nullable String field) {
    return new Placing.Strategy(type, field);
  }

  private static ServiceSettings settings(Placing placing) {
    return new ServiceSettings(
        100, 200, ServiceSettings.Scheduling.REPLICA, ServiceSettings.CircuitBreaker.OFF, placing);
  }

  private Map<String, Long> byHost() {
    return world.tasks().stream()
        .filter(Task::isWanted)
        .collect(Collectors.groupingBy(this::hostOf, Collectors.counting()));
  }

  private String hostOf(Task task) {
    Runner runner = world.state.runner(task.runner());
    return runner == null ? "" : runner.host().hostName();
  }

  private Accepted run(int count, TaskSpec spec, Placing placing) {
    return (Accepted)
        world.command(
            new Command.RunTask(
                World.CLUSTER, spec, count, "family:web", null, Json.EMPTY, Map.of(), placing));
  }

  /** Queues are a quicker way to the same places. */
  @Test
  void queuesChooseWhatALookAtEveryHostChooses() {
    Random random = new Random(17);
    for (int round = 0; round < 40; round++) {
      World fleet = new World();
      for (int i = 0; i < 30; i++) {
        String zone = "zone-" + random.nextInt(4);
        fleet.addRunner(
            "host-" + i,
            new HostResources(
                "host-" + i,
                128 * (1 + random.nextInt(8)),
                64 * (1 + random.nextInt(8)),
                List.of(22),
                Map.of(HostResources.ZONE_ATTRIBUTE, zone, "rack", "rack-" + random.nextInt(3)),
                "1.10",
                "1",
                false));
      }
      List<Placing.Strategy> chain = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        chain.add(LINKS.get(random.nextInt(LINKS.size())));
      }
      List<Placing.Constraint> constraints =
          random.nextInt(3) == 0
              ? List.of(new Placing.Constraint(MEMBER_OF, "runningTasksCount < 3"))
              : List.of();
      Placement.Ask ask =
          new Placement.Ask(
              World.CLUSTER,
              "service:web",
              World.spec(1),
              new Placing(constraints, chain),
              anywhere -> true,
              random.nextInt(4) == 0);
      Placement queues = new Placement(fleet.state, ask);
      Placement looks = new Placement(fleet.state, ask);
      for (int i = 0; i < 400; i++) {
        TaskId task = new TaskId(Ids.derive("task", Integer.toString(i)));
        assertThat(queues.place(task))
            .as("round %d, task %d, %s", round, i, ask)
            .isEqualTo(looks.placeByLookingAtAll(task));
      }
    }
  }

  private static final List<Placing.Strategy> LINKS =
      List.of(
          strategy(SPREAD, HostResources.ZONE_ATTRIBUTE),
          strategy(SPREAD, "attribute:rack"),
          strategy(SPREAD, "instanceId"),
          strategy(BINPACK, "memory"),
          strategy(BINPACK, "cpu"),
          strategy(RANDOM, null));

  @Test
  void aHostThatAnExpressionDoesNotSelectGetsNothing() {
    host("ssd", "a", 65536, "disk", "ssd");
    host("hdd", "b", 65536, "disk", "hdd");
    world.createService(4, World.spec(1), settings(constrained("attribute:disk == ssd")));
    assertThat(byHost()).isEqualTo(Map.of("ssd", 4L));
  }

  @Test
  void anExpressionOverTasksIsAskedAgainForEachOfThem() {
    host("one", "a", 65536);
    host("two", "b", 65536);
    world.createService(5, World.spec(1), settings(constrained("runningTasksCount < 2")));
    assertThat(byHost()).isEqualTo(Map.of("one", 2L, "two", 2L));
  }

  @Test
  void tasksOfAGroupKeepAwayFromOrNearToThoseOfAnother() {
    host("one", "a", 65536);
    host("two", "b", 65536);
    world.createService(1);
    String host = hostOf(world.tasks().getFirst());
    Accepted near = run(2, World.spec(1), constrained("task:group == service:web"));
    Accepted away = run(2, World.spec(1), constrained("not (task:group == service:web)"));
    assertThat(hostsOf(near)).containsOnly(host);
    assertThat(hostsOf(away)).doesNotContain(host).hasSize(2);
  }

  private List<String> hostsOf(Accepted accepted) {
    return accepted.ids().stream()
        .map(id -> hostOf(Objects.requireNonNull(world.state.task(new TaskId(id)))))
        .toList();
  }

  @Test
  void distinctInstanceIsOneTaskOfTheGroupOnAHost() {
    host("one", "a", 65536);
    host("two", "a", 65536);
    Placing distinct =
        new Placing(List.of(new Placing.Constraint(DISTINCT_INSTANCE, null)), List.of());
    world.createService(3, World.spec(1), settings(distinct));
    assertThat(byHost()).isEqualTo(Map.of("one", 1L, "two", 1L));
    assertThat(world.takeEvents())
        .anyMatch(event ->
            event.contains(
                "encountered error \"DistinctInstance placement constraint unsatisfied.\""));
    Accepted run = run(3, World.spec(1), distinct);
    assertThat(run.ids()).hasSize(2);
    assertThat(run.failures())
        .extracting(Failure::reason)
        .containsExactly("DistinctInstance placement constraint unsatisfied.");
  }

  @Test
  void aPlatformIsAnAttribute() {
    host("arm", "a", 65536, "ecs.cpu-architecture", "arm64", "ecs.os-type", "linux");
    TaskSpec plain = World.spec(1);
    assertThat(run(1, on(plain, "ARM64", "LINUX"), Placing.ANYWHERE).failures()).isEmpty();
    assertThat(run(1, on(plain, "X86_64", null), Placing.ANYWHERE).failures())
        .extracting(Failure::reason)
        .containsExactly("ATTRIBUTE");
    assertThat(run(1, on(plain, null, "WINDOWS_SERVER_2022_CORE"), Placing.ANYWHERE).failures())
        .extracting(Failure::reason)
        .containsExactly("ATTRIBUTE");
  }

  private static TaskSpec on(TaskSpec spec, @Nullable String architecture, @Nullable String os) {
    return new TaskSpec(
        spec.definition(),
        spec.networkMode(),
        null,
        null,
        spec.containers(),
        List.of(),
        List.of(),
        architecture,
        os,
        null,
        null);
  }

  @Test
  void refusalsSayWhyInEcsWords() {
    host("small", "a", 100, "disk", "hdd");
    assertThat(run(1, World.spec(1, World.container("app", 200, 8)), Placing.ANYWHERE).failures())
        .containsExactly(
            new Failure(
                World.runner("small").value(),
                "RESOURCE:CPU",
                "200 CPU units are asked for, 100 are left"));
    assertThat(run(1, World.spec(1), constrained("attribute:disk == ssd")).failures())
        .extracting(Failure::reason)
        .containsExactly("MemberOf placement constraint unsatisfied.");
    assertThat(run(1, World.spec(1), constrained("no query")).failures())
        .as("what an older api let pass places nothing")
        .hasSize(1);
  }

  @Test
  void theDefinitionsConstraintsHoldToo() {
    host("ssd", "a", 65536, "disk", "ssd");
    host("hdd", "b", 65536, "disk", "hdd");
    TaskSpec spec = World.spec(1);
    TaskSpec constrained =
        new TaskSpec(
            spec.definition(),
            spec.networkMode(),
            null,
            null,
            spec.containers(),
            List.of(),
            List.of("attribute:disk == hdd"),
            null,
            null,
            null,
            null);
    assertThat(hostsOf(run(3, constrained, Placing.ANYWHERE))).containsOnly("hdd");
  }

  @Test
  void binpackFillsTheHostThatHasTheLeastLeft() {
    host("large", "a", 4096);
    host("small", "b", 256);
    Placing packed = new Placing(List.of(), List.of(strategy(BINPACK, "CPU")));
    world.createService(6, World.spec(1), settings(packed));
    assertThat(byHost()).isEqualTo(Map.of("small", 4L, "large", 2L));
  }

  @Test
  void chainsSpreadFirstAndPackThen() {
    host("a1", "a", 4096);
    host("a2", "a", 1024);
    host("b1", "b", 4096);
    host("b2", "b", 1024);
    Placing chain =
        new Placing(
            List.of(),
            List.of(strategy(SPREAD, "attribute:ecs.availability-zone"), strategy(BINPACK, "CPU")));
    world.createService(8, World.spec(1), settings(chain));
    assertThat(byHost()).isEqualTo(Map.of("a2", 4L, "b2", 4L));
  }

  @Test
  void anyAttributeCanBeSpreadOver() {
    host("a1", "a", 4096, "rack", "1");
    host("a2", "a", 4096, "rack", "1");
    host("a3", "a", 4096, "rack", "2");
    Placing racks = new Placing(List.of(), List.of(strategy(SPREAD, "attribute:rack")));
    world.createService(4, World.spec(1), settings(racks));
    assertThat(byHost()).isEqualTo(Map.of("a1", 1L, "a2", 1L, "a3", 2L));
  }

  @Test
  void chanceIsDrawnFromTheTaskAndReachesEveryHost() {
    for (int i = 0; i < 4; i++) {
      host("h" + i, "a", 65536);
    }
    Placing random = new Placing(List.of(), List.of(strategy(RANDOM, null)));
    world.createService(200, World.spec(1), settings(random));
    assertThat(byHost())
        .hasSize(4)
        .allSatisfy((host, count) -> assertThat(count).isGreaterThan(20));
  }

  @Test
  void aTaskThatIsToStopIsNoneOfItsGroupAnyMore() {
    host("one", "a", 65536);
    Placing distinct =
        new Placing(List.of(new Placing.Constraint(DISTINCT_INSTANCE, null)), List.of());
    world.createService(1, World.spec(1), settings(distinct));
    world.allRunning();
    world.command(new Command.StopTask(World.CLUSTER, world.tasks().getFirst().id(), "try it"));
    assertThat(world.tasks()).as("the old one stops beside the new one").hasSize(2);
    assertThat(byHost()).isEqualTo(Map.of("one", 1L));
  }
}
