package io.longshore.scheduler.core;

import io.longshore.messages.Codec;
import io.longshore.messages.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which capacity provider the next tasks are told to have, by the strategy of their service or
 * call: first as many as its base says, then by weight, so that the counts beyond the base are as
 * close to the weights as they can be. Where a task goes does not follow from it.
 */
final class ProviderSplit {
  private static final String STRATEGY = "capacityProviderStrategy";
  private static final String PROVIDER = "capacityProviderName";

  private final List<Item> items = new ArrayList<>();
  private final Map<String, Integer> counts = new HashMap<>();

  private record Item(String provider, int base, int weight) {}

  /**
   * @param document with the strategy, if there is one
   * @param tasks that the strategy has split already
   */
  ProviderSplit(Json document, List<Task> tasks) {
    // Most have none, and most documents are read for nothing else.
    if (!document.text().contains(STRATEGY)) {
      return;
    }
    for (Map<String, String> item : document.objects(STRATEGY)) {
      items.add(
          new Item(
              item.getOrDefault("capacityProvider", ""),
              number(item.get("base")),
              number(item.get("weight"))));
    }
    if (items.size() > 1) {
      tasks.forEach(task -> count(task.origin().document().text(PROVIDER)));
    }
  }

  /** The api has checked it; a document that is older than its checks must not stop the shard. */
  private static int number(@Nullable String text) {
    return text != null && text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
  }

  private void count(String provider) {
    counts.merge(provider, 1, Integer::sum);
  }

  /** The document of the next task, which counts from now on. */
  Json next(Json document) {
    if (items.isEmpty()) {
      return document;
    }
    String provider = provider();
    count(provider);
    return document.with(new Json(Codec.encodeText(Map.of(PROVIDER, provider))));
  }

  private String provider() {
    Item best = items.getFirst();
    double least = Double.MAX_VALUE;
    for (Item item : items) {
      int beyond = counts.getOrDefault(item.provider(), 0) - item.base();
      if (beyond < 0) {
        return item.provider();
      }
      // What the next task would make of it.
      double share = item.weight() == 0 ? Double.MAX_VALUE : (beyond + 1.0) / item.weight();
      if (share < least) {
        best = item;
        least = share;
      }
    }
    return best.provider();
  }
}
