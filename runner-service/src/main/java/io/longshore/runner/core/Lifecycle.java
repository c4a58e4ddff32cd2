package io.longshore.runner.core;

import java.util.List;

/**
 * The next step of a task toward what is wanted of it.
 *
 * <ol>
 *   <li>One call at a time. Only a pull is given up for an end.
 *   <li>A task that is to be forgotten: stop, then remove, its containers, last one first.
 *   <li>A task that is ending: stop its containers, last one first. What has exited, or was created
 *       and never started, is kept until the task is forgotten.
 *   <li>A task that is held: nothing.
 *   <li>A task that is to run: create its containers in the order of its definition, pulling an
 *       image only when it is missing; then start them in the same order.
 * </ol>
 */
public final class Lifecycle {
  private static final Step REST = new Step.Rest();

  private Lifecycle() {}

  public static Step next(TaskState state) {
    boolean free = state.busy() == null || (state.busy() instanceof Step.Pull && state.isEnding());
    if (!free) {
      return REST;
    }
    if (state.desired() == Desired.FORGET) {
      return forget(state);
    }
    if (state.isEnding()) {
      return stop(state);
    }
    return state.desired() == Desired.RUN ? run(state) : REST;
  }

  private static Step run(TaskState state) {
    for (ContainerState container : state.containers()) {
      if (container.stage() == Stage.IMAGE_MISSING) {
        return new Step.Pull(container.spec());
      }
      if (container.stage().compareTo(Stage.CREATED) < 0) {
        return new Step.Create(container.spec());
      }
    }
    for (ContainerState container : state.containers()) {
      if (container.stage() == Stage.CREATED && container.runtimeId() != null) {
        return new Step.Start(container.name(), container.runtimeId());
      }
    }
    return REST;
  }

  private static Step stop(TaskState state) {
    for (ContainerState container : lastFirst(state)) {
      if (container.stage() == Stage.RUNNING && container.runtimeId() != null) {
        return new Step.Stop(
            container.name(), container.runtimeId(), container.spec().stopTimeoutSeconds());
      }
    }
    return REST;
  }

  private static Step forget(TaskState state) {
    Step stop = stop(state);
    if (!(stop instanceof Step.Rest)) {
      return stop;
    }
    for (ContainerState container : lastFirst(state)) {
      if (container.stage() != Stage.REMOVED && container.runtimeId() != null) {
        return new Step.Remove(container.name(), container.runtimeId());
      }
    }
    return new Step.Gone();
  }

  private static List<ContainerState> lastFirst(TaskState state) {
    return state.containers().reversed();
  }
}
