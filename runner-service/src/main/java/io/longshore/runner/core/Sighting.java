package io.longshore.runner.core;

import io.longshore.messages.HealthStatus;
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
 * @param health null when the engine did not say
 * @param address its IPv4 address on the engine's network; null when it has none, or when the
 *     engine did not say
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
    List<NetworkBinding> networkBindings,
    @Nullable HealthStatus health,
    @Nullable String address) {

  /** As far as engines tell them apart; paused is running, dead is exited. */
  public enum Phase {
    CREATED,
    RUNNING,
    EXITED
  }

  /** Of an engine that says nothing of health and addresses. */
  public Sighting(
      String container,
      String runtimeId,
      Phase phase,
      @Nullable Integer exitCode,
      boolean outOfMemory,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable String imageDigest,
      List<NetworkBinding> networkBindings) {
    this(
        container,
        runtimeId,
        phase,
        exitCode,
        outOfMemory,
        startedAt,
        finishedAt,
        imageDigest,
        networkBindings,
        null,
        null);
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
    return with(outOfMemory, startedAt, finishedAt, imageDigest, bindings, health, address);
  }

  public Sighting digest(@Nullable String digest) {
    return with(outOfMemory, startedAt, finishedAt, digest, networkBindings, health, address);
  }

  public Sighting started(@Nullable Instant at) {
    return with(outOfMemory, at, finishedAt, imageDigest, networkBindings, health, address);
  }

  public Sighting ended(@Nullable Instant at, boolean forWantOfMemory) {
    return with(forWantOfMemory, startedAt, at, imageDigest, networkBindings, health, address);
  }

  public Sighting healthy(@Nullable HealthStatus status) {
    return with(outOfMemory, startedAt, finishedAt, imageDigest, networkBindings, status, address);
  }

  public Sighting at(@Nullable String ipv4) {
    return with(outOfMemory, startedAt, finishedAt, imageDigest, networkBindings, health, ipv4);
  }

  private Sighting with(
      boolean memory,
      @Nullable Instant started,
      @Nullable Instant finished,
      @Nullable String digest,
      List<NetworkBinding> bindings,
      @Nullable HealthStatus status,
      @Nullable String ipv4) {
    return new Sighting(
        container,
        runtimeId,
        phase,
        exitCode,
        memory,
        started,
        finished,
        digest,
        List.copyOf(bindings),
        status,
        ipv4);
  }
}
