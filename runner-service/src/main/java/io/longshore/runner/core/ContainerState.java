package io.longshore.runner.core;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.NetworkBinding;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one container of a task.
 *
 * @param runtimeId the engine's id; null before it is created
 * @param exitCode null while it has not exited, or when nobody can know
 * @param reason why it failed, in words clients match on
 * @param health unknown for a container without a health check
 * @param address its IPv4 address on the engine's network; null for none
 */
public record ContainerState(
    ContainerSpec spec,
    Stage stage,
    @Nullable String runtimeId,
    @Nullable Integer exitCode,
    @Nullable String reason,
    @Nullable String imageDigest,
    List<NetworkBinding> networkBindings,
    HealthStatus health,
    @Nullable String address,
    Run run) {
  static final String OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage";

  static ContainerState planned(ContainerSpec spec, boolean pullFirst) {
    Stage stage = pullFirst ? Stage.IMAGE_MISSING : Stage.PLANNED;
    return new ContainerState(
        spec, stage, null, null, null, null, List.of(), HealthStatus.UNKNOWN, null, Run.NONE);
  }

  public String name() {
    return spec.name();
  }

  boolean wasStarted() {
    return stage == Stage.RUNNING || stage == Stage.EXITED;
  }

  /** Whether it ran and is not started again. */
  boolean hasEnded() {
    return stage == Stage.EXITED && !run.again();
  }

  boolean failed() {
    return reason != null && !wasStarted();
  }

  /** Whether it runs, as far as anybody knows. */
  boolean mayRun() {
    return stage == Stage.RUNNING || run.inDoubt();
  }

  /** A start broke off: it runs, or will, or will not. */
  ContainerState doubted() {
    return with(stage, exitCode, reason, run.doubted());
  }

  /** A stop was answered. */
  ContainerState stopped() {
    return with(stage, exitCode, reason, run.known());
  }

  ContainerState at(Stage next) {
    return with(next, exitCode, reason, run);
  }

  ContainerState failed(String why) {
    return with(stage, exitCode, why, run.over());
  }

  /** It is not there although it was: it ended, and how will never be known. */
  ContainerState lost(String why) {
    return with(Stage.EXITED, exitCode, reason == null ? why : reason, run.over().known());
  }

  private ContainerState with(
      Stage next, @Nullable Integer code, @Nullable String why, Run nextRun) {
    return new ContainerState(
        spec, next, runtimeId, code, why, imageDigest, networkBindings, health, address, nextRun);
  }

  /**
   * It was started again.
   *
   * @param sighting from after the start; it may have ended again
   */
  ContainerState startedAgain(Sighting sighting, Instant now) {
    return new ContainerState(
            spec,
            Stage.RUNNING,
            runtimeId,
            null,
            null,
            imageDigest,
            networkBindings,
            HealthStatus.UNKNOWN,
            address,
            new Run(sighting.startedAt(), false, false, false))
        .seen(sighting, now);
  }

  /** Takes a sighting in. What is already further along than the sighting stays as it is. */
  ContainerState seen(Sighting sighting, Instant now) {
    Stage reached =
        switch (sighting.phase()) {
          case CREATED -> Stage.CREATED;
          case RUNNING -> Stage.RUNNING;
          case EXITED -> Stage.EXITED;
        };
    boolean earlier = reached == Stage.EXITED && run.isAfter(sighting);
    boolean stale = earlier || reached.compareTo(stage) < 0;
    boolean exits = reached == Stage.EXITED && stage != Stage.EXITED && !stale;
    boolean outOfMemory = reached == Stage.EXITED && !stale && sighting.outOfMemory();
    List<NetworkBinding> bindings = sighting.networkBindings();
    String digest = sighting.imageDigest();
    String seenAt = sighting.address();
    return new ContainerState(
        spec,
        stale ? stage : reached,
        sighting.runtimeId(),
        exits ? sighting.exitCode() : exitCode,
        outOfMemory && reason == null ? OUT_OF_MEMORY : reason,
        digest == null ? imageDigest : digest,
        bindings.isEmpty() ? networkBindings : bindings,
        stale ? health : seenHealth(sighting),
        seenAt == null ? address : seenAt,
        exits
            ? run.known().ended(spec.ordering().restartPolicy(), sighting, now)
            : stale ? run : begun(reached, sighting, now));
  }

  private Run begun(Stage reached, Sighting sighting, Instant now) {
    Instant said = sighting.startedAt();
    return reached == Stage.RUNNING ? run.known().beganAt(said == null ? now : said) : run;
  }

  /** Health is what the definition's check says; an image's own is none of ours. */
  private HealthStatus seenHealth(Sighting sighting) {
    HealthStatus said = sighting.health();
    return said == null || spec.ordering().healthCheck() == null ? health : said;
  }
}
