package io.longshore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Known mistakes about load balancers: each is noticed within a hundred seeds. */
class BalancerBugsTest {
  private static final int SEEDS = 100;

  static List<PlantedBug> bugs() {
    return List.of(
        new PlantedBug(
            "a task is stopped whoever sends to it",
            "scheduler-service core.Ledger",
            "boolean drains = task.isRunning() && !task.traffic().targets().isEmpty();",
            "boolean drains = false;"),
        new PlantedBug(
            "the word of one load balancer is enough to stop a task",
            "scheduler-service core.BalancerViews",
            ".allMatch(seen -> seen != null && seen.state() == TargetState.DRAINED));",
            ".anyMatch(seen -> seen != null && seen.state() == TargetState.DRAINED));"),
        new PlantedBug(
            "whoever begins to listen takes the first word for all",
            "scheduler-service core.BalancerViews",
            "if (since.plus(LEASE).isAfter(now)) {",
            "if (false) {"),
        new PlantedBug(
            "a clock that leaps ends what is under way",
            "scheduler-service core.BalancerViews",
            "(!until.isAfter(now) && !since.plus(LONGEST_DRAIN).isAfter(now))",
            "!until.isAfter(now)"),
        new PlantedBug(
            "a host that comes back stops what drains",
            "scheduler-service core.Ledger",
            "return task.isWanted() || task.isDraining();",
            "return task.isWanted();"),
        new PlantedBug(
            "load balancers are not told to let go",
            "scheduler-service core.Targets",
            "task.isDraining() || target.state() == TargetState.DRAINING",
            "target.state() == TargetState.DRAINING"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isNoticed(PlantedBug bug) throws IOException, InterruptedException {
    PlantedBug.Run run = bug.planted("Simulation", "behindLoadBalancers");
    Optional<String> noticed = PlantedBug.noticed(run, LongStream.rangeClosed(1, SEEDS));
    // Which seeds to try first, should this take long one day.
    System.out.println(bug.name() + ": " + noticed.orElse("not noticed"));
    assertThat(noticed).as(bug.name()).isPresent();
  }
}
