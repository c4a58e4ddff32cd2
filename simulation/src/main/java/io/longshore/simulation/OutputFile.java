package io.longshore.simulation;

import java.util.HashMap;
import java.util.Map;

/** What a process keeps in a file of how far it is with the output of containers. */
final class OutputFile {
  private Map<String, Integer> positions = Map.of();

  /** The file takes the place of the one before, whole or not at all. */
  void save(Map<String, Integer> next) {
    positions = Map.copyOf(next);
  }

  Map<String, Integer> read() {
    return new HashMap<>(positions);
  }
}
