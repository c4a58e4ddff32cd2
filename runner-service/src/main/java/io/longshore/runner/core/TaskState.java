package io.longshore.runner.core;

import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything one host knows of one task. Each method answers the state after something happened,
 * which is this very one if that changes nothing; none looks anywhere else.
 *
 * @param containers in the order of the definition
 * @param busy the calls under way; at most one for each container, and a kill beside it
 * @param stopCode why the task is ending, unless it ends because it was told to
 * @param stoppedReason goes with {@code stopCode}
 * @param released whether what the containers had in common is gone
 * @param atOnce whether its end cannot wait: its containers are killed
 */
public record TaskState(
    TaskAssignment assignment,
    Desired desired,
    List<ContainerState> containers,
    List<Step.Call> busy,
    @Nullable StopCode stopCode,
    @Nullable String stoppedReason,
    Times times,
    boolean released,
    boolean atOnce) {
  static final String CONTACT_LOST =
      "Longshore stopped this task because its host lost contact and its service allows no second"
          + " copy of it.";
  static final String BEGUN_ANEW =
      "Longshore stopped this task because its host's runner started anew and its service allows no"
          + " second copy of it.";
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
    return new TaskState(
        assignment, Desired.RUN, containers, List.of(), null, null, Times.NONE, false, false);
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
    TaskState found =
        new TaskState(
            assignment, Desired.HOLD, containers, List.of(), null, null, times, false, false);
    // Nobody knows for how long it was alone, and what has been started elsewhere meanwhile.
    TaskState state = assignment.strict() ? found.hurrying(BEGUN_ANEW) : found;
    for (Sighting sighting : sightings.values()) {
      state = state.take(sighting, now);
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
    return new TaskState(
            assignment, next, containers, busy, stopCode, stoppedReason, times, released, atOnce)
        .settled(now);
  }

  /** Its host may be taken for lost soon, and by then nothing of it may run. */
  public TaskState cutOff(String reason, Instant now) {
    return hurrying(reason).settled(now);
  }

  private TaskState hurrying(String reason) {
    TaskState ending = ending(StopCode.TERMINATION_NOTICE, reason);
    return new TaskState(
        assignment,
        desired,
        containers,
        busy,
        ending.stopCode,
        ending.stoppedReason,
        times,
        released,
        true);
  }

  /** Whether a call is under way for a container. */
  public boolean isBusy(String container) {
    for (int i = 0; i < busy.size(); i++) {
      if (busy.get(i).container().equals(container)) {
        return true;
      }
    }
    return false;
  }

  /** A call to the engine begins. */
  public TaskState begun(Step.Call step, Instant now) {
    boolean first = step instanceof Step.Pull || step instanceof Step.Create;
    TaskState state = first ? timed(times.withPullStarted(now)) : this;
    List<Step.Call> calls = new ArrayList<>(busy);
    calls.add(step);
    return state.with(containers, List.copyOf(calls), state.times);
  }

  /** A call to the engine ended. One that was given up meanwhile changes nothing. */
  public TaskState after(Outcome outcome, Instant now) {
    if (!busy.contains(outcome.step())) {
      return this;
    }
    TaskState idle = without(call -> call.equals(outcome.step()));
    return switch (outcome) {
      case Outcome.Done done -> idle.done(done, now).settled(now);
      case Outcome.Failed failed -> idle.failed(failed).settled(now);
    };
  }

  private TaskState done(Outcome.Done done, Instant now) {
    Sighting sighting = done.sighting();
    String name = done.step().container();
    return switch (done.step()) {
      case Step.Pull pull -> pulled(pull.spec().imageToRun());
      case Step.Remove remove -> change(name, container -> container.at(Stage.REMOVED));
      case Step.Create create -> sighting == null ? this : take(sighting, now);
      case Step.Start start -> sighting == null ? this : take(sighting, now);
      case Step.Restart restart ->
          sighting == null
              ? this
              : change(name, container -> container.startedAgain(sighting, now));
      case Step.Release release -> freed();
      case Step.Stop stop ->
          sighting == null
              ? change(name, container -> container.lost(REMOVED_FROM_OUTSIDE))
              : take(sighting, now).change(name, ContainerState::stopped);
    };
  }

  /** For all of its containers: none of them is to pull it again. */
  private TaskState pulled(String image) {
    TaskState state = this;
    for (ContainerState container : containers) {
      if (container.stage() == Stage.IMAGE_MISSING && container.spec().imageToRun().equals(image)) {
        state = state.change(container.name(), missing -> missing.at(Stage.IMAGE_READY));
      }
    }
    return state;
  }

  private TaskState failed(Outcome.Failed failed) {
    String name = failed.step().container();
    if (failed.problem() == Problem.UNREACHABLE) {
      boolean starts = failed.step() instanceof Step.Start || failed.step() instanceof Step.Restart;
      return starts ? change(name, ContainerState::doubted) : this;
    }
    return switch (failed.step()) {
      case Step.Pull pull -> failedToStart(name, "CannotPullContainerError: ", failed.message());
      case Step.Create create ->
          failed.problem() == Problem.IMAGE_MISSING && find(name).stage() == Stage.PLANNED
              ? change(name, container -> container.at(Stage.IMAGE_MISSING))
              : failedToStart(name, notCreated(failed.problem()), failed.message());
      case Step.Start start -> failedToStart(name, notStarted(failed.problem()), failed.message());
      case Step.Restart restart ->
          change(
              name,
              container -> container.failed("CannotStartContainerError: " + failed.message()));
      // Somebody else holds on to it, and may keep it.
      case Step.Release release -> freed();
      // There is no giving up on these: they are asked for again until the container is gone.
      case Step.Stop stop -> this;
      case Step.Remove remove -> this;
    };
  }

  /** Some engines pull only when they start a container. */
  private static String notStarted(Problem problem) {
    return problem == Problem.IMAGE_MISSING
        ? "CannotPullContainerError: "
        : "CannotStartContainerError: ";
  }

  private static String notCreated(Problem problem) {
    return problem == Problem.UNPROVIDED
        ? "ResourceInitializationError: "
        : "CannotCreateContainerError: ";
  }

  private TaskState failedToStart(String name, String prefix, String message) {
    String reason = prefix + message;
    TaskState marked = change(name, container -> container.failed(reason));
    return marked.ending(StopCode.TASK_FAILED_TO_START, reason);
  }

  /**
   * The engine said something of one container. Sightings of unknown containers are passed over.
   */
  public TaskState seen(Sighting sighting, Instant now) {
    return take(sighting, now).settled(now);
  }

  /** Time passed. */
  public TaskState passing(Instant now) {
    return settled(now);
  }

  /** When time alone may change something; null for never. */
  public @Nullable Instant deadline() {
    return isEnding() ? null : Dependencies.deadline(containers);
  }

  /**
   * The engine listed every container it has, and this is what it has of the task.
   *
   * @param counted the containers for which the list was asked for after their last call had ended
   *     and after the engine had last said something of them: of others it may show what has
   *     changed since
   */
  public TaskState listed(List<Sighting> sightings, Set<String> counted, Instant now) {
    TaskState state = this;
    for (ContainerState container : containers) {
      if (!counted.contains(container.name()) || isBusy(container.name())) {
        continue;
      }
      Sighting own = null;
      for (Sighting sighting : sightings) {
        own = sighting.container().equals(container.name()) ? sighting : own;
      }
      state = state.take(container, own, now);
    }
    return state.settled(now);
  }

  private TaskState take(ContainerState container, @Nullable Sighting sighting, Instant now) {
    boolean existed = container.stage() == Stage.CREATED || container.stage() == Stage.RUNNING;
    if (sighting == null) {
      return existed ? change(container.name(), known -> known.lost(REMOVED_FROM_OUTSIDE)) : this;
    }
    boolean revived =
        container.stage() == Stage.EXITED && sighting.phase() == Sighting.Phase.RUNNING;
    if (!revived) {
      return take(sighting, now);
    }
    // It was to be started again, and was without our hearing of it. Otherwise somebody started it
    // by hand: a task is one attempt, so it is stopped again.
    return container.run().again()
        ? change(container.name(), known -> known.startedAgain(sighting.started(null), now))
        : change(container.name(), known -> known.at(Stage.RUNNING));
  }

  private TaskState take(Sighting sighting, Instant now) {
    TaskState taken = change(sighting.container(), container -> container.seen(sighting, now));
    Instant finished = sighting.finishedAt();
    if (finished == null || sighting.phase() != Sighting.Phase.EXITED) {
      return taken;
    }
    boolean essential =
        !taken.all(
            c -> !(c.name().equals(sighting.container()) && c.spec().essential() && c.hasEnded()));
    return essential ? taken.timed(taken.times.withExecutionStopped(finished)) : taken;
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
    for (Step.Call call : busy) {
      if (call instanceof Step.Create
          || call instanceof Step.Start
          || call instanceof Step.Restart) {
        return false;
      }
    }
    return all(container -> !container.mayRun());
  }

  /**
   * Whether all containers have been started, which those that wait for others are last, and every
   * essential one runs or is about to again.
   */
  public boolean isRunning() {
    return all(ContainerState::wasStarted) && !anyEssentialExited();
  }

  /** Draws the conclusions that follow from the containers' stages. */
  private TaskState settled(Instant now) {
    TaskState state = isEnding() ? this : withoutHope(now);
    if (all(container -> container.stage().compareTo(Stage.CREATED) >= 0)) {
      state = state.timed(state.times.withPullStopped(now));
    }
    if (all(ContainerState::wasStarted)) {
      state = state.timed(state.times.withStarted(now));
    }
    if (anyEssentialExited()) {
      state = state.timed(state.times.withExecutionStopped(now));
      state = state.ending(StopCode.ESSENTIAL_CONTAINER_EXITED, ESSENTIAL_EXITED);
    }
    String failure = state.firstFailure();
    if (failure != null) {
      state = state.ending(StopCode.TASK_FAILED_TO_START, failure);
    }
    if (state.isEnding()) {
      // A pull is given up for an end; whatever else is under way is waited for.
      state = state.timed(state.times.withStopping(now)).without(Step.Pull.class::isInstance);
    }
    return state.hasEnded() ? state.timed(state.times.withStopped(now)) : state;
  }

  /** Marks those containers as failed that never can be started. */
  private TaskState withoutHope(Instant now) {
    if (Dependencies.needNobody(containers)) {
      return this;
    }
    TaskState state = this;
    for (ContainerState container : containers) {
      if (!container.wasStarted() && container.reason() == null) {
        String why = Dependencies.hopeless(container, containers, now);
        if (why != null) {
          state = state.change(container.name(), waiting -> waiting.failed(why));
        }
      }
    }
    return state;
  }

  private boolean anyEssentialExited() {
    return !all(container -> !container.spec().essential() || !container.hasEnded());
  }

  /** The plainest loop there is: this is asked whenever anything happens to a task. */
  private boolean all(Predicate<ContainerState> are) {
    for (int i = 0; i < containers.size(); i++) {
      if (!are.test(containers.get(i))) {
        return false;
      }
    }
    return true;
  }

  private @Nullable String firstFailure() {
    for (int i = 0; i < containers.size(); i++) {
      if (containers.get(i).failed()) {
        return containers.get(i).reason();
      }
    }
    return null;
  }

  private ContainerState find(String name) {
    return containers.stream()
        .filter(container -> container.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no container " + name));
  }

  private TaskState change(String name, UnaryOperator<ContainerState> to) {
    ContainerState[] changed = new ContainerState[containers.size()];
    boolean differs = false;
    for (int i = 0; i < changed.length; i++) {
      ContainerState before = containers.get(i);
      changed[i] = before.name().equals(name) ? to.apply(before) : before;
      differs |= !changed[i].equals(before);
    }
    return differs ? with(List.of(changed), busy, times) : this;
  }

  /** Whatever it was that ended it first stays the reason. */
  private TaskState ending(StopCode code, String reason) {
    return isEnding()
        ? this
        : new TaskState(
            assignment, desired, containers, busy, code, reason, times, released, atOnce);
  }

  private TaskState without(Predicate<Step.Call> over) {
    if (busy.isEmpty()) {
      return this;
    }
    List<Step.Call> left = new ArrayList<>(busy);
    return left.removeIf(over) ? with(containers, List.copyOf(left), times) : this;
  }

  private TaskState timed(Times next) {
    return next.equals(times) ? this : with(containers, busy, next);
  }

  private TaskState with(List<ContainerState> next, List<Step.Call> calls, Times when) {
    return new TaskState(
        assignment, desired, next, calls, stopCode, stoppedReason, when, released, atOnce);
  }

  private TaskState freed() {
    return new TaskState(
        assignment, desired, containers, busy, stopCode, stoppedReason, times, true, atOnce);
  }
}
