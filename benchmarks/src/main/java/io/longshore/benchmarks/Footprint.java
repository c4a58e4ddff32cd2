package io.longshore.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How long a start takes and how much memory and CPU an idle Longshore needs. Of memory that
 * several processes share each is counted its part (PSS), so that the sum is what is really used;
 * Linux only.
 */
final class Footprint {
  static final Set<String> OPTIONS = Set.of("starts", "idle", "driver");

  private Footprint() {}

  static void run(Arguments arguments) throws IOException, InterruptedException {
    System.out.println(Machine.describe());
    int starts = arguments.number("starts", 5);
    try (Installation installation =
        Installation.fresh(arguments.text("driver", "auto"), Map.of())) {
      List<Long> warm = new ArrayList<>();
      System.out.printf(
          Locale.ROOT, "start to ready, empty data: %.1f s%n", installation.up().toMillis() / 1e3);
      for (int i = 0; i < starts; i++) {
        double stop = installation.down().toMillis() / 1e3;
        long nanos = installation.up().toNanos();
        warm.add(nanos);
        System.out.printf(
            Locale.ROOT, "stop %.1f s, start to ready, kept data: %.1f s%n", stop, nanos / 1e9);
      }
      if (!warm.isEmpty()) {
        System.out.println(Distribution.header());
        System.out.println(Distribution.of(warm).line("start to ready, kept data"));
      }
      memory(installation, arguments.number("idle", 30));
    }
    System.out.println("load average afterwards " + Machine.load());
  }

  private static void memory(Installation installation, int idleSeconds)
      throws IOException, InterruptedException {
    List<Long> database = new ArrayList<>(List.of(installation.postgresPid()));
    ProcessHandle.of(installation.postgresPid())
        .ifPresent(first -> first.descendants().forEach(child -> database.add(child.pid())));
    Map<String, List<Long>> groups =
        Map.of(
            "1 services (one JVM)",
            List.of(installation.pid()),
            "2 Kafka broker (child JVM)",
            List.of(installation.embeddedPid()),
            "3 PostgreSQL (%d processes)".formatted(database.size()),
            database);
    Thread.sleep(idleSeconds * 500L);
    Map<String, Usage> before = usage(groups);
    Thread.sleep(idleSeconds * 500L);
    Map<String, Usage> after = usage(groups);
    System.out.printf("after %d s of idling%n", idleSeconds);
    System.out.printf("%-34s %8s %8s %8s%n", "", "PSS MB", "RSS MB", "CPU %");
    Usage sum = new Usage(0, 0, 0);
    for (String name : groups.keySet().stream().sorted().toList()) {
      Usage usage = after.getOrDefault(name, sum);
      double cpu =
          (usage.cpuMillis() - before.getOrDefault(name, usage).cpuMillis()) / (idleSeconds * 5.0);
      System.out.printf(
          Locale.ROOT,
          "%-34s %8d %8d %8.1f%n",
          name,
          usage.pssMegabytes(),
          usage.rssMegabytes(),
          cpu);
      sum = sum.plus(usage);
    }
    System.out.printf("%-34s %8d %8d%n", "all", sum.pssMegabytes(), sum.rssMegabytes());
  }

  private static Map<String, Usage> usage(Map<String, List<Long>> groups) throws IOException {
    Map<String, Usage> all = new java.util.HashMap<>();
    for (var group : groups.entrySet()) {
      Usage sum = new Usage(0, 0, 0);
      for (long pid : group.getValue()) {
        sum = sum.plus(Usage.of(pid));
      }
      all.put(group.getKey(), sum);
    }
    return all;
  }
}
