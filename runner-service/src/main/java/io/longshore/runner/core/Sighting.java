package io.longshore.runner.core;

import io.longshore.messages.NetworkBinding;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an engine said of one container at one moment.
 *
 * @param container its name in the task definition
 * @param exitCode null unless it exited, or when nobody can know
 * @param outOfMemory whether the kernel killed it for want of memory; says nothing unless it exited
 * @param startedAt as far as the engine said
 * @param finishedAt as far as the engine said
 * @param networkBindings empty when it has none, or when the engine did not say
 */
public record Sighting(
    String container,
    String runtimeId,
    Phase phase,
    @Nullable Integer exitCode,
    boolean outOfMemory,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable String imageDigest,
    List<NetworkBinding> networkBindings) {

  /** As far as engines tell them apart; paused is running, dead is exited. */
  public enum Phase {
    CREATED,
    RUNNING,
    EXITED
  }

  public static Sighting created(String container, String runtimeId) {
    return new Sighting(
        container, runtimeId, Phase.CREATED, null, false, null, null, null, List.of());
  }

  public static Sighting running(String container, String runtimeId) {
    return new Sighting(
        container, runtimeId, Phase.RUNNING, null, false, null, null, null, List.of());
  }

  public static Sighting exited(String container, String runtimeId, @Nullable Integer exitCode) {
    return new Sighting(
        container, runtimeId, Phase.EXITED, exitCode, false, null, null, null, List.of());
  }

  public Sighting bound(List<NetworkBinding> bindings) {
    return new Sighting(
        container,
        runtimeId,
        phase,
        exitCode,
        outOfMemory,
        startedAt,
        finishedAt,
        imageDigest,
        List.copyOf(bindings));
  }

  public Sighting digest(@Nullable String digest) {
    return new Sighting(
        container,
        runtimeId,
        phase,
        exitCode,
        outOfMemory,
        startedAt,
        finishedAt,
        digest,
        networkBindings);
  }

  public Sighting ended(@Nullable Instant at, boolean forWantOfMemory) {
    return new Sighting(
        container,
        runtimeId,
        phase,
        exitCode,
        forWantOfMemory,
        startedAt,
        at,
        imageDigest,
        networkBindings);
  }
}
