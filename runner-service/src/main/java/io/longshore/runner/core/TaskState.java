package io.longshore.runner.core;

import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything one host knows of one task. Each method answers the state after something happened;
 * none looks anywhere else.
 *
 * @param containers in the order of the definition
 * @param busy the call under way; at most one at a time
 * @param stopCode why the task is ending, unless it ends because it was told to
 * @param stoppedReason goes with {@code stopCode}
 */
public record TaskState(
    TaskAssignment assignment,
    Desired desired,
    List<ContainerState> containers,
    Step.@Nullable Call busy,
    @Nullable StopCode stopCode,
    @Nullable String stoppedReason,
    Times times) {
  static final String ESSENTIAL_EXITED = "Essential container in task exited";
  static final String REMOVED_FROM_OUTSIDE =
      "The container is gone: somebody other than Longshore removed it";
  static final String HALF_MADE =
      "CannotCreateContainerError: the runner ended before it had created this container";

  /**
   * A task that has just been ordered.
   *
   * @param pullFirst whether images are pulled even when they may be there
   */
  public static TaskState ordered(TaskAssignment assignment, boolean pullFirst) {
    List<ContainerState> containers =
        assignment.spec().containers().stream()
            .map(spec -> ContainerState.planned(spec, pullFirst))
            .toList();
    return new TaskState(assignment, Desired.RUN, containers, null, null, null, Times.NONE);
  }

  /**
   * A task whose containers were found at start.
   *
   * @param assignment as the containers' labels have it; what is needed to create a container is
   *     not in it
   * @param sightings by container name; at least one
   */
  public static TaskState adopted(
      TaskAssignment assignment, Map<String, Sighting> sightings, Instant now) {
    List<ContainerState> containers = new ArrayList<>();
    Times times = Times.NONE;
    for (var spec : assignment.spec().containers()) {
      ContainerState planned = ContainerState.planned(spec, false);
      Sighting sighting = sightings.get(spec.name());
      // A container that was never created cannot be created any more: only the order knew its
      // environment. A task none of whose containers ran is not adopted at all (see isUndoable).
      containers.add(sighting == null ? planned.failed(HALF_MADE) : planned);
      Instant started = sighting == null ? null : sighting.startedAt();
      if (started != null) {
        times = times.withPullStopped(started).withStarted(started);
      }
    }
    TaskState state = new TaskState(assignment, Desired.HOLD, containers, null, null, null, times);
    for (Sighting sighting : sightings.values()) {
      state = state.take(sighting);
    }
    return state.settled(now);
  }

  /**
   * Whether a task found at start never ran and lacks a container: its remains may be removed, as
   * if it had never been begun, and the scheduler orders it again.
   */
  public static boolean isUndoable(TaskAssignment assignment, Map<String, Sighting> sightings) {
    boolean complete = sightings.size() >= assignment.spec().containers().size();
    return !complete
        && sightings.values().stream()
            .allMatch(sighting -> sighting.phase() == Sighting.Phase.CREATED);
  }

  public TaskId task() {
    return assignment.task();
  }

  /** What is wanted never goes back: a task that was to stop is not run again. */
  public TaskState wanting(Desired wanted, Instant now) {
    Desired next = wanted.compareTo(desired) > 0 ? wanted : desired;
    return new TaskState(assignment, next, containers, busy, stopCode, stoppedReason, times)
        .settled(now);
  }

  /** A call to the engine begins. */
  public TaskState begun(Step.Call step, Instant now) {
    boolean first = step instanceof Step.Pull || step instanceof Step.Create;
    return new TaskState(
        assignment,
        desired,
        containers,
        step,
        stopCode,
        stoppedReason,
        first ? times.withPullStarted(now) : times);
  }

  /** A call to the engine ended. One that was given up meanwhile changes nothing. */
  public TaskState after(Outcome outcome, Instant now) {
    if (!outcome.step().equals(busy)) {
      return this;
    }
    TaskState idle =
        new TaskState(assignment, desired, containers, null, stopCode, stoppedReason, times);
    return switch (outcome) {
      case Outcome.Done done -> idle.done(done).settled(now);
      case Outcome.Failed failed -> idle.failed(failed).settled(now);
    };
  }

  private TaskState done(Outcome.Done done) {
    Sighting sighting = done.sighting();
    String name = done.step().container();
    return switch (done.step()) {
      case Step.Pull pull -> change(name, container -> container.at(Stage.IMAGE_READY));
      case Step.Remove remove -> change(name, container -> container.at(Stage.REMOVED));
      case Step.Create create -> sighting == null ? this : take(sighting);
      case Step.Start start -> sighting == null ? this : take(sighting);
      case Step.Stop stop ->
          sighting == null
              ? change(name, container -> container.lost(REMOVED_FROM_OUTSIDE))
              : take(sighting);
    };
  }

  private TaskState failed(Outcome.Failed failed) {
    String name = failed.step().container();
    if (failed.problem() == Problem.UNREACHABLE) {
      return this;
    }
    return switch (failed.step()) {
      case Step.Pull pull -> failedToStart(name, "CannotPullContainerError: ", failed.message());
      case Step.Create create ->
          failed.problem() == Problem.IMAGE_MISSING && find(name).stage() == Stage.PLANNED
              ? change(name, container -> container.at(Stage.IMAGE_MISSING))
              : failedToStart(name, "CannotCreateContainerError: ", failed.message());
      case Step.Start start -> failedToStart(name, "CannotStartContainerError: ", failed.message());
      // There is no giving up on these: they are asked for again until the container is gone.
      case Step.Stop stop -> this;
      case Step.Remove remove -> this;
    };
  }

  private TaskState failedToStart(String name, String prefix, String message) {
    String reason = prefix + message;
    TaskState marked = change(name, container -> container.failed(reason));
    return isEnding() ? marked : marked.ending(StopCode.TASK_FAILED_TO_START, reason);
  }

  /**
   * The engine said something of one container. Sightings of unknown containers are passed over.
   */
  public TaskState seen(Sighting sighting, Instant now) {
    return take(sighting).settled(now);
  }

  /**
   * The engine listed every container it has, and this is what it has of the task. Only for lists
   * that were asked for after the last call had ended.
   */
  public TaskState listed(List<Sighting> sightings, Instant now) {
    TaskState state = this;
    for (ContainerState container : containers) {
      Sighting sighting =
          sightings.stream()
              .filter(candidate -> candidate.container().equals(container.name()))
              .findFirst()
              .orElse(null);
      state = state.take(container, sighting);
    }
    return state.settled(now);
  }

  private TaskState take(ContainerState container, @Nullable Sighting sighting) {
    boolean existed = container.stage() == Stage.CREATED || container.stage() == Stage.RUNNING;
    if (sighting == null) {
      return existed ? change(container.name(), known -> known.lost(REMOVED_FROM_OUTSIDE)) : this;
    }
    // Somebody started it again by hand. A task is one attempt, so it is stopped again.
    boolean revived =
        container.stage() == Stage.EXITED && sighting.phase() == Sighting.Phase.RUNNING;
    return revived ? change(container.name(), known -> known.at(Stage.RUNNING)) : take(sighting);
  }

  private TaskState take(Sighting sighting) {
    TaskState taken = change(sighting.container(), container -> container.seen(sighting));
    Instant finished = sighting.finishedAt();
    boolean essential =
        containers.stream()
            .anyMatch(c -> c.name().equals(sighting.container()) && c.spec().essential());
    return essential && finished != null && sighting.phase() == Sighting.Phase.EXITED
        ? taken.timed(taken.times.withExecutionStopped(finished))
        : taken;
  }

  /** Whether the task is on its way to its end, or there. */
  public boolean isEnding() {
    return stopCode != null || desired == Desired.STOP || desired == Desired.FORGET;
  }

  /** Whether nothing of the task runs, and nothing will. */
  public boolean hasEnded() {
    return isEnding() && (times.stopped() != null || isStill());
  }

  private boolean isStill() {
    boolean calling = busy instanceof Step.Create || busy instanceof Step.Start;
    return !calling
        && containers.stream().noneMatch(container -> container.stage() == Stage.RUNNING);
  }

  /** Whether all containers have been started and every essential one runs. */
  public boolean isRunning() {
    return containers.stream()
        .allMatch(c -> c.spec().essential() ? c.stage() == Stage.RUNNING : c.wasStarted());
  }

  /** Draws the conclusions that follow from the containers' stages. */
  private TaskState settled(Instant now) {
    TaskState state = this;
    if (containers.stream()
        .allMatch(container -> container.stage().compareTo(Stage.CREATED) >= 0)) {
      state = state.timed(state.times.withPullStopped(now));
    }
    if (containers.stream().allMatch(ContainerState::wasStarted)) {
      state = state.timed(state.times.withStarted(now));
    }
    if (anyEssentialExited()) {
      state = state.timed(state.times.withExecutionStopped(now));
      state =
          state.isEnding()
              ? state
              : state.ending(StopCode.ESSENTIAL_CONTAINER_EXITED, ESSENTIAL_EXITED);
    }
    ContainerState halfMade = firstFailed();
    if (halfMade != null && halfMade.reason() != null && !state.isEnding()) {
      state = state.ending(StopCode.TASK_FAILED_TO_START, halfMade.reason());
    }
    if (state.isEnding()) {
      state = state.timed(state.times.withStopping(now));
    }
    return state.hasEnded() ? state.timed(state.times.withStopped(now)) : state;
  }

  private boolean anyEssentialExited() {
    return containers.stream()
        .anyMatch(container -> container.spec().essential() && container.stage() == Stage.EXITED);
  }

  private @Nullable ContainerState firstFailed() {
    return containers.stream().filter(ContainerState::failed).findFirst().orElse(null);
  }

  private ContainerState find(String name) {
    return containers.stream()
        .filter(container -> container.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no container " + name));
  }

  private TaskState change(String name, UnaryOperator<ContainerState> to) {
    List<ContainerState> changed =
        containers.stream()
            .map(container -> container.name().equals(name) ? to.apply(container) : container)
            .toList();
    return new TaskState(assignment, desired, changed, busy, stopCode, stoppedReason, times);
  }

  private TaskState ending(StopCode code, String reason) {
    return new TaskState(assignment, desired, containers, busy, code, reason, times);
  }

  private TaskState timed(Times next) {
    return new TaskState(assignment, desired, containers, busy, stopCode, stoppedReason, next);
  }
}
