package io.longshore.messages;

import org.jspecify.annotations.Nullable;

/**
 * One task as the runner is told of it.
 *
 * @param service null for a task run directly
 * @param strict whether no second copy of it may ever run beside it: then its runner stops it by
 *     itself before the scheduler can take the host for lost
 */
public record TaskAssignment(
    TaskId task,
    String taskArn,
    ClusterName cluster,
    @Nullable ServiceName service,
    TaskSpec spec,
    Boolean strict) {
  /** Read from a message that is older than {@code strict}, it has a default. */
  public TaskAssignment {
    strict = strict == null ? false : strict;
  }

  /** One that may be replaced while it still runs somewhere out of reach. */
  public TaskAssignment(
      TaskId task,
      String taskArn,
      ClusterName cluster,
      @Nullable ServiceName service,
      TaskSpec spec) {
    this(task, taskArn, cluster, service, spec, false);
  }
}
