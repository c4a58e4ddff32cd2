package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler tells one runner, on {@link Topics#ORDERS}, keyed by runner.
 *
 * <p>{@link #generation()} grows by one with every order to a runner, across restarts of either
 * side. A runner takes an order in only if its generation is the successor of the last one it took
 * in; an older one is a repetition, and a gap means it has to register again.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Order.Manifest.class, name = "Manifest"),
  @JsonSubTypes.Type(value = Order.StartTask.class, name = "StartTask"),
  @JsonSubTypes.Type(value = Order.StopTask.class, name = "StopTask"),
  @JsonSubTypes.Type(value = Order.ForgetTask.class, name = "ForgetTask"),
  @JsonSubTypes.Type(value = Order.RegisterAgain.class, name = "RegisterAgain"),
})
public sealed interface Order {
  RunnerId runner();

  long generation();

  /**
   * The answer to a registration: everything that should be on this runner. It begins the count of
   * generations for that incarnation. Tasks the runner has and the manifest does not name are none
   * of the cluster's any more: they are stopped and removed. {@link StartTask} orders for named
   * tasks the runner does not have follow.
   *
   * @param incarnation of the registration this answers; a runner ignores a manifest for another
   * @param run tasks that are to run
   * @param stop tasks that are to be stopped, and whose end is still to be reported
   * @param leaseMillis how long the runner may be silent before it is taken for lost; null from a
   *     scheduler that does not say
   */
  record Manifest(
      RunnerId runner,
      long generation,
      String incarnation,
      List<TaskId> run,
      List<TaskId> stop,
      @Nullable Long leaseMillis)
      implements Order {
    /** One that does not tell the lease. */
    public Manifest(
        RunnerId runner, long generation, String incarnation, List<TaskId> run, List<TaskId> stop) {
      this(runner, generation, incarnation, run, stop, null);
    }
  }

  /**
   * Start a task. For a task the runner already has, or had, this has no effect but a fresh report.
   */
  record StartTask(RunnerId runner, long generation, TaskAssignment assignment) implements Order {}

  /**
   * Stop a task: signal, wait its stop timeout, kill; report its end. Unknown tasks are reported as
   * stopped.
   */
  record StopTask(RunnerId runner, long generation, TaskId task, String reason) implements Order {}

  /** The task's end is recorded: its containers may go. */
  record ForgetTask(RunnerId runner, long generation, TaskId task) implements Order {}

  /**
   * The scheduler does not know this incarnation. Its generation is 0: it stands outside the count.
   */
  record RegisterAgain(RunnerId runner, String incarnation) implements Order {
    @Override
    public long generation() {
      return 0;
    }
  }
}
