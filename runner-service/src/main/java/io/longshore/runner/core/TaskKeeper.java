package io.longshore.runner.core;

import io.longshore.messages.TaskObservation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The deciding half of whoever looks after one task: what is to be reported, what is to be called
 * next, and when to look again. The simulation runs this very class. Not safe for use by several
 * threads.
 */
public final class TaskKeeper {
  private static final Duration PATIENCE_WITH_INTERIM_REPORTS = Duration.ofMillis(250);

  /**
   * A moment.
   *
   * @param at what the host's clock shows; for what people are shown
   * @param nanos of a clock that only goes forward; for whatever is waited for
   */
  public record Moment(Instant at, long nanos) {}

  /** What is to be done. */
  public sealed interface Effect {}

  /** Tell the scheduler. */
  public record Report(TaskObservation observation) implements Effect {}

  /** Call the engine, and say how it went by {@link #ended}. */
  public record Perform(TaskState state, Step.Call call) implements Effect {}

  /** Nothing is left of the task. */
  public record Gone() implements Effect {}

  private final Map<String, Long> lastWordNanos = new HashMap<>();
  private final Retries retries = new Retries();
  private final long bornNanos;
  private List<Sighting> early = List.of();
  private TaskState state;
  private @Nullable TaskState decided;
  private TaskObservation latest;
  private @Nullable TaskObservation reported;
  private boolean reportWaits;
  private long reportDueNanos;
  private boolean callWaits;
  private long callDueNanos;

  /**
   * @param reported whether the scheduler is told of the state as it is by other means, as it is by
   *     the inventory of a registration
   */
  public TaskKeeper(TaskState state, boolean reported, long nowNanos) {
    this.state = state;
    this.latest = Observations.of(state);
    this.reported = reported ? latest : null;
    this.bornNanos = nowNanos;
  }

  public TaskState state() {
    return state;
  }

  /** The newest observation. */
  public TaskObservation latest() {
    return latest;
  }

  public List<Effect> begin(Moment now) {
    return next(false, now);
  }

  public List<Effect> want(Desired desired, Moment now) {
    state = state.wanting(desired, now.at());
    retries.forgetAll();
    return next(false, now);
  }

  /** The task has to end at once. */
  public List<Effect> cutOff(String reason, Moment now) {
    state = state.cutOff(reason, now.at());
    retries.forgetAll();
    return next(false, now);
  }

  /** Report again, changed or not. */
  public List<Effect> repeat(Moment now) {
    return next(true, now);
  }

  public List<Effect> seen(Sighting sighting, Moment now) {
    lastWordNanos.put(sighting.container(), now.nanos());
    take(sighting, now);
    return next(false, now);
  }

  private void take(Sighting sighting, Moment now) {
    // Whether it failed to start or ran and ended is only known once the start has answered.
    if (isBeingStarted(sighting)) {
      early = Stream.concat(early.stream(), Stream.of(sighting)).toList();
    } else {
      state = state.seen(sighting, now.at());
    }
  }

  /**
   * @param askedAtNanos when the list was asked for
   * @param sightings of this task; empty if the list has none
   */
  public List<Effect> listed(long askedAtNanos, List<Sighting> sightings, Moment now) {
    Set<String> counted = new HashSet<>();
    for (ContainerState container : state.containers()) {
      if (askedAtNanos - lastWordNanos.getOrDefault(container.name(), bornNanos) > 0) {
        counted.add(container.name());
      }
    }
    state = state.listed(sightings, counted, now.at());
    return next(false, now);
  }

  public List<Effect> ended(Outcome outcome, Moment now) {
    String container = outcome.step().container();
    boolean current = state.busy().contains(outcome.step());
    state = state.after(outcome, now.at());
    if (current) {
      lastWordNanos.put(container, now.nanos());
      switch (outcome) {
        case Outcome.Done done -> retries.forget(container);
        case Outcome.Failed failed -> failed(failed, now);
      }
      List<Sighting> waited = early;
      early = List.of();
      for (Sighting sighting : waited) {
        take(sighting, now);
      }
    }
    return next(false, now);
  }

  /** Time passed. */
  public List<Effect> pass(Moment now) {
    state = state.passing(now.at());
    return next(false, now);
  }

  private void failed(Outcome.Failed failed, Moment now) {
    String container = failed.step().container();
    retries.failed(container, now.nanos());
    for (Step next : Lifecycle.next(state)) {
      if (next instanceof Step.Call call
          && call.container().equals(container)
          && !call.equals(failed.step())) {
        // It goes on another way, so there is nothing to wait for.
        retries.forget(container);
      }
    }
  }

  private boolean isBeingStarted(Sighting sighting) {
    return sighting.phase() == Sighting.Phase.EXITED
        && !state.busy().isEmpty()
        && state.busy().stream()
            .filter(call -> call instanceof Step.Start || call instanceof Step.Restart)
            .anyMatch(call -> call.container().equals(sighting.container()));
  }

  private List<Effect> next(boolean again, Moment now) {
    // Most of what is seen and listed is what was known, and about that all has been decided.
    if (state.equals(decided) && !again && !reportWaits && !callWaits) {
      return List.of();
    }
    TaskState before = state;
    List<Effect> effects = new ArrayList<>();
    publish(again, now, effects);
    advance(now, effects);
    // Calls that have just begun are something to look at once more.
    decided = state.equals(before) ? state : null;
    return effects;
  }

  private void publish(boolean again, Moment now, List<Effect> effects) {
    TaskObservation observation = Observations.of(state);
    latest = observation;
    boolean due = reportWaits && now.nanos() - reportDueNanos >= 0;
    if (state.desired() == Desired.FORGET) {
      reportWaits = false;
    } else if (again || (due && !observation.equals(reported))) {
      report(observation, effects);
    } else if (observation.equals(reported)) {
      reportWaits = false;
    } else if (!Observations.canWait(observation)) {
      report(observation, effects);
    } else if (!reportWaits) {
      reportWaits = true;
      reportDueNanos = now.nanos() + PATIENCE_WITH_INTERIM_REPORTS.toNanos();
    }
  }

  private void report(TaskObservation observation, List<Effect> effects) {
    reportWaits = false;
    reported = observation;
    effects.add(new Report(observation));
  }

  private void advance(Moment now, List<Effect> effects) {
    List<Step> steps = Lifecycle.next(state);
    callWaits = false;
    if (retries.areAwaited()) {
      retries.forgetAllBut(concerned(steps));
    }
    for (Step step : steps) {
      switch (step) {
        case Step.Gone gone -> effects.add(new Gone());
        case Step.Call call -> call(call, now, effects);
      }
    }
  }

  /** The containers for which something is under way or to be done. */
  private Set<String> concerned(List<Step> steps) {
    Set<String> containers = new HashSet<>();
    state.busy().forEach(call -> containers.add(call.container()));
    for (Step step : steps) {
      if (step instanceof Step.Call call) {
        containers.add(call.container());
      }
    }
    return containers;
  }

  private void call(Step.Call call, Moment now, List<Effect> effects) {
    long left = retries.nanosLeft(call.container(), now.nanos());
    if (left <= 0) {
      state = state.begun(call, now.at());
      effects.add(new Perform(state, call));
      return;
    }
    long due = now.nanos() + left;
    callDueNanos = callWaits && callDueNanos - due < 0 ? callDueNanos : due;
    callWaits = true;
  }

  /**
   * How long until {@link #pass} has to be called, in nanoseconds; {@link Long#MAX_VALUE} for not
   * until something happens.
   */
  public long patienceNanos(Moment now) {
    long wait = Long.MAX_VALUE;
    if (reportWaits) {
      wait = Math.min(wait, reportDueNanos - now.nanos());
    }
    if (callWaits) {
      wait = Math.min(wait, callDueNanos - now.nanos());
    }
    Instant deadline = state.deadline();
    if (deadline != null) {
      wait = Math.min(wait, Duration.between(now.at(), deadline).toNanos());
    }
    return Math.max(0, wait);
  }
}
