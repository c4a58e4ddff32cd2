package io.longshore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Histories of everything that can go wrong: those of the seeds from 1 on, so that every run of the
 * tests runs the same ones. {@code longshore.sim.seeds} says how many.
 */
class SimulationTest {
  private static final long SEEDS = Long.getLong("longshore.sim.seeds", 10_000);

  @Test
  void thePromisesHoldInEveryHistory() throws InterruptedException {
    noneIsBroken(Simulate.run(1, SEEDS, false));
  }

  /** A few of them once more, with services behind load balancers, which costs much more. */
  @Test
  void thePromisesHoldBehindLoadBalancers() throws InterruptedException {
    noneIsBroken(Simulate.run(1, Math.ceilDiv(SEEDS, 50), true));
  }

  private static void noneIsBroken(List<Simulation.Verdict> broken) {
    String told = broken.stream().limit(2).map(Simulate::told).collect(Collectors.joining("\n"));
    assertThat(broken).as(told).isEmpty();
  }

  /** Of each of these it was learned what is right; they are kept for good, as they were then. */
  @ParameterizedTest
  @ValueSource(longs = {6, 18, 48, 865, 2305, 2724, 5002, 5125, 5191, 5282, 5334, 7, 8611})
  void seedsThatFailedOnce(long seed) {
    Simulation.Verdict verdict = Simulation.run(seed, Conditions.PLAIN);
    assertThat(verdict.promise()).as(verdict.failure()).isEmpty();
  }

  /** The same, of histories under the conditions of their seeds, which all had many tasks then. */
  @ParameterizedTest
  @ValueSource(longs = {398, 672, 753, 1132, 2476, 2734, 3129, 3143})
  void seedsThatFailedOnceWithTheirConditions(long seed) {
    Simulation.Verdict verdict = Simulation.run(seed, Conditions.of(seed).withManyTasks());
    assertThat(verdict.promise()).as(verdict.failure()).isEmpty();
  }

  /** The same, of histories with as few tasks as their seeds say, that never had enough then. */
  @ParameterizedTest
  @ValueSource(longs = 8943)
  void seedsThatFailedOnceWithFewTasks(long seed) {
    Simulation.Verdict verdict = Simulation.run(seed, Conditions.of(seed).neverEnough());
    assertThat(verdict.promise()).as(verdict.failure()).isEmpty();
  }

  /** The same, of histories that have few tasks when they have had enough. */
  @ParameterizedTest
  @ValueSource(longs = 1254)
  void seedsThatFailedOnceWithEnough(long seed) {
    Simulation.Verdict verdict = Simulation.run(seed);
    assertThat(verdict.promise()).as(verdict.failure()).isEmpty();
  }

  @Test
  void aSeedGivesTheSameHistoryEachTime() {
    for (long seed = 0; seed < 10; seed++) {
      Simulation.Verdict first = Simulation.run(seed);
      Simulation.Verdict second = Simulation.run(seed);
      assertThat(second.digest()).as("seed %d", seed).isEqualTo(first.digest());
      assertThat(second.steps()).isEqualTo(first.steps());
    }
  }

  /** A history that is too quiet shows nothing. */
  @Test
  void muchHappensInEveryHistory() {
    List<Simulation.Verdict> verdicts =
        LongStream.range(0, 20)
            .mapToObj(seed -> Simulation.run(seed, Conditions.of(seed).balancing()))
            .toList();
    assertThat(verdicts).allMatch(verdict -> verdict.faults().size() >= 30);
    assertThat(verdicts).allMatch(verdict -> verdict.launches() >= 200);
    assertThat(verdicts.stream().flatMap(verdict -> verdict.faults().stream()).map(Fault::kind))
        .contains(Fault.Kind.values());
  }
}
