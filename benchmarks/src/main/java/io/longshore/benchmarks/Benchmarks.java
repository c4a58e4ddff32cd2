package io.longshore.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * The command line: {@code heal}, {@code latency}, {@code footprint}, {@code adopt}, {@code scale}
 * or {@code balance}, with options.
 */
final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] words) throws Exception {
    try {
      run(words.length == 0 ? "" : words[0], Arrays.asList(words));
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
    // The engine's client leaves threads behind that would keep this process.
    System.exit(0);
  }

  private static void run(String name, List<String> words) throws Exception {
    List<String> options = words.subList(Math.min(1, words.size()), words.size());
    switch (name) {
      case "heal" -> Heal.run(Arguments.parse(options, Heal.OPTIONS));
      case "latency" -> Latency.run(Arguments.parse(options, Latency.OPTIONS));
      case "footprint" -> Footprint.run(Arguments.parse(options, Footprint.OPTIONS));
      case "scale" -> Scale.run(Arguments.parse(options, Scale.OPTIONS));
      case "adopt" -> Adopt.run(Arguments.parse(options, Adopt.OPTIONS));
      case "balance" -> Balance.run(Arguments.parse(options, Balance.OPTIONS));
      default ->
          throw new IllegalArgumentException(
              "There are heal, latency, footprint, adopt, scale and balance.");
    }
  }
}
