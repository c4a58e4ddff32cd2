package io.longshore.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.chaos.History.Entry;
import io.longshore.messages.Topics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Orders to each runner, as they stand in its topic: each is the successor of the last, or a
 * repetition word for word of an earlier one. A former owner of the shard that got an order out
 * would use a generation that its successor has given to another.
 */
final class OrderCheck {
  private final Verdict verdict;
  private final Map<String, Long> last = new HashMap<>();
  private final Map<String, Map<Long, JsonNode>> given = new HashMap<>();

  private OrderCheck(Verdict verdict) {
    this.verdict = verdict;
  }

  static void check(History history, Verdict verdict) {
    OrderCheck check = new OrderCheck(verdict);
    Set<JsonNode> seen = new HashSet<>();
    int repeated = 0;
    for (Entry entry : history.records()) {
      JsonNode order = entry.value();
      if (entry.topic().equals(Topics.ORDERS) && order != null && order.has("generation")) {
        verdict.checked(Promise.ORDERS, 1);
        if (seen.add(order)) {
          check.take(entry, order);
        } else {
          repeated++;
        }
      }
    }
    verdict.remark(Promise.ORDERS, repeated + " repeated word for word");
  }

  private void take(Entry entry, JsonNode order) {
    String runner = order.path("runner").asText();
    long generation = order.path("generation").asLong();
    boolean manifest = order.path("type").asText().equals("Manifest");
    Map<Long, JsonNode> earlier = given.computeIfAbsent(runner, key -> new HashMap<>());
    if (manifest && generation <= last.getOrDefault(runner, 0L)) {
      // A runner that had been forgotten begins anew.
      earlier.clear();
    }
    JsonNode other = earlier.putIfAbsent(generation, order);
    Long before = last.put(runner, generation);
    if (other != null) {
      verdict.broken(
          Promise.ORDERS,
          "runner %s was given two orders of generation %d".formatted(runner, generation),
          List.of(other.toString(), Checker.line(entry)));
    } else if (!manifest && (before == null || generation != before + 1)) {
      verdict.broken(
          Promise.ORDERS,
          "runner %s was given generation %d after %s".formatted(runner, generation, before),
          List.of(Checker.line(entry)));
    }
  }
}
