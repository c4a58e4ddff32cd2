package io.longshore.runner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WhereaboutsTest {
  private static final EndpointIds IDS = new EndpointIds("s");
  private static final Whereabouts BOTH =
      new Whereabouts(IDS, "172.17.0.1:51679", "127.0.0.1:51679");
  private static final Whereabouts NO_BRIDGE = new Whereabouts(IDS, null, "127.0.0.1:51679");

  private record Row(
      Whereabouts whereabouts, String mode, boolean disabled, @Nullable String authority) {}

  @Test
  void eachKindOfNetworkHasItsWayToTheHost() {
    for (Row row :
        List.of(
            new Row(BOTH, "bridge", false, "172.17.0.1:51679"),
            new Row(BOTH, "awsvpc", false, "172.17.0.1:51679"),
            new Row(BOTH, "awsvpc", true, "172.17.0.1:51679"),
            new Row(BOTH, "host", false, "127.0.0.1:51679"),
            new Row(BOTH, "none", false, null),
            new Row(BOTH, "bridge", true, null),
            new Row(NO_BRIDGE, "bridge", false, null),
            new Row(NO_BRIDGE, "awsvpc", false, null),
            new Row(NO_BRIDGE, "host", false, "127.0.0.1:51679"))) {
      ContainerSpec spec =
          Tasks.container("web", true)
              .withNetworking(
                  new ContainerNetworking(
                      row.disabled(), List.of(), null, Map.of(), List.of(), List.of()));
      TaskAssignment task = Tasks.of(Tasks.id("where"), row.mode(), spec);
      Map<String, String> told = row.whereabouts().told(task, spec).environment();
      String id = IDS.of(task.task(), "web");
      String at = row.authority();
      assertThat(told)
          .as(row.toString())
          .isEqualTo(
              at == null
                  ? Map.of("AWS_EXECUTION_ENV", "AWS_ECS_EC2")
                  : Map.of(
                      "AWS_EXECUTION_ENV",
                      "AWS_ECS_EC2",
                      "ECS_CONTAINER_METADATA_URI_V4",
                      "http://" + at + "/v4/" + id,
                      "ECS_CONTAINER_METADATA_URI",
                      "http://" + at + "/v3/" + id,
                      "ECS_AGENT_URI",
                      "http://" + at + "/api/" + id));
    }
  }

  @Test
  void theyTakeThePlaceOfADefinitionsOwnAndLeaveTheRest() {
    ContainerSpec spec =
        Tasks.container(
            "web",
            true,
            List.of("serve"),
            Map.of("WORD", "a", "ECS_AGENT_URI", "http://elsewhere", "AWS_EXECUTION_ENV", "x"),
            List.of());
    ContainerSpec told = BOTH.told(Tasks.of(Tasks.id("own"), spec), spec);
    assertThat(told.environment())
        .containsEntry("WORD", "a")
        .containsEntry("AWS_EXECUTION_ENV", "AWS_ECS_EC2")
        .hasEntrySatisfying(
            "ECS_AGENT_URI", uri -> assertThat(uri).startsWith("http://172.17.0.1:51679/api/"));
    assertThat(told.withEnvironment(spec.environment())).isEqualTo(spec);
  }
}
