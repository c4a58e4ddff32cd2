package io.longshore.runner.agent;

import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.core.Desired;
import io.longshore.runner.core.Lifecycle;
import io.longshore.runner.core.Observations;
import io.longshore.runner.core.Outcome;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The only one who touches one task. It has a virtual thread of its own that takes messages in one
 * by one; everybody else, engine calls included, only sends it messages. It ends when nothing is
 * left of the task.
 */
final class TaskOwner {
  private static final Logger LOG = Logger.getLogger(TaskOwner.class);
  private static final Duration PATIENCE_WITH_INTERIM_REPORTS = Duration.ofMillis(250);
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  /** How an owner speaks to the rest of its runner. Called on the owner's thread. */
  interface Surroundings {
    void report(TaskObservation observation, @Nullable String traceparent);

    /** Performs a call in the background and hands its outcome to {@link #ended}. */
    void perform(TaskState state, Step.Call step, TaskOwner owner);

    void gone(TaskOwner owner);
  }

  private sealed interface Message {}

  private record Want(Desired desired) implements Message {}

  private record Repeat() implements Message {}

  private record Seen(Sighting sighting) implements Message {}

  private record Listed(long askedAtNanos, List<Sighting> sightings) implements Message {}

  private record Ended(Outcome outcome) implements Message {}

  private record Close() implements Message {}

  private final LinkedBlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
  private final List<Message> early = new ArrayList<>();
  private final Surroundings surroundings;
  private final InstantSource clock;
  private final @Nullable String traceparent;
  private final String runner;

  private TaskState state;
  private volatile TaskObservation latest;
  private @Nullable TaskObservation reported;
  private boolean open = true;
  private long lastCallEndedNanos = System.nanoTime();
  private long reportDueNanos;
  private boolean reportWaits;
  private int failures;
  private long retryAtNanos;

  /**
   * @param reported whether the scheduler is told of the state as it is by other means, as it is by
   *     the inventory of a registration
   */
  TaskOwner(
      TaskState state,
      boolean reported,
      String runner,
      @Nullable String traceparent,
      Surroundings surroundings,
      InstantSource clock) {
    this.state = state;
    this.runner = runner;
    this.traceparent = traceparent;
    this.surroundings = surroundings;
    this.clock = clock;
    this.latest = Observations.of(state);
    this.reported = reported ? latest : null;
  }

  void begin() {
    Thread.ofVirtual().name("task-", 0).start(this::run);
  }

  TaskId task() {
    return latest.task();
  }

  /** The newest observation; may be asked from any thread. */
  TaskObservation latest() {
    return latest;
  }

  void want(Desired desired) {
    inbox.add(new Want(desired));
  }

  /** Report again, changed or not. */
  void repeat() {
    inbox.add(new Repeat());
  }

  void seen(Sighting sighting) {
    inbox.add(new Seen(sighting));
  }

  /**
   * @param askedAtNanos {@link System#nanoTime} when the list was asked for
   * @param sightings of this task; empty if the list has none
   */
  void listed(long askedAtNanos, List<Sighting> sightings) {
    inbox.add(new Listed(askedAtNanos, sightings));
  }

  void ended(Outcome outcome) {
    inbox.add(new Ended(outcome));
  }

  /** Ends the thread and nothing else. */
  void close() {
    inbox.add(new Close());
  }

  private void run() {
    MDC.put("task", state.task().value());
    MDC.put("cluster", state.assignment().cluster().value());
    MDC.put("runner", runner);
    try {
      publish(false);
      advance();
      while (open) {
        Message message = await();
        if (message != null) {
          handle(message);
        }
        publish(message instanceof Repeat);
        advance();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.errorf(e, "Task %s is not looked after any more: this is a defect.", state.task());
    } finally {
      MDC.clear();
    }
  }

  /** The next message, or null when it is time to report or to try again. */
  private @Nullable Message await() throws InterruptedException {
    long now = System.nanoTime();
    long wait = Long.MAX_VALUE;
    if (reportWaits) {
      wait = Math.min(wait, reportDueNanos - now);
    }
    if (failures > 0 && state.busy() == null) {
      wait = Math.min(wait, retryAtNanos - now);
    }
    return wait == Long.MAX_VALUE
        ? inbox.take()
        : inbox.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
  }

  private void handle(Message message) {
    switch (message) {
      case Want want -> {
        state = state.wanting(want.desired(), clock.instant());
        failures = 0;
      }
      case Repeat repeat -> {}
      case Seen seen -> {
        // Whether it failed to start or ran and ended is only known once the start has answered.
        if (isBeingStarted(seen.sighting())) {
          early.add(seen);
        } else {
          state = state.seen(seen.sighting(), clock.instant());
        }
      }
      case Listed listed -> {
        // A list from before or during a call may show what the call has changed since.
        if (state.busy() == null && listed.askedAtNanos() - lastCallEndedNanos > 0) {
          state = state.listed(listed.sightings(), clock.instant());
        }
      }
      case Ended ended -> ended(ended);
      case Close close -> open = false;
    }
  }

  private void ended(Ended message) {
    Outcome outcome = message.outcome();
    boolean current = outcome.step().equals(state.busy());
    state = state.after(outcome, clock.instant());
    if (!current) {
      return;
    }
    lastCallEndedNanos = System.nanoTime();
    switch (outcome) {
      case Outcome.Done done -> failures = 0;
      case Outcome.Failed failed -> failed(failed);
    }
    inbox.addAll(early);
    early.clear();
  }

  private void failed(Outcome.Failed failed) {
    LOG.infof(
        "%s of container %s did not succeed (%s): %s",
        failed.step().getClass().getSimpleName(),
        failed.step().container(),
        failed.problem(),
        failed.message());
    failures++;
    long backoff = FIRST_RETRY.toNanos() << Math.min(failures - 1, 10);
    retryAtNanos = System.nanoTime() + Math.min(backoff, LONGEST_RETRY.toNanos());
    if (Lifecycle.next(state) instanceof Step.Call next && !next.equals(failed.step())) {
      // It goes on another way, so there is nothing to wait for.
      failures = 0;
    }
  }

  private boolean isBeingStarted(Sighting sighting) {
    return state.busy() instanceof Step.Start start
        && start.container().equals(sighting.container())
        && sighting.phase() == Sighting.Phase.EXITED;
  }

  private void publish(boolean again) {
    TaskObservation observation = Observations.of(state);
    latest = observation;
    boolean due = reportWaits && System.nanoTime() - reportDueNanos >= 0;
    if (state.desired() == Desired.FORGET) {
      reportWaits = false;
    } else if (again || (due && !observation.equals(reported))) {
      report(observation);
    } else if (observation.equals(reported)) {
      reportWaits = false;
    } else if (!Observations.canWait(observation)) {
      report(observation);
    } else if (!reportWaits) {
      reportWaits = true;
      reportDueNanos = System.nanoTime() + PATIENCE_WITH_INTERIM_REPORTS.toNanos();
    }
  }

  private void report(TaskObservation observation) {
    reportWaits = false;
    TaskObservation before = reported;
    reported = observation;
    surroundings.report(observation, traceparent);
    if (before == null || before.lastStatus() != observation.lastStatus()) {
      LOG.infof(
          "Task %s is %s%s",
          observation.task(),
          observation.lastStatus(),
          observation.lastStatus() == TaskStatus.STOPPED && observation.stoppedReason() != null
              ? ": " + observation.stoppedReason()
              : "");
    }
  }

  private void advance() {
    if (failures > 0 && System.nanoTime() - retryAtNanos < 0) {
      return;
    }
    switch (Lifecycle.next(state)) {
      case Step.Rest rest -> {
        if (state.busy() == null) {
          failures = 0;
        }
      }
      case Step.Gone gone -> {
        open = false;
        surroundings.gone(this);
      }
      case Step.Call call -> {
        state = state.begun(call, clock.instant());
        surroundings.perform(state, call, this);
      }
    }
  }
}
