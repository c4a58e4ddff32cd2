package io.longshore.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What processes take of the machine.
 *
 * @param pssMegabytes memory, with what is shared divided by those who share it
 * @param rssMegabytes memory, with what is shared counted for each
 * @param cpuMillis since they began
 */
record Usage(long pssMegabytes, long rssMegabytes, long cpuMillis) {
  // The kernel counts in hundredths of a second wherever Java runs.
  private static final int MILLIS_PER_TICK = 10;

  static Usage of(long pid) throws IOException {
    Path folder = Path.of("/proc", Long.toString(pid));
    if (!Files.isDirectory(folder)) {
      // A process that ended meanwhile; or no Linux, where nothing of this can be known.
      return new Usage(0, 0, 0);
    }
    long pss = 0;
    long rss = 0;
    for (String line : Files.readAllLines(folder.resolve("smaps_rollup"))) {
      if (line.startsWith("Pss:")) {
        pss = kilobytes(line);
      } else if (line.startsWith("Rss:")) {
        rss = kilobytes(line);
      }
    }
    String stat = Files.readString(folder.resolve("stat"));
    // The name in parentheses may hold anything; after it come state, then numbers.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    return new Usage(pss / 1000, rss / 1000, ticks * MILLIS_PER_TICK);
  }

  private static long kilobytes(String line) {
    // The kernel's kB are 1,024 bytes.
    return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1000;
  }

  Usage plus(Usage other) {
    return new Usage(
        pssMegabytes + other.pssMegabytes,
        rssMegabytes + other.rssMegabytes,
        cpuMillis + other.cpuMillis);
  }
}
