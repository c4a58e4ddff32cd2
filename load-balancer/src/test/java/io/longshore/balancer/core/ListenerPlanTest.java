package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.balancer.Routes;
import io.longshore.messages.Route;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListenerPlanTest {
  private static RoutingTable.Listening listening(String arn, int port) {
    return new RoutingTable.Listening(
        "arn:balancer",
        "b",
        Route.Kind.APPLICATION,
        Map.of(),
        new Route.Listener(
            arn, port, Route.Protocol.HTTP, List.of(), Routes.fixed(200, ""), List.of()));
  }

  @Test
  void onlyWhatDiffersIsOpenedAndClosed() {
    ListenerPlan plan =
        ListenerPlan.of(
            Map.of(80, "a", 81, "b", 82, "c"),
            List.of(listening("a", 80), listening("c", 83), listening("d", 81)));
    assertThat(plan.close()).containsExactly(81, 82);
    assertThat(plan.open()).containsExactly(listening("c", 83), listening("d", 81));
    assertThat(plan.taken()).isEmpty();
  }

  @Test
  void aPortStaysWithWhoHasIt() {
    ListenerPlan plan =
        ListenerPlan.of(
            Map.of(80, "b"), List.of(listening("a", 80), listening("b", 80), listening("c", 80)));
    assertThat(plan.close()).isEmpty();
    assertThat(plan.open()).isEmpty();
    assertThat(plan.taken()).isEqualTo(Map.of("a", "b", "c", "b"));
  }

  @Test
  void ofSeveralTheFirstByNameGetsAFreePort() {
    ListenerPlan plan = ListenerPlan.of(Map.of(), List.of(listening("a", 80), listening("b", 80)));
    assertThat(plan.open()).containsExactly(listening("a", 80));
    assertThat(plan.taken()).isEqualTo(Map.of("b", "a"));
  }
}
