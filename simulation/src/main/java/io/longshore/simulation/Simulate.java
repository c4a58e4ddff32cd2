package io.longshore.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code longshore sim}: runs many seeds and prints the histories of those that fail; with {@code
 * --kill-points} the sweep of {@link KillSweep} for so many seeds.
 */
public final class Simulate {
  private static final int TOLD_MAX = 3;

  /** As many as the test runs. */
  static final long SWEEP_SEEDS = 2;

  private Simulate() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length > 0 && arguments[0].equals("--kill-points")) {
      sweep(arguments.length > 1 ? Long.parseLong(arguments[1]) : SWEEP_SEEDS);
      return;
    }
    long seeds = 1_000;
    long from = 0;
    boolean balanced = false;
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      switch (arguments[i]) {
        case "--seeds" -> seeds = Long.parseLong(arguments[i + 1]);
        case "--from" -> from = Long.parseLong(arguments[i + 1]);
        case "--load-balancers" -> balanced = Boolean.parseBoolean(arguments[i + 1]);
        default -> throw new IllegalArgumentException("There is no option " + arguments[i]);
      }
    }
    long begun = System.nanoTime();
    List<Simulation.Verdict> broken = run(from, seeds, balanced);
    for (Simulation.Verdict verdict : broken.subList(0, Math.min(TOLD_MAX, broken.size()))) {
      System.out.println(told(verdict));
    }
    System.out.printf(
        "%d seeds from %d, %d failed, %.1f s, %.3f CPU-seconds a seed%n",
        seeds, from, broken.size(), (System.nanoTime() - begun) / 1e9, cpuSeconds() / seeds);
    System.exit(broken.isEmpty() ? 0 : 1);
  }

  private static void sweep(long seeds) throws InterruptedException {
    long begun = System.nanoTime();
    KillSweep.Result result = KillSweep.run(KillSweep.plans(seeds));
    int broken = result.broken().size();
    result.broken().stream()
        .limit(TOLD_MAX)
        .forEach(verdict -> System.out.println(KillSweep.told(verdict.planned())));
    System.out.print(KillSweep.table(result));
    result.notStruck().forEach(planned -> System.out.println("not reached: " + planned));
    System.out.printf(
        "%d histories of %d seeds, %d failed, %.1f s, %.3f CPU-seconds a history%n",
        result.histories(),
        seeds,
        broken,
        (System.nanoTime() - begun) / 1e9,
        cpuSeconds() / result.histories());
    System.exit(broken == 0 && result.notStruck().isEmpty() ? 0 : 1);
  }

  /** What the whole process has used; 0 where the system does not say. */
  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /** The history of a seed that fails, with as few faults as it needs. */
  static String told(Simulation.Verdict broken) {
    Simulation.Verdict verdict = Shrinker.shrunk(broken);
    StringBuilder text = new StringBuilder();
    text.append("seed %d, at %s%n".formatted(broken.seed(), broken.failure()));
    text.append(
        "  %d of its %d faults are enough, and end at %s%n"
            .formatted(verdict.faults().size(), broken.faults().size(), verdict.failure()));
    verdict.faults().forEach(fault -> text.append("    ").append(fault).append('\n'));
    text.append("  the last of what happened:\n");
    verdict.history().forEach(line -> text.append("    ").append(line).append('\n'));
    return text.toString();
  }

  /**
   * The verdicts of the seeds that fail, by seed.
   *
   * @param balanced whether some services are behind load balancers, besides
   */
  static List<Simulation.Verdict> run(long from, long count, boolean balanced)
      throws InterruptedException {
    List<Simulation.Verdict> broken = new ArrayList<>();
    AtomicLong next = new AtomicLong(from);
    Workers.run(() -> {
      for (long seed = next.getAndIncrement(); seed < from + count; seed = next.getAndIncrement()) {
        Simulation.Verdict verdict =
            balanced ? Simulation.behindLoadBalancers(seed) : Simulation.run(seed);
        if (verdict.isBroken()) {
          synchronized (broken) {
            broken.add(verdict);
          }
        }
      }
    });
    return broken.stream().sorted((one, other) -> Long.compare(one.seed(), other.seed())).toList();
  }
}
