package io.longshore.balancer.core;

import static io.longshore.balancer.Routes.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.balancer.Routes;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Report;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import io.longshore.messages.ServiceName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class SeenTargetsTest {
  private static final Route.TaskTarget ONE = Routes.task(GROUP, "one", 8000, false);
  private static final Route.TaskTarget TWO = Routes.task(GROUP, "two", 8001, true);
  private static final Route.Balancer LISTENING =
      Routes.balancer(Routes.listener(80, Route.Protocol.HTTP, Routes.forward(GROUP)));

  private final HealthBoard board = new HealthBoard();
  private final Draining draining = new Draining();
  private final Instant now = Instant.parse("2026-11-28T00:00:00Z");

  private SortedMap<String, Report.OfBalancer> seen(Route... routes) {
    RoutingTable table = RoutingTable.of(List.of(routes));
    board.take(table, now);
    draining.published(table.draining());
    return SeenTargets.of("this", table, board, draining);
  }

  private static Report.OfBalancer only(SortedMap<String, Report.OfBalancer> seen) {
    assertThat(seen).hasSize(1);
    return seen.values().iterator().next();
  }

  private static List<TargetState> states(SortedMap<String, Report.OfBalancer> seen) {
    return seen.values().stream()
        .flatMap(report -> report.targets().stream())
        .map(Report.SeenTarget::state)
        .toList();
  }

  @Test
  void allTargetsOfAServiceAreToldInOneReportForItsCluster() {
    var seen = seen(LISTENING, Routes.group(GROUP, Map.of()), Routes.targets(ONE, TWO));
    assertThat(seen)
        .containsExactly(
            Map.entry(
                "targets/default/web",
                new Report.ServiceTargetsSeen(
                    new ClusterName("default"),
                    new ServiceName("web"),
                    "this",
                    List.of(
                        new Report.SeenTarget(
                            GROUP,
                            ONE.task(),
                            "127.0.0.1",
                            8000,
                            TargetState.INITIAL,
                            "Elb.RegistrationInProgress",
                            "Target registration is in progress"),
                        new Report.SeenTarget(
                            GROUP,
                            TWO.task(),
                            "127.0.0.1",
                            8001,
                            TargetState.DRAINING,
                            "Target.DeregistrationInProgress",
                            "Target deregistration is in progress")))));
    assertThat(only(seen).key()).isEqualTo("default");
  }

  @Test
  void whoHasPassedIsHealthyAndThereIsNothingToSay() {
    seen(LISTENING, Routes.group(GROUP, Map.of()), Routes.targets(ONE));
    board.due(now).forEach(check -> board.checked(check.key(), new CheckResult.Passed(), now));
    var seen = seen(LISTENING, Routes.group(GROUP, Map.of()), Routes.targets(ONE));
    assertThat(only(seen).targets())
        .containsExactly(
            new Report.SeenTarget(
                GROUP, ONE.task(), "127.0.0.1", 8000, TargetState.HEALTHY, null, ""));
  }

  @Test
  void targetsOfAGroupThatIsNotUsedOrNotKnownAreUnused() {
    assertThat(states(seen(Routes.group(GROUP, Map.of()), Routes.targets(ONE))))
        .containsExactly(TargetState.UNUSED);
    assertThat(states(seen(Routes.targets(ONE)))).containsExactly(TargetState.UNUSED);
  }

  @Test
  void whoDrainsInAGroupThatIsNotKnownIsDrainedAtOnce() {
    assertThat(states(seen(Routes.targets(ONE, TWO))))
        .containsExactly(TargetState.UNUSED, TargetState.DRAINED);
  }

  @Test
  void whoIsDrainedIsToldSo() {
    Route[] routes = {LISTENING, Routes.group(GROUP, Map.of()), Routes.targets(ONE, TWO)};
    seen(routes);
    draining.passed(draining.pass());
    assertThat(draining.look(key -> 0)).isTrue();
    assertThat(states(seen(routes))).containsExactly(TargetState.INITIAL, TargetState.DRAINED);
    assertThat(states(seen(LISTENING, Routes.group(GROUP, Map.of()), Routes.targets(ONE))))
        .containsExactly(TargetState.INITIAL);
  }

  @Test
  void targetsRegisteredByHandAreToldForTheirGroup() {
    Route.Group group =
        Routes.group(
            GROUP,
            Map.of(),
            Route.Protocol.HTTP,
            Routes.check(),
            List.of(Routes.target(8000, null), Routes.target(8001, now.plusSeconds(60))));
    var seen = seen(LISTENING, group, Routes.group("arn:empty", Map.of()));
    assertThat(seen).containsOnlyKeys("group/" + GROUP);
    Report.OfBalancer report = only(seen);
    assertThat(report.key()).isEqualTo(Command.LOAD_BALANCING_KEY);
    assertThat(report.balancer()).isEqualTo("this");
    assertThat(report.targets()).extracting(Report.SeenTarget::task).containsOnlyNulls();
    assertThat(states(seen)).containsExactly(TargetState.INITIAL, TargetState.DRAINING);
  }

  @Test
  void aServiceWhoseRouteHasNoTargetsIsToldWithNone() {
    assertThat(only(seen(Routes.targets())).targets()).isEmpty();
  }
}
