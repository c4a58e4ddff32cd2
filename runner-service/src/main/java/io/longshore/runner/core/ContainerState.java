package io.longshore.runner.core;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.NetworkBinding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one container of a task.
 *
 * @param runtimeId the engine's id; null before it is created
 * @param exitCode null while it has not exited, or when nobody can know
 * @param reason why it failed, in words clients match on
 */
public record ContainerState(
    ContainerSpec spec,
    Stage stage,
    @Nullable String runtimeId,
    @Nullable Integer exitCode,
    @Nullable String reason,
    @Nullable String imageDigest,
    List<NetworkBinding> networkBindings) {
  static final String OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage";

  static ContainerState planned(ContainerSpec spec, boolean pullFirst) {
    Stage stage = pullFirst ? Stage.IMAGE_MISSING : Stage.PLANNED;
    return new ContainerState(spec, stage, null, null, null, null, List.of());
  }

  public String name() {
    return spec.name();
  }

  boolean wasStarted() {
    return stage == Stage.RUNNING || stage == Stage.EXITED;
  }

  boolean failed() {
    return reason != null && !wasStarted();
  }

  ContainerState at(Stage next) {
    return new ContainerState(
        spec, next, runtimeId, exitCode, reason, imageDigest, networkBindings);
  }

  ContainerState failed(String why) {
    return new ContainerState(spec, stage, runtimeId, exitCode, why, imageDigest, networkBindings);
  }

  /** It is not there although it was: it ended, and how will never be known. */
  ContainerState lost(String why) {
    return new ContainerState(
        spec,
        Stage.EXITED,
        runtimeId,
        exitCode,
        reason == null ? why : reason,
        imageDigest,
        networkBindings);
  }

  /** Takes a sighting in. What is already further along than the sighting stays as it is. */
  ContainerState seen(Sighting sighting) {
    Stage reached =
        switch (sighting.phase()) {
          case CREATED -> Stage.CREATED;
          case RUNNING -> Stage.RUNNING;
          case EXITED -> Stage.EXITED;
        };
    boolean stale = reached.compareTo(stage) < 0;
    boolean exits = reached == Stage.EXITED && stage != Stage.EXITED && !stale;
    List<NetworkBinding> bindings = sighting.networkBindings();
    String digest = sighting.imageDigest();
    return new ContainerState(
        spec,
        stale ? stage : reached,
        sighting.runtimeId(),
        exits ? sighting.exitCode() : exitCode,
        reached == Stage.EXITED && sighting.outOfMemory() && reason == null
            ? OUT_OF_MEMORY
            : reason,
        digest == null ? imageDigest : digest,
        bindings.isEmpty() ? networkBindings : bindings);
  }
}
