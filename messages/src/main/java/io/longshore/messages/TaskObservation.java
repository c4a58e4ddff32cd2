package io.longshore.messages;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a runner knows of one task, as a whole and never as a difference: the later one simply
 * counts. Times are the runner's clock; they are shown to people and never compared with another
 * machine's.
 *
 * @param stopCode set once the task is ending, unless it ends because it was told to
 * @param stoppedReason goes with {@code stopCode}
 * @param executionStoppedAt when the first essential container ended
 */
public record TaskObservation(
    TaskId task,
    TaskStatus lastStatus,
    List<ContainerObservation> containers,
    @Nullable StopCode stopCode,
    @Nullable String stoppedReason,
    @Nullable Instant pullStartedAt,
    @Nullable Instant pullStoppedAt,
    @Nullable Instant startedAt,
    @Nullable Instant stoppingAt,
    @Nullable Instant executionStoppedAt,
    @Nullable Instant stoppedAt) {}
