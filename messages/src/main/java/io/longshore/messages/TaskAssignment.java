package io.longshore.messages;

import org.jspecify.annotations.Nullable;

/**
 * One task as the runner is told of it.
 *
 * @param service null for a task run directly
 */
public record TaskAssignment(
    TaskId task,
    String taskArn,
    ClusterName cluster,
    @Nullable ServiceName service,
    TaskSpec spec) {}
