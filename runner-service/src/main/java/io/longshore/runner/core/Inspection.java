package io.longshore.runner.core;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an engine says of one container that it is asked about by itself: more than a {@link
 * Sighting}, and nothing that anything is decided by.
 *
 * @param name the engine's, which follows from the task's
 * @param labels the engine's and the definition's; ours are among them
 */
public record Inspection(
    Sighting sighting,
    String name,
    @Nullable String imageId,
    @Nullable Instant createdAt,
    Map<String, String> labels,
    List<Mount> mounts) {

  /**
   * @param name of the volume; null for a folder of the host
   * @param source where it is on the host
   * @param destination where the container sees it
   */
  public record Mount(@Nullable String name, String source, String destination) {}
}
