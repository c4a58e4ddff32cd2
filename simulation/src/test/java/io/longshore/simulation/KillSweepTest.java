package io.longshore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Being killed is a normal end: before and after every side effect there is, and again while things
 * come right. {@code longshore.sim.sweep-seeds} says how many seeds.
 */
class KillSweepTest {
  private static final long SEEDS = Long.getLong("longshore.sim.sweep-seeds", Simulate.SWEEP_SEEDS);

  @Test
  void beforeAndAfterEverySideEffectAProcessMayBeKilled() throws InterruptedException {
    KillSweep.Result result = KillSweep.run(KillSweep.plans(SEEDS));
    String told =
        result.broken().stream()
            .limit(2)
            .map(verdict -> KillSweep.told(verdict.planned()))
            .collect(Collectors.joining("\n"));
    assertThat(result.broken()).as(told).isEmpty();
    // A place that nobody comes by shows nothing.
    assertThat(result.notStruck()).isEmpty();
    Set<KillPoint> all = EnumSet.allOf(KillPoint.class);
    assertThat(result.before().keySet()).containsExactlyInAnyOrderElementsOf(all);
    assertThat(result.after().keySet()).containsExactlyInAnyOrderElementsOf(all);
    // A host has its id already when something has gone wrong; of apis there are no pairs.
    all.removeIf(
        point -> point.process() == KillPoint.Process.API || point == KillPoint.HOST_ID_KEPT);
    assertThat(result.second().keySet()).containsAll(all);
  }

  @Test
  void aPlanGivesTheSameHistoryEachTime() {
    KillHistory.Planned planned = KillSweep.twice(1).getFirst();
    assertThat(KillHistory.run(planned, true)).isEqualTo(KillHistory.run(planned, true));
  }

  @Test
  void theDocumentationNamesEveryPlace() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "testing.md"));
    assertThat(KillPoint.values())
        .allSatisfy(point -> assertThat(text).contains("`" + point + "`"));
  }
}
