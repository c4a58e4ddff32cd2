package io.longshore.chaos;

import io.longshore.chaos.Schedule.Fleet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run is to be.
 *
 * @param faults for how long faults come
 * @param driver of the runners: {@code docker}, {@code process} or {@code simulated}; null for
 *     docker if an engine answers, else process
 * @param patience how long everything may take to be as asked for once the last fault is mended
 * @param quiet how long nothing may happen after that
 * @param folder where histories and logs are put; null for a new temporary one
 * @param root the folder of the project, built
 */
public record Options(
    Duration faults,
    long seed,
    int schedulers,
    int apis,
    int runners,
    @Nullable String driver,
    Duration patience,
    Duration quiet,
    @Nullable Path folder,
    Path root) {
  private static final int MOST = 9;
  private static final Set<String> NAMES =
      Set.of(
          "--minutes",
          "--seed",
          "--schedulers",
          "--apis",
          "--runners",
          "--driver",
          "--patience",
          "--quiet",
          "--folder");
  private static final Set<String> DRIVERS = Set.of("docker", "process", "simulated");

  public Options {
    if (faults.toSeconds() < 1 || faults.toHours() > 24) {
      throw new IllegalArgumentException("Faults come for a second at least and a day at most.");
    }
    if (driver != null && !DRIVERS.contains(driver)) {
      throw new IllegalArgumentException("There is no driver " + driver);
    }
    for (int count : new int[] {schedulers, apis, runners}) {
      if (count < 1 || count > MOST) {
        throw new IllegalArgumentException("Of each service there are 1 to " + MOST + ".");
      }
    }
  }

  /**
   * What is left out is as {@code longshore help} says, and the seed is any.
   *
   * @throws IllegalArgumentException in a sentence for people
   */
  static Options parse(String[] arguments, Path root) {
    if (arguments.length % 2 != 0) {
      throw new IllegalArgumentException("Each option has a value.");
    }
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i])) {
        throw new IllegalArgumentException("There is no option " + arguments[i]);
      }
      given.put(arguments[i], arguments[i + 1]);
    }
    String seed = given.get("--seed");
    String folder = given.get("--folder");
    return new Options(
        Duration.ofMillis(
            Math.round(Double.parseDouble(given.getOrDefault("--minutes", "5")) * 60_000)),
        seed == null ? new Random().nextInt(1_000_000) : Long.parseLong(seed),
        Integer.parseInt(given.getOrDefault("--schedulers", "2")),
        Integer.parseInt(given.getOrDefault("--apis", "2")),
        Integer.parseInt(given.getOrDefault("--runners", "3")),
        given.get("--driver"),
        Duration.ofSeconds(Long.parseLong(given.getOrDefault("--patience", "90"))),
        Duration.ofSeconds(Long.parseLong(given.getOrDefault("--quiet", "30"))),
        folder == null ? null : Path.of(folder),
        root);
  }

  Fleet fleet(Set<Means> means) {
    return new Fleet(schedulers, apis, runners, means);
  }
}
