package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskSpec;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses runners for new tasks of one group (a service, or one call of RunTask). What it has
 * chosen already counts, so one instance serves one plan.
 *
 * <p>The policy:
 *
 * <ol>
 *   <li>Only runners that are connected and ACTIVE and have the CPU, the memory and the host ports
 *       free.
 *   <li>Of these, the zone with the fewest tasks of the group.
 *   <li>In it, the runner with the fewest tasks of the group.
 *   <li>Then the runner with the largest share of its memory and CPU free; then the smallest id, so
 *       that the same state always gives the same choice.
 * </ol>
 */
final class Placement {
  private final List<Runner> runners;
  private final Map<RunnerId, Usage> used = new HashMap<>();
  private final Map<RunnerId, Integer> groupByRunner = new HashMap<>();
  private final Map<String, Integer> groupByZone = new HashMap<>();

  /**
   * @param group tasks of the group that are there already
   */
  Placement(State state, ClusterName cluster, List<Task> group) {
    runners = state.runnersOf(cluster);
    for (Runner runner : runners) {
      used.put(runner.id(), state.usageOf(runner.id()));
    }
    for (Task task : group) {
      count(task.runner(), task.zone());
    }
  }

  /** Takes a place for one more task; empty when there is none. */
  Optional<Runner> place(TaskSpec spec) {
    Usage asked = Usage.of(spec);
    Optional<Runner> choice =
        runners.stream()
            .filter(Runner::takesTasks)
            .filter(runner -> obstacle(runner, asked) == null)
            .min(
                Comparator.comparingInt((Runner r) -> groupByZone.getOrDefault(r.host().zone(), 0))
                    .thenComparingInt(r -> groupByRunner.getOrDefault(r.id(), 0))
                    .thenComparingDouble(this::load)
                    .thenComparing(r -> r.id().value()));
    choice.ifPresent(runner -> {
      used.merge(runner.id(), asked, Usage::plus);
      count(runner.id(), runner.host().zone());
    });
    return choice;
  }

  boolean hasRunners() {
    return !runners.isEmpty();
  }

  /** Why the task has no place, in ECS's words, with the runner that came closest. */
  Refusal refusal(TaskSpec spec) {
    Usage asked = Usage.of(spec);
    return runners.stream()
        .map(runner -> new Refusal(runner.id(), reason(runner, asked)))
        .max(Comparator.comparingInt(refusal -> CLOSENESS.indexOf(refusal.reason())))
        .orElse(new Refusal(null, "AGENT"));
  }

  /** A place that is not to be had. */
  record Refusal(@Nullable RunnerId closest, String reason) {}

  /** The further right, the less was missing. */
  private static final List<String> CLOSENESS =
      List.of("AGENT", "RESOURCE:MEMORY", "RESOURCE:CPU", "RESOURCE:PORTS");

  private String reason(Runner runner, Usage asked) {
    String obstacle = runner.takesTasks() ? obstacle(runner, asked) : "AGENT";
    return obstacle == null ? "AGENT" : obstacle;
  }

  private @Nullable String obstacle(Runner runner, Usage asked) {
    Usage taken = used.getOrDefault(runner.id(), Usage.NONE);
    if (taken.memoryMiB() + asked.memoryMiB() > runner.host().memoryMiB()) {
      return "RESOURCE:MEMORY";
    }
    if (taken.cpu() + asked.cpu() > runner.host().cpu()) {
      return "RESOURCE:CPU";
    }
    boolean portTaken = asked.ports().stream().anyMatch(taken.ports()::contains);
    boolean portReserved =
        runner.host().reservedPorts().stream()
            .anyMatch(port -> asked.ports().contains(port + "/tcp"));
    return portTaken || portReserved ? "RESOURCE:PORTS" : null;
  }

  private double load(Runner runner) {
    Usage taken = used.getOrDefault(runner.id(), Usage.NONE);
    return Math.max(
        (double) taken.memoryMiB() / Math.max(1, runner.host().memoryMiB()),
        (double) taken.cpu() / Math.max(1, runner.host().cpu()));
  }

  private void count(RunnerId runner, String zone) {
    groupByRunner.merge(runner, 1, Integer::sum);
    groupByZone.merge(zone, 1, Integer::sum);
  }
}
