package io.longshore.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a runner saw of one container.
 *
 * @param runtimeId the engine's id; null before the container is created
 * @param exitCode null while it has not exited, or when nobody can know how it did
 * @param reason the engine's words for a failure, e.g. {@code CannotPullContainerError: …}
 */
public record ContainerObservation(
    String name,
    @Nullable String runtimeId,
    ContainerStatus lastStatus,
    @Nullable Integer exitCode,
    @Nullable String reason,
    @Nullable String imageDigest,
    List<NetworkBinding> networkBindings) {}
