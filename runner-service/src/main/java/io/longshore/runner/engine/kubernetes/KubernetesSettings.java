package io.longshore.runner.engine.kubernetes;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an operator says of the Pods that tasks become.
 *
 * @param namespace null for the one the client's own configuration names, which in a cluster is
 *     that of the runner's Pod
 * @param node the only node they run on; null for any
 * @param serviceAccount null for the namespace's default; its token is in no Pod either way
 * @param restricted whether containers are held to the Pod Security Standard {@code restricted},
 *     except for what their definition asks for
 * @param pullsAlways whether a node asks the registry even for an image it has
 * @param stopTimeout from the stop signal to the kill, where the definition does not say
 */
public record KubernetesSettings(
    @Nullable String namespace,
    @Nullable String node,
    @Nullable String serviceAccount,
    boolean restricted,
    boolean pullsAlways,
    Duration stopTimeout) {}
