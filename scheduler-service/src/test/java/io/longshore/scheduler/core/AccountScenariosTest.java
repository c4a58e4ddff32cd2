package io.longshore.scheduler.core;

import static io.longshore.scheduler.core.World.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Json;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskDefinitionId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clusters, capacity providers, definitions and tags: what changes without a task being moved. */
class AccountScenariosTest {
  private static final Json STRATEGY =
      new Json("{\"capacityProviderStrategy\":[{\"capacityProvider\":\"pool\",\"weight\":1}]}");

  private final World world = new World();

  @BeforeEach
  void aCluster() {
    world.addRunner("a", "zone-a");
  }

  private static ErrorType refusal(Outcome outcome) {
    return outcome instanceof Rejected rejected ? rejected.error() : ErrorType.SERVER;
  }

  private Outcome put(String... providers) {
    List<String> names = List.of(providers);
    String list = names.isEmpty() ? "[]" : "[\"" + String.join("\",\"", names) + "\"]";
    return world.command(
        new Command.PutClusterCapacityProviders(
            CLUSTER, names, new Json("{\"capacityProviders\":" + list + "}")));
  }

  private Outcome service(ServiceSettings settings, Json document) {
    return world.command(
        new Command.CreateService(
            CLUSTER, World.WEB, World.spec(1), 1, settings, document, Map.of("team", "web")));
  }

  @Test
  void aClusterKeepsWhatAnUpdateDoesNotName() {
    world.command(new Command.UpdateCluster(CLUSTER, new Json("{\"a\":1,\"b\":1}")));
    world.command(new Command.UpdateCluster(CLUSTER, new Json("{\"b\":2}")));
    Cluster cluster = world.state.cluster(CLUSTER);
    assertThat(cluster).isNotNull();
    assertThat(cluster.document()).isEqualTo(new Json("{\"a\":1,\"b\":2}"));
  }

  @Test
  void aProviderThatAServiceUsesStaysWithItsCluster() {
    assertThat(put("pool", "other")).isInstanceOf(Accepted.class);
    service(new ServiceSettings(100, 200), STRATEGY);
    assertThat(refusal(put("other"))).isEqualTo(ErrorType.RESOURCE_IN_USE);
    assertThat(put("pool")).isInstanceOf(Accepted.class);
    world.command(new Command.DeleteService(CLUSTER, World.WEB, true));
    world.allStopped();
    assertThat(put()).isInstanceOf(Accepted.class);
  }

  @Test
  void aProviderIsMadeChangedDeletedAndMadeAgain() {
    Command create = new Command.CreateCapacityProvider("pool", new Json("{\"a\":1}"), Map.of());
    Command delete = new Command.DeleteCapacityProvider("pool");
    assertThat(refusal(world.command(delete))).isEqualTo(ErrorType.INVALID_PARAMETER);
    world.command(create);
    assertThat(refusal(world.command(create))).isEqualTo(ErrorType.INVALID_PARAMETER);
    world.command(new Command.UpdateCapacityProvider("pool", new Json("{\"b\":2}")));
    CapacityProvider provider = world.state.capacityProvider("pool");
    assertThat(provider).isNotNull();
    assertThat(provider.document()).isEqualTo(new Json("{\"a\":1,\"b\":2}"));
    assertThat(world.command(delete)).isEqualTo(Accepted.of("pool"));
    assertThat(world.command(delete)).isEqualTo(Accepted.of("pool"));
    assertThat(refusal(world.command(new Command.UpdateCapacityProvider("pool", Json.EMPTY))))
        .isEqualTo(ErrorType.INVALID_PARAMETER);
    assertThat(world.command(create)).isInstanceOf(Accepted.class);
  }

  @Test
  void onlyAnInactiveDefinitionIsDeletedAndItsNumberIsNotGivenAgain() {
    Command register =
        new Command.RegisterTaskDefinition("web", World.spec(1), Json.EMPTY, Map.of());
    TaskDefinitionId id = new TaskDefinitionId("web", 1);
    Command delete = new Command.DeleteTaskDefinition(id);
    assertThat(refusal(world.command(delete))).isEqualTo(ErrorType.CLIENT);
    world.command(register);
    assertThat(refusal(world.command(delete))).isEqualTo(ErrorType.CLIENT);
    world.command(new Command.DeregisterTaskDefinition(id));
    assertThat(world.command(delete)).isEqualTo(Accepted.of("web:1"));
    assertThat(world.command(delete)).isEqualTo(Accepted.of("web:1"));
    Definition definition = world.state.definition(id);
    assertThat(definition).isNotNull();
    assertThat(definition.status()).isEqualTo(Definition.Status.DELETE_IN_PROGRESS);
    assertThat(definition.deleteRequestedAt()).isEqualTo(world.now);
    assertThat(world.command(register)).isEqualTo(Accepted.of("web:2"));
  }

  @Test
  void tasksBeginWithTheTagsThatAreToBePassedOn() {
    service(
        new ServiceSettings(100, 200)
            .with(
                new ServiceSettings.Tagging(true, true, Map.of("team", "recipe", "tier", "front"))),
        Json.EMPTY);
    assertThat(world.tasks().getFirst().tags())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "team",
                "web",
                "tier",
                "front",
                "aws:ecs:clusterName",
                "default",
                "aws:ecs:serviceName",
                "web"));
  }

  @Test
  void tasksOfAServiceThatPassesNothingOnHaveNoTags() {
    service(new ServiceSettings(100, 200), Json.EMPTY);
    assertThat(world.tasks().getFirst().tags()).isEmpty();
  }
}
