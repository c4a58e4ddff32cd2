package io.longshore.api.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far somebody has read the public events: the next offset of every partition. It says the same
 * to every api instance, in whatever order each of them merges the partitions.
 *
 * @param topic the id the broker gave the topic when it was made; a topic made again has another
 * @param next by partition, 0 or more
 */
public record EventPosition(String topic, List<Long> next) {
  /** More partitions than a topic sensibly has, fewer than would make an id a burden. */
  private static final int PARTITIONS_MAX = 1000;

  public EventPosition {
    next = List.copyOf(next);
  }

  /** As events carry it: the topic's id and the offsets, between dots. */
  public String text() {
    return topic + next.stream().map(offset -> "." + offset).collect(Collectors.joining());
  }

  /** Null for what is no position of this form. */
  public static @Nullable EventPosition parse(String text) {
    if (!text.matches("[A-Za-z0-9_-]{1,64}(\\.[0-9]{1,18}){1," + PARTITIONS_MAX + "}")) {
      return null;
    }
    List<String> parts = List.of(text.split("\\."));
    return new EventPosition(parts.getFirst(), parts.stream().skip(1).map(Long::valueOf).toList());
  }

  /** Whether both speak of the same topic. */
  public boolean isComparableTo(EventPosition other) {
    return topic.equals(other.topic) && next.size() == other.next.size();
  }

  /** Whether everything the other one has read is read here, too. */
  public boolean isAtLeast(EventPosition other) {
    for (int i = 0; i < next.size(); i++) {
      if (next.get(i) < other.next.get(i)) {
        return false;
      }
    }
    return true;
  }

  public boolean hasRead(int partition, long offset) {
    return offset < next.get(partition);
  }

  /** After one more record. */
  public EventPosition after(int partition, long offset) {
    List<Long> advanced = new ArrayList<>(next);
    advanced.set(partition, offset + 1);
    return new EventPosition(topic, advanced);
  }
}
