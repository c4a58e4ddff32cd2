package io.longshore.scheduler.core;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How evenly the tasks of a service lie over zones. */
record Zones(Map<String, Integer> counts) {

  /**
   * @param zones that could take tasks
   */
  static Zones of(Collection<String> zones, Collection<Task> tasks) {
    Map<String, Integer> counts = new TreeMap<>();
    zones.forEach(zone -> counts.put(zone, 0));
    tasks.forEach(task -> counts.computeIfPresent(task.zone(), (zone, count) -> count + 1));
    return new Zones(counts);
  }

  /** Whether one task less in the fullest zone and one more in the emptiest would be more even. */
  boolean areUneven() {
    return !counts.isEmpty()
        && Collections.max(counts.values()) - Collections.min(counts.values()) > 1;
  }

  /** Of zones with the same count the first by name; empty when there is none. */
  Optional<String> emptiest() {
    return counts.entrySet().stream()
        .min(Comparator.comparing(Map.Entry<String, Integer>::getValue))
        .map(Map.Entry::getKey);
  }

  boolean isEmptiest(String zone) {
    Integer count = counts.get(zone);
    return count != null && count.equals(Collections.min(counts.values()));
  }

  @Override
  public String toString() {
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " tasks in " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
