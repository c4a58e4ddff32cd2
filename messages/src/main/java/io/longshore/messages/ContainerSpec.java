package io.longshore.messages;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What takes effect of an ECS container definition, defaults filled and run-time overrides applied.
 *
 * @param cpu CPU units, 1024 to a core; 0 for none asked
 * @param memoryMiB the hard limit, MiB; null for none
 * @param memoryReservationMiB what placement counts, MiB; null when {@code memoryMiB} says it
 * @param essential whether the end of this container is the end of the task
 * @param entryPoint empty for the image's own
 * @param command empty for the image's own
 * @param stopTimeoutSeconds from the stop signal to the kill; null for the runner's default (ECS:
 *     30)
 * @param logOptions of {@code logDriver}, passed on as they are
 */
public record ContainerSpec(
    String name,
    String image,
    int cpu,
    @Nullable Integer memoryMiB,
    @Nullable Integer memoryReservationMiB,
    boolean essential,
    List<String> entryPoint,
    List<String> command,
    Map<String, String> environment,
    List<PortMapping> portMappings,
    @Nullable String workingDirectory,
    @Nullable String user,
    @Nullable Integer stopTimeoutSeconds,
    boolean readonlyRootFilesystem,
    Map<String, String> dockerLabels,
    @Nullable String logDriver,
    Map<String, String> logOptions) {}
