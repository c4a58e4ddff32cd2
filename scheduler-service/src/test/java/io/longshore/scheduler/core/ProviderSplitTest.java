package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderSplitTest {
  private static Json strategy(String items) {
    return new Json("{\"capacityProviderStrategy\":[" + items.replace('\'', '"') + "]}");
  }

  private static Map<String, Integer> split(Json document, int count) {
    ProviderSplit split = new ProviderSplit(document, List.of());
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      counts.merge(split.next(Json.EMPTY).text("capacityProviderName"), 1, Integer::sum);
    }
    return counts;
  }

  @ParameterizedTest(name = "{0} tasks: {1} and {2}")
  @CsvSource({"1, 1, 0", "2, 2, 0", "3, 2, 1", "6, 3, 3", "10, 4, 6", "42, 12, 30"})
  void theBaseComesFirstAndThenTheWeights(int count, int onDemand, int spot) {
    Json document =
        strategy(
            "{'capacityProvider':'FARGATE','base':2,'weight':1},{'capacityProvider':'FARGATE_SPOT','weight':3}");
    Map<String, Integer> counts = split(document, count);
    assertThat(counts.getOrDefault("FARGATE", 0)).isEqualTo(onDemand);
    assertThat(counts.getOrDefault("FARGATE_SPOT", 0)).isEqualTo(spot);
  }

  @Test
  void withoutWeightsTheOnlyOneHasAll() {
    assertThat(split(strategy("{'capacityProvider':'pool'}"), 3)).isEqualTo(Map.of("pool", 3));
    assertThat(new ProviderSplit(Json.EMPTY, List.of()).next(Json.EMPTY)).isEqualTo(Json.EMPTY);
  }

  @Test
  void oneOfNoWeightHasItsBaseAndNoMore() {
    Json document =
        strategy(
            "{'capacityProvider':'a','base':2,'weight':0},{'capacityProvider':'b','weight':1}");
    assertThat(split(document, 9)).isEqualTo(Map.of("a", 2, "b", 7));
  }

  @Test
  void whatACheckWouldRefuseIsNoReasonToStop() {
    assertThat(split(strategy("{'capacityProvider':'a','base':-1,'weight':'x'},{}"), 2))
        .isEqualTo(Map.of("a", 2));
  }

  @Test
  void aServiceKeepsTheShareWhenTasksComeAndGo() {
    World world = new World();
    world.addRunner("a", "zone-a");
    Json document =
        strategy(
            "{'capacityProvider':'FARGATE','base':1,'weight':1},{'capacityProvider':'FARGATE_SPOT','weight':1}");
    world.command(
        new Command.CreateService(
            World.CLUSTER,
            World.WEB,
            World.spec(1),
            5,
            new ServiceSettings(100, 200),
            document,
            Map.of()));
    assertThat(ofService(world)).isEqualTo(Map.of("FARGATE", 3L, "FARGATE_SPOT", 2L));
    world.allRunning();
    Task spot =
        world.tasks().stream()
            .filter(task -> provider(task).equals("FARGATE_SPOT"))
            .findFirst()
            .orElseThrow();
    world.exited(spot.id(), 1);
    assertThat(ofService(world)).isEqualTo(Map.of("FARGATE", 3L, "FARGATE_SPOT", 2L));
    world.scale(9);
    assertThat(ofService(world)).isEqualTo(Map.of("FARGATE", 5L, "FARGATE_SPOT", 4L));
  }

  @Test
  void aCallIsSplitByItself() {
    World world = new World();
    world.addRunner("a", "zone-a");
    Json document =
        strategy(
            "{'capacityProvider':'FARGATE','base':1,'weight':0},{'capacityProvider':'FARGATE_SPOT','weight':1}");
    var run =
        new Command.RunTask(
            World.CLUSTER, World.spec(1), 3, "g", null, document, Map.of(), Placing.ANYWHERE);
    List<String> ids = ((Accepted) world.command(run)).ids();
    assertThat(
            ids.stream()
                .map(id -> provider(Objects.requireNonNull(world.state.task(new TaskId(id))))))
        .containsExactly("FARGATE", "FARGATE_SPOT", "FARGATE_SPOT");
  }

  private static Map<String, Long> ofService(World world) {
    return world.tasks().stream()
        .filter(Task::isWanted)
        .collect(Collectors.groupingBy(ProviderSplitTest::provider, Collectors.counting()));
  }

  private static String provider(Task task) {
    return task.origin().document().text("capacityProviderName");
  }
}
