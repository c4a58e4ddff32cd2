package io.longshore.runner.agent;

import io.longshore.runner.core.TaskState;
import org.jspecify.annotations.Nullable;

/**
 * What a runner knows of one of its tasks at one moment.
 *
 * @param zone of the runner; null if it is in none
 */
public record TaskSnapshot(TaskState state, @Nullable String zone) {}
