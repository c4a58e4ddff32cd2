package io.longshore.runner.agent;

import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.core.Desired;
import io.longshore.runner.core.Outcome;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskKeeper;
import io.longshore.runner.core.TaskState;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The only one who touches one task. It has a virtual thread of its own that takes messages in one
 * by one, has a {@link TaskKeeper} decide what follows, and does that; everybody else, engine calls
 * included, only sends it messages. It ends when nothing is left of the task.
 */
final class TaskOwner {
  private static final Logger LOG = Logger.getLogger(TaskOwner.class);
  // Only so that a far deadline does not overflow.
  private static final long LONGEST_SLEEP_NANOS = TimeUnit.HOURS.toNanos(1);

  /** How an owner speaks to the rest of its runner. Called on the owner's thread. */
  interface Surroundings {
    void report(TaskObservation observation, @Nullable String traceparent);

    /** Performs a call in the background and hands its outcome to {@link #ended}. */
    void perform(TaskState state, Step.Call step, TaskOwner owner);

    void gone(TaskOwner owner);
  }

  private sealed interface Message {}

  private record Want(Desired desired) implements Message {}

  private record CutOff(String reason) implements Message {}

  private record Repeat() implements Message {}

  private record Seen(Sighting sighting) implements Message {}

  private record Listed(long askedAtNanos, List<Sighting> sightings) implements Message {}

  private record Ended(Outcome outcome) implements Message {}

  private record Close() implements Message {}

  private final LinkedBlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
  private final Surroundings surroundings;
  private final InstantSource clock;
  private final @Nullable String traceparent;
  private final String runner;
  private final TaskKeeper keeper;

  private volatile TaskState state;
  private volatile TaskObservation latest;
  private @Nullable TaskStatus told;
  private boolean open = true;

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
    this.keeper = new TaskKeeper(state, reported, System.nanoTime());
    this.state = state;
    this.latest = keeper.latest();
    this.told = reported ? latest.lastStatus() : null;
    this.runner = runner;
    this.traceparent = traceparent;
    this.surroundings = surroundings;
    this.clock = clock;
  }

  void begin() {
    Thread.ofVirtual().name("task-", 0).start(this::run);
  }

  TaskId task() {
    return latest.task();
  }

  /** The trace the task's start belongs to; null for none. */
  @Nullable String traceparent() {
    return traceparent;
  }

  /** The newest observation; may be asked from any thread. */
  TaskObservation latest() {
    return latest;
  }

  /** What is known at the moment; may be asked from any thread. */
  TaskState snapshot() {
    return state;
  }

  void want(Desired desired) {
    inbox.add(new Want(desired));
  }

  /** It has to end at once. */
  void cutOff(String reason) {
    inbox.add(new CutOff(reason));
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
      follow(keeper.begin(now()));
      while (open) {
        Message message = await();
        follow(message == null ? keeper.pass(now()) : effects(message));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.errorf(e, "Task %s is not looked after any more: this is a defect.", state.task());
    } finally {
      MDC.clear();
    }
  }

  private TaskKeeper.Moment now() {
    return new TaskKeeper.Moment(clock.instant(), System.nanoTime());
  }

  /** The next message, or null when it is time to look again. */
  private @Nullable Message await() throws InterruptedException {
    long patience = keeper.patienceNanos(now());
    return patience == Long.MAX_VALUE
        ? inbox.take()
        : inbox.poll(Math.min(patience, LONGEST_SLEEP_NANOS), TimeUnit.NANOSECONDS);
  }

  private List<TaskKeeper.Effect> effects(Message message) {
    return switch (message) {
      case Want want -> keeper.want(want.desired(), now());
      case CutOff cutOff -> keeper.cutOff(cutOff.reason(), now());
      case Repeat repeat -> keeper.repeat(now());
      case Seen seen -> keeper.seen(seen.sighting(), now());
      case Listed listed -> keeper.listed(listed.askedAtNanos(), listed.sightings(), now());
      case Ended ended -> {
        if (ended.outcome() instanceof Outcome.Failed failed) {
          LOG.infof(
              "%s of container %s did not succeed (%s): %s",
              failed.step().getClass().getSimpleName(),
              failed.step().container(),
              failed.problem(),
              failed.message());
        }
        yield keeper.ended(ended.outcome(), now());
      }
      case Close close -> {
        open = false;
        yield List.of();
      }
    };
  }

  private void follow(List<TaskKeeper.Effect> effects) {
    state = keeper.state();
    latest = keeper.latest();
    for (TaskKeeper.Effect effect : effects) {
      switch (effect) {
        case TaskKeeper.Report report -> report(report.observation());
        case TaskKeeper.Perform perform ->
            surroundings.perform(perform.state(), perform.call(), this);
        case TaskKeeper.Gone gone -> {
          open = false;
          surroundings.gone(this);
        }
      }
    }
  }

  private void report(TaskObservation observation) {
    surroundings.report(observation, traceparent);
    if (told != observation.lastStatus()) {
      told = observation.lastStatus();
      LOG.infof(
          "Task %s is %s%s",
          observation.task(),
          observation.lastStatus(),
          observation.lastStatus() == TaskStatus.STOPPED && observation.stoppedReason() != null
              ? ": " + observation.stoppedReason()
              : "");
    }
  }
}
