package io.longshore.balancer.core;

import static io.longshore.balancer.Routes.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.balancer.Routes;
import io.longshore.balancer.core.TargetHealth.Reason;
import io.longshore.balancer.core.TargetHealth.State;
import io.longshore.messages.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** On virtual time. */
class HealthBoardTest {
  private static final CheckResult PASSED = new CheckResult.Passed();
  private static final CheckResult REFUSED = new CheckResult.Failed("connection refused");

  private final HealthBoard board = new HealthBoard();
  private Instant now = Instant.parse("2026-11-28T00:00:00Z");

  private static RoutingTable table(Route.HealthCheck check, Route.TaskTarget... targets) {
    return RoutingTable.of(
        List.of(
            Routes.balancer(Routes.listener(80, Route.Protocol.HTTP, Routes.forward(GROUP))),
            Routes.group(GROUP, Map.of(), Route.Protocol.HTTP, check, List.of()),
            Routes.targets(targets)));
  }

  private static final Route.TaskTarget TASK = Routes.task(GROUP, "one", 8000, false);
  private static final TargetKey KEY =
      new TargetKey(GROUP, TASK.task().value() + "/web", "127.0.0.1", 8000);

  private @Nullable State state() {
    TargetHealth health = board.of(KEY);
    return health == null ? null : health.state();
  }

  /** Answers every check until a time; tells how many there were. */
  private int answer(CheckResult result, Duration span) {
    Instant until = now.plus(span);
    int checks = 0;
    for (Instant next = board.next(); next != null && !next.isAfter(until); next = board.next()) {
      now = next.isAfter(now) ? next : now;
      for (HealthBoard.Check check : board.due(now)) {
        board.checked(check.key(), result, now);
        checks++;
      }
    }
    now = until;
    return checks;
  }

  @Test
  void whoAppearsIsCheckedAtOnceAndHealthyAfterOneSuccess() {
    board.take(table(Routes.check(), TASK), now);
    assertThat(state()).isEqualTo(State.INITIAL);
    assertThat(board.due(now)).extracting(HealthBoard.Check::key).containsExactly(KEY);
    assertThat(board.due(now)).isEmpty();
    List<HealthBoard.Change> changes = board.checked(KEY, PASSED, now);
    assertThat(changes).hasSize(1);
    assertThat(state()).isEqualTo(State.HEALTHY);
    assertThat(board.next()).isEqualTo(now.plusSeconds(30));
  }

  @Test
  void whoStartsSlowlyIsCheckedOftenAtFirstAndGetsTrafficSoon() {
    board.take(table(Routes.check(), TASK), now);
    assertThat(answer(REFUSED, Duration.ofSeconds(2))).isEqualTo(5);
    assertThat(state()).isEqualTo(State.INITIAL);
    answer(PASSED, Duration.ofSeconds(2));
    assertThat(state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void whoNeverAnswersIsUnhealthyNoSoonerThanTheThresholdSays() {
    board.take(table(Routes.check(), TASK), now);
    answer(REFUSED, Duration.ofSeconds(59));
    assertThat(state()).isEqualTo(State.INITIAL);
    answer(REFUSED, Duration.ofSeconds(60));
    assertThat(board.of(KEY))
        .satisfies(health -> {
          assertThat(health.state()).isEqualTo(State.UNHEALTHY);
          assertThat(health.reason()).isEqualTo(Reason.FAILED_HEALTH_CHECKS);
          assertThat(health.description()).contains("connection refused");
        });
  }

  @Test
  void thresholdsCountWhatFollowsEachOther() {
    board.take(table(Routes.check(Route.Protocol.HTTP, 10, 5, 3, 2), TASK), now);
    answer(PASSED, Duration.ZERO);
    answer(REFUSED, Duration.ofSeconds(10));
    answer(PASSED, Duration.ofSeconds(10));
    answer(new CheckResult.Mismatch(500), Duration.ofSeconds(10));
    assertThat(state()).isEqualTo(State.HEALTHY);
    answer(new CheckResult.Mismatch(500), Duration.ofSeconds(10));
    assertThat(state()).isEqualTo(State.UNHEALTHY);
    assertThat(board.of(KEY))
        .extracting(TargetHealth::reason)
        .isEqualTo(Reason.RESPONSE_CODE_MISMATCH);
    answer(PASSED, Duration.ofSeconds(20));
    assertThat(state()).isEqualTo(State.UNHEALTHY);
    answer(PASSED, Duration.ofSeconds(10));
    assertThat(state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void whoIsDeregisteredDrainsForItsGroupsTime() {
    board.take(table(Routes.check(), TASK), now);
    answer(PASSED, Duration.ZERO);
    board.take(table(Routes.check(), Routes.task(GROUP, "one", 8000, true)), now);
    assertThat(state()).isEqualTo(State.DRAINING);
    assertThat(board.drained(now.plusSeconds(299))).isEmpty();
    assertThat(board.drained(now.plusSeconds(300))).containsExactly(KEY);
    assertThat(board.drained(now.plusSeconds(301))).isEmpty();
    assertThat(answer(PASSED, Duration.ofSeconds(400))).isZero();
    assertThat(state()).isEqualTo(State.DRAINING);
  }

  @Test
  void whoVanishesIsToldAndALateResultMeansNothing() {
    board.take(table(Routes.check(), TASK), now);
    board.due(now);
    List<HealthBoard.Change> changes = new ArrayList<>(board.take(table(Routes.check()), now));
    assertThat(changes).hasSize(1);
    assertThat(changes.getFirst().after()).isNull();
    assertThat(board.checked(KEY, PASSED, now)).isEmpty();
    assertThat(state()).isNull();
  }

  @Test
  void aTaskAtTheAddressOfAnEarlierOneIsAnotherTarget() {
    board.take(table(Routes.check(), TASK), now);
    answer(PASSED, Duration.ZERO);
    List<HealthBoard.Change> changes =
        board.take(table(Routes.check(), Routes.task(GROUP, "two", 8000, false)), now);
    assertThat(changes)
        .extracting(change -> change.after() == null ? null : change.after().state())
        .containsExactly(null, State.INITIAL);
  }

  @Test
  void aGroupThatNoListenerUsesIsNotChecked() {
    List<Route> unused = List.of(Routes.group(GROUP, Map.of()), Routes.targets(TASK));
    board.take(RoutingTable.of(unused), now);
    assertThat(state()).isEqualTo(State.UNUSED);
    assertThat(board.due(now)).isEmpty();
    board.take(table(Routes.check(), TASK), now);
    assertThat(state()).isEqualTo(State.INITIAL);
    assertThat(board.due(now)).hasSize(1);
  }

  @Test
  void routesThatSayTheSameChangeNothing() {
    board.take(table(Routes.check(), TASK), now);
    answer(PASSED, Duration.ZERO);
    assertThat(board.take(table(Routes.check(), TASK), now)).isEmpty();
    assertThat(state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void withoutChecksATargetIsUnavailable() {
    Route.HealthCheck off =
        new Route.HealthCheck(false, Route.Protocol.HTTP, null, "/", 30, 5, 2, 2, "200");
    board.take(table(off, TASK), now);
    assertThat(state()).isEqualTo(State.UNAVAILABLE);
    assertThat(board.due(now)).isEmpty();
  }

  @Test
  void codesAreMatchedByRangesAndLists() {
    assertThat(HttpCodes.matches("200", 200)).isTrue();
    assertThat(HttpCodes.matches("200-299,301", 301)).isTrue();
    assertThat(HttpCodes.matches("200-299, 301", 204)).isTrue();
    assertThat(HttpCodes.matches("200-299,301", 300)).isFalse();
    assertThat(HttpCodes.matches("nonsense,-", 200)).isFalse();
  }
}
