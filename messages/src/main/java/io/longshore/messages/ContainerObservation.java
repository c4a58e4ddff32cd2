package io.longshore.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a runner saw of one container.
 *
 * @param runtimeId the engine's id; null before the container is created
 * @param exitCode null while it has not exited, or when nobody can know how it did
 * @param privateIpv4Address where the engine's network has it; null for nowhere
 * @param reason the engine's words for a failure, e.g. {@code CannotPullContainerError: …}
 */
public record ContainerObservation(
    String name,
    @Nullable String runtimeId,
    ContainerStatus lastStatus,
    @Nullable Integer exitCode,
    @Nullable String reason,
    @Nullable String imageDigest,
    List<NetworkBinding> networkBindings,
    HealthStatus health,
    @Nullable String privateIpv4Address) {

  /** Read from a message that is older than the later members, these have defaults. */
  public ContainerObservation {
    health = health == null ? HealthStatus.UNKNOWN : health;
  }

  /** A container without a health check and an address of its own. */
  public ContainerObservation(
      String name,
      @Nullable String runtimeId,
      ContainerStatus lastStatus,
      @Nullable Integer exitCode,
      @Nullable String reason,
      @Nullable String imageDigest,
      List<NetworkBinding> networkBindings) {
    this(
        name,
        runtimeId,
        lastStatus,
        exitCode,
        reason,
        imageDigest,
        networkBindings,
        HealthStatus.UNKNOWN,
        null);
  }
}
