package io.longshore.runner.engine.docker;

import io.longshore.runner.core.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is remembered of how containers ended, by their ids; lists do not say it. */
final class DockerEnds {
  /** The engine tells an end some milliseconds before its own lists show it. */
  private static final Duration LIST_LAG = Duration.ofSeconds(2);

  private static final int MOST_REMEMBERED = 10_000;

  /** How a container ended, and when this process heard of it. */
  private record End(Sighting sighting, long heardNanos) {
    boolean isFresh() {
      return System.nanoTime() - heardNanos < LIST_LAG.toNanos();
    }
  }

  private final Map<String, End> ends = new ConcurrentHashMap<>();
  private final Map<String, Instant> restarts = new ConcurrentHashMap<>();
  private final Set<String> outOfMemory = ConcurrentHashMap.newKeySet();

  void remember(Sighting end) {
    if (ends.size() < MOST_REMEMBERED) {
      ends.put(end.runtimeId(), new End(end, System.nanoTime()));
    }
  }

  /** The end of a container that is listed as this; null if it runs or nothing is known. */
  @Nullable Sighting of(Sighting listed) {
    End known = ends.get(listed.runtimeId());
    return known != null && (listed.phase() == Sighting.Phase.EXITED || known.isFresh())
        ? known.sighting()
        : null;
  }

  /** It is about to be started again: its end is history. */
  void startsAgain(String id) {
    ends.remove(id);
  }

  /**
   * @param at by the engine's clock
   */
  void startedAgain(String id, @Nullable Instant at) {
    if (at != null) {
      restarts.put(id, at);
    }
  }

  /** Whether an end is of a run before the present one, and told late. */
  boolean isHistory(String id, Instant end) {
    Instant again = restarts.get(id);
    return again != null && !end.isAfter(again);
  }

  /**
   * Memory ran out, which the engine may tell before or after the end.
   *
   * @return the end with its reason, if it was told before
   */
  @Nullable Sighting ranOutOfMemory(String id) {
    End known = ends.get(id);
    if (known == null) {
      outOfMemory.add(id);
      return null;
    }
    Sighting explained = known.sighting().ended(known.sighting().finishedAt(), true);
    remember(explained);
    return explained;
  }

  /** Whether memory had run out before this end; asked once. */
  boolean wasForWantOfMemory(String id) {
    return outOfMemory.remove(id);
  }

  void forget(String id) {
    ends.remove(id);
    restarts.remove(id);
    outOfMemory.remove(id);
  }
}
