package io.longshore.runner.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The next steps of a task toward what is wanted of it. All of them may be begun at once.
 *
 * <ol>
 *   <li>One call at a time for each container. Only a pull is given up for an end.
 *   <li>A task whose end cannot wait: kill its containers, in no order, also beside a stop that is
 *       under way. Otherwise it is one that is ending.
 *   <li>A task that is to be forgotten: stop, then remove, its containers, and then what they had
 *       in common.
 *   <li>A task that is ending: stop its containers, also those whose start broke off, which may
 *       run. What has exited, or was created and never started, is kept until the task is
 *       forgotten.
 *   <li>A task that is held: nothing.
 *   <li>A task that is to run: create its containers, pulling an image only when it is missing;
 *       start each as soon as what it depends on is far enough, and start again what its policy
 *       wants to run.
 * </ol>
 *
 * <p>Containers go side by side, except that whoever needs another is created after it where the
 * engine wants it so, and is stopped and removed before it.
 */
public final class Lifecycle {
  private Lifecycle() {}

  /** Empty when there is nothing to do until something happens. */
  public static List<Step> next(TaskState state) {
    if (state.desired() == Desired.FORGET) {
      return forget(state);
    }
    if (state.isEnding()) {
      return stop(state);
    }
    return state.desired() == Desired.RUN ? run(state) : List.of();
  }

  private static List<Step> run(TaskState state) {
    List<ContainerState> ordered = Dependencies.inOrder(state.containers());
    List<Step> steps = new ArrayList<>();
    for (ContainerState container : ordered) {
      Step step = state.isBusy(container.name()) ? null : forward(container, ordered, state);
      boolean alone = step instanceof Step.Create && makesWhatIsShared(state);
      if (step != null && !(alone && isCreating(state, steps))) {
        steps.add(step);
      }
    }
    return steps;
  }

  private static @Nullable Step forward(
      ContainerState container, List<ContainerState> ordered, TaskState state) {
    String id = container.runtimeId();
    return switch (container.stage()) {
      case IMAGE_MISSING ->
          pulls(container, ordered, state) ? new Step.Pull(container.spec()) : null;
      case PLANNED, IMAGE_READY ->
          Dependencies.areCreated(container, ordered) ? new Step.Create(container.spec()) : null;
      case CREATED ->
          id != null && Dependencies.areMet(container, state.containers())
              ? new Step.Start(container.name(), id)
              : null;
      case EXITED ->
          id != null && container.run().again() ? new Step.Restart(container.name(), id) : null;
      case RUNNING, REMOVED -> null;
    };
  }

  /** Of those that miss the same image the first one pulls it for all. */
  private static boolean pulls(
      ContainerState container, List<ContainerState> ordered, TaskState state) {
    String image = container.spec().imageToRun();
    boolean underWay =
        state.busy().stream()
            .anyMatch(
                call -> call instanceof Step.Pull pull && pull.spec().imageToRun().equals(image));
    return !underWay
        && ordered.stream()
            .filter(other -> other.stage() == Stage.IMAGE_MISSING)
            .filter(other -> other.spec().imageToRun().equals(image))
            .findFirst()
            .orElse(container)
            .equals(container);
  }

  /** The first container of a task makes what all of them share, so it is made by itself. */
  private static boolean makesWhatIsShared(TaskState state) {
    return Commons.sharesNamespaces(state.assignment().spec())
        && state.containers().stream().allMatch(c -> c.stage().compareTo(Stage.CREATED) < 0);
  }

  private static boolean isCreating(TaskState state, List<Step> steps) {
    return state.busy().stream().anyMatch(Step.Create.class::isInstance)
        || steps.stream().anyMatch(Step.Create.class::isInstance);
  }

  /** Whoever needs whom, and whether a stop is under way that takes its time, is all the same. */
  private static List<Step> kill(TaskState state) {
    List<Step> steps = new ArrayList<>();
    for (ContainerState container : state.containers()) {
      String id = container.runtimeId();
      if (container.mayRun() && id != null) {
        Step.Stop kill = new Step.Stop(container.name(), id, 0);
        if (!state.busy().contains(kill)) {
          steps.add(kill);
        }
      }
    }
    return steps;
  }

  private static List<Step> stop(TaskState state) {
    if (state.atOnce()) {
      return kill(state);
    }
    Predicate<ContainerState> inTheWay = c -> c.mayRun() || state.isBusy(c.name());
    List<Step> steps = new ArrayList<>();
    for (ContainerState container : freed(state, inTheWay)) {
      String id = container.runtimeId();
      if (container.mayRun() && id != null) {
        steps.add(new Step.Stop(container.name(), id, container.spec().stopTimeoutSeconds()));
      }
    }
    return steps;
  }

  private static List<Step> forget(TaskState state) {
    if (!isStill(state)) {
      return stop(state);
    }
    List<Step> steps = new ArrayList<>();
    for (ContainerState container : freed(state, Lifecycle::isThere)) {
      String id = container.runtimeId();
      if (isThere(container) && id != null) {
        steps.add(new Step.Remove(container.name(), id));
      }
    }
    if (!steps.isEmpty() || !state.busy().isEmpty()) {
      return steps;
    }
    boolean left = Commons.has(state.assignment().spec()) && !state.released();
    return List.of(left ? new Step.Release() : new Step.Gone());
  }

  /** Whether nothing may run, and nothing is under way but removals. */
  private static boolean isStill(TaskState state) {
    for (Step.Call call : state.busy()) {
      if (!(call instanceof Step.Remove)) {
        return false;
      }
    }
    for (ContainerState container : state.containers()) {
      if (container.mayRun()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isThere(ContainerState container) {
    return container.stage() != Stage.REMOVED && container.runtimeId() != null;
  }

  /**
   * The containers that nothing is under way for and none of those that need them is in the way of,
   * last one first.
   */
  private static List<ContainerState> freed(TaskState state, Predicate<ContainerState> inTheWay) {
    List<ContainerState> ordered = Dependencies.inOrder(state.containers());
    List<ContainerState> freed = new ArrayList<>();
    for (ContainerState container : ordered.reversed()) {
      if (!state.isBusy(container.name()) && !isNeeded(container, ordered, inTheWay)) {
        freed.add(container);
      }
    }
    return freed;
  }

  private static boolean isNeeded(
      ContainerState container, List<ContainerState> ordered, Predicate<ContainerState> inTheWay) {
    for (ContainerState other : Dependencies.whoNeeds(container, ordered)) {
      if (inTheWay.test(other)) {
        return true;
      }
    }
    return false;
  }
}
