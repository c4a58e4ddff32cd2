package io.longshore.api.core;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far somebody has read the output of a task: the position of the last line of each container.
 * It says the same to every api instance.
 *
 * @param after by the containers' names
 */
public record OutputPosition(Map<String, Long> after) {
  public static final OutputPosition BEGINNING = new OutputPosition(Map.of());

  // More than a task definition has containers.
  private static final int CONTAINERS_MAX = 100;

  public OutputPosition {
    after = Map.copyOf(after);
  }

  public long of(String container) {
    return after.getOrDefault(container, 0L);
  }

  public OutputPosition after(String container, long position) {
    Map<String, Long> advanced = new LinkedHashMap<>(after);
    advanced.put(container, position);
    return new OutputPosition(advanced);
  }

  /** Containers and positions, between dots. */
  public String text() {
    return new TreeMap<>(after)
        .entrySet().stream()
            .map(entry -> entry.getKey() + ":" + entry.getValue())
            .collect(Collectors.joining("."));
  }

  /** Null for what is no position of this form. */
  public static @Nullable OutputPosition parse(String text) {
    Map<String, Long> after = new LinkedHashMap<>();
    for (String part : text.split("\\.", CONTAINERS_MAX + 1)) {
      if (!part.matches("[A-Za-z0-9_-]{1,255}:[0-9]{1,18}|[A-Za-z0-9_-]{1,255}:[1-8][0-9]{18}")) {
        return null;
      }
      String[] words = part.split(":", 2);
      after.put(words[0], Long.valueOf(words[1]));
    }
    return after.size() > CONTAINERS_MAX ? null : new OutputPosition(after);
  }
}
