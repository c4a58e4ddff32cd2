package io.longshore.runner.core;

import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskObservation;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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

  /** All next steps as short words, e.g. {@code start web, create log}. */
  String next() {
    List<Step> steps = Lifecycle.next(state);
    return steps.isEmpty()
        ? "rest"
        : steps.stream().map(Script::word).collect(Collectors.joining(", "));
  }

  static String word(Step step) {
    return switch (step) {
      case Step.Gone gone -> "gone";
      case Step.Call call ->
          call.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
              + (call.container().isEmpty() ? "" : " " + call.container());
    };
  }

  /** Begins the first of the next steps, which must be a call, and says what it is. */
  Step.Call begin() {
    return begin(calls().stream().findFirst().map(Script::word).orElse("any call"));
  }

  /** Begins that one of the next steps. */
  Step.Call begin(String word) {
    for (Step.Call call : calls()) {
      if (word(call).equals(word)) {
        state = state.begun(call, tick());
        return call;
      }
    }
    throw new AssertionError("expected " + word + ", but the next steps are " + next());
  }

  private List<Step.Call> calls() {
    return Lifecycle.next(state).stream()
        .filter(Step.Call.class::isInstance)
        .map(Step.Call.class::cast)
        .toList();
  }

  /** The first of the next steps succeeds before another is begun. */
  Script succeed() {
    return succeed(begin());
  }

  /** A call that has begun succeeds. */
  Script succeed(Step.Call call) {
    Sighting sighting =
        switch (call) {
          case Step.Pull pull -> null;
          case Step.Create create -> Sighting.created(create.container(), id(create.container()));
          case Step.Start start -> Sighting.running(start.container(), start.runtimeId());
          case Step.Stop stop -> Sighting.exited(stop.container(), stop.runtimeId(), 143);
          case Step.Restart restart ->
              Sighting.running(restart.container(), restart.runtimeId()).started(now);
          case Step.Remove remove -> null;
          case Step.Release release -> null;
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

  /** Those steps, one after another, all of which succeed. */
  String steps(int times) {
    StringBuilder steps = new StringBuilder();
    for (int i = 0; i < times; i++) {
      Step.Call call = begin();
      steps.append(word(call)).append("; ");
      succeed(call);
    }
    return steps.toString();
  }

  Stage stage(String container) {
    return state.containers().stream()
        .filter(one -> one.name().equals(container))
        .findFirst()
        .orElseThrow()
        .stage();
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
    Set<String> all =
        state.containers().stream().map(ContainerState::name).collect(Collectors.toSet());
    state = state.listed(List.of(sightings), all, tick());
    return this;
  }

  Script want(Desired desired) {
    state = state.wanting(desired, tick());
    return this;
  }

  Script pass(int seconds) {
    now = now.plusSeconds(seconds);
    state = state.passing(now);
    return this;
  }

  Instant now() {
    return now;
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
