package io.longshore.runner.core;

import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskObservation;
import java.time.Instant;

/**
 * Drives one {@link TaskState} the way an owner does, with an engine that does as the test says.
 */
final class Script {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  TaskState state;

  Script(TaskState state) {
    this.state = state;
  }

  static Script ordered(TaskAssignment assignment) {
    return new Script(TaskState.ordered(assignment, false));
  }

  /** The next step as a short word, e.g. {@code start web}. */
  String next() {
    return word(Lifecycle.next(state));
  }

  static String word(Step step) {
    return switch (step) {
      case Step.Rest rest -> "rest";
      case Step.Gone gone -> "gone";
      case Step.Call call ->
          call.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
              + " "
              + call.container();
    };
  }

  /** Begins the next step, which must be a call, and says what it is. */
  Step.Call begin() {
    if (Lifecycle.next(state) instanceof Step.Call call) {
      state = state.begun(call, tick());
      return call;
    }
    throw new AssertionError("expected a call, but the next step is " + next());
  }

  /** The next step succeeds. */
  Script succeed() {
    Step.Call call = begin();
    Sighting sighting =
        switch (call) {
          case Step.Pull pull -> null;
          case Step.Create create -> Sighting.created(create.container(), id(create.container()));
          case Step.Start start -> Sighting.running(start.container(), start.runtimeId());
          case Step.Stop stop -> Sighting.exited(stop.container(), stop.runtimeId(), 143);
          case Step.Remove remove -> null;
        };
    end(new Outcome.Done(call, sighting));
    return this;
  }

  Script succeed(int times) {
    for (int i = 0; i < times; i++) {
      succeed();
    }
    return this;
  }

  Script fail(Problem problem, String message) {
    end(new Outcome.Failed(begin(), problem, message));
    return this;
  }

  void end(Outcome outcome) {
    state = state.after(outcome, tick());
  }

  Script exit(String container, int code) {
    return see(Sighting.exited(container, id(container), code));
  }

  Script see(Sighting sighting) {
    state = state.seen(sighting, tick());
    return this;
  }

  Script list(Sighting... sightings) {
    state = state.listed(java.util.List.of(sightings), tick());
    return this;
  }

  Script want(Desired desired) {
    state = state.wanting(desired, tick());
    return this;
  }

  TaskObservation observed() {
    return Observations.of(state);
  }

  static String id(String container) {
    return "id-" + container;
  }

  private Instant tick() {
    now = now.plusSeconds(1);
    return now;
  }
}
