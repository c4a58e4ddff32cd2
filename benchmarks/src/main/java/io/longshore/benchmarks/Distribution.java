package io.longshore.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * All samples of one kind, in nanoseconds. Percentiles are samples that were really seen (nearest
 * rank), never something between two of them.
 */
record Distribution(long[] sorted) {
  static Distribution of(Collection<Long> samples) {
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    long[] sorted = samples.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return new Distribution(sorted);
  }

  /**
   * @param percent above 0, up to 100
   */
  long percentile(double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(1, rank) - 1];
  }

  long median() {
    return percentile(50);
  }

  int count() {
    return sorted.length;
  }

  static String header() {
    return String.format(
        Locale.ROOT,
        "%-44s %6s %8s %8s %8s %8s %8s",
        "milliseconds",
        "n",
        "min",
        "p50",
        "p90",
        "p99",
        "max");
  }

  /** A line of the table that {@link #header} begins. */
  String line(String name) {
    return String.format(
        Locale.ROOT,
        "%-44s %6d %8.1f %8.1f %8.1f %8.1f %8.1f",
        name,
        count(),
        millis(sorted[0]),
        millis(median()),
        millis(percentile(90)),
        millis(percentile(99)),
        millis(sorted[sorted.length - 1]));
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }
}
