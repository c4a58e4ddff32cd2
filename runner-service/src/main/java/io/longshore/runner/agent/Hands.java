package io.longshore.runner.agent;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.core.Outcome;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskState;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.secrets.Provided;
import io.longshore.runner.secrets.ProvisionException;
import io.longshore.runner.secrets.Provisions;
import io.longshore.tracing.Spans;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Performs calls to the engine, each on a virtual thread of its own and only so many at a time: an
 * engine that is asked for everything at once answers everything late.
 */
public final class Hands {
  private static final Logger LOG = Logger.getLogger(Hands.class);
  // More containers than this being made at once do not get ready sooner on common hosts.
  private static final int MAKING = 8;
  // Pulls share the host's network and disk.
  private static final int PULLING = 3;
  private static final int REMOVING = 8;
  // Nobody waits for a removal, but whatever follows an end, a replacement first of all, waits for
  // the engine that is busy with one.
  private static final Duration REMOVING_GIVES_WAY = Duration.ofSeconds(1);
  // Stopping is mostly waiting.
  private static final int STOPPING = 64;
  // Not behind those that stop in their own time: what is killed has to be dead soon.
  private static final int KILLING = 64;

  /** Told of every call, for the metrics. */
  @FunctionalInterface
  public interface Meter {
    void called(String step, String outcome, Duration took);
  }

  /** What is added to a container's definition just before it is created. */
  @FunctionalInterface
  public interface Additions {
    ContainerSpec added(TaskAssignment task, ContainerSpec spec);
  }

  private final Engine engine;
  private final Provisions provisions;
  private final Additions additions;
  private final Outputs outputs;
  private final Duration defaultPatience;
  private final Meter meter;
  private final Spans spans;
  private final Semaphore making = new Semaphore(MAKING, true);
  private final Semaphore pulling = new Semaphore(PULLING, true);
  private final Semaphore removing = new Semaphore(REMOVING, true);
  private final Semaphore stopping = new Semaphore(STOPPING, true);
  private final Semaphore killing = new Semaphore(KILLING, true);

  /**
   * @param defaultPatience from the stop signal to the kill where the task definition does not say
   */
  public Hands(
      Engine engine,
      Provisions provisions,
      Additions additions,
      Outputs outputs,
      Duration defaultPatience,
      Meter meter,
      Spans spans) {
    this.engine = engine;
    this.provisions = provisions;
    this.additions = additions;
    this.outputs = outputs;
    this.defaultPatience = defaultPatience;
    this.meter = meter;
    this.spans = spans;
  }

  boolean pullsFirst() {
    return engine.pullsFirst();
  }

  void perform(RunnerId runner, TaskState state, Step.Call step, TaskOwner owner) {
    Thread.ofVirtual()
        .name("call-" + step.container())
        .start(() -> owner.ended(outcome(runner, state, step, owner.traceparent())));
  }

  private Outcome outcome(
      RunnerId runner, TaskState state, Step.Call step, @Nullable String cause) {
    if (!(step instanceof Step.Create create)) {
      return outcome(runner, state, step, null, cause);
    }
    try {
      // Before its turn at the engine comes: a store that is slow keeps nobody else waiting.
      return outcome(runner, state, step, provisions.complete(create.spec()), cause);
    } catch (ProvisionException e) {
      return new Outcome.Failed(step, Problem.UNPROVIDED, e.words());
    }
  }

  /**
   * @param provided what a container is made from; null unless one is
   */
  private Outcome outcome(
      RunnerId runner,
      TaskState state,
      Step.Call step,
      @Nullable Provided provided,
      @Nullable String cause) {
    Semaphore limit =
        switch (step) {
          case Step.Pull pull -> pulling;
          case Step.Create create -> making;
          case Step.Start start -> making;
          case Step.Restart restart -> making;
          case Step.Stop stop -> patience(stop).isZero() ? killing : stopping;
          case Step.Remove remove -> removing;
          case Step.Release release -> removing;
        };
    if (step instanceof Step.Remove remove) {
      LockSupport.parkNanos(REMOVING_GIVES_WAY.toNanos());
      outputs.drain(state.assignment(), remove.container(), remove.runtimeId());
    }
    limit.acquireUninterruptibly();
    long begun = System.nanoTime();
    String word = "done";
    Spans.Open span = spans.open(step.getClass().getSimpleName(), SpanKind.CLIENT, cause);
    try (span) {
      span.with("task", state.task().value()).with("container", step.container());
      return new Outcome.Done(step, call(runner, state, step, provided));
    } catch (EngineException e) {
      word = e.problem().name();
      span.failed(word);
      return new Outcome.Failed(step, e.problem(), withoutValues(provided, e.words()));
    } catch (RuntimeException e) {
      word = "DEFECT";
      span.failed(word);
      String words = withoutValues(provided, e.toString());
      // The stack trace has the words in it.
      LOG.errorf(words.equals(e.toString()) ? e : null, "The driver failed at %s: %s", step, words);
      return new Outcome.Failed(step, Problem.UNREACHABLE, words);
    } finally {
      limit.release();
      meter.called(
          step.getClass().getSimpleName(), word, Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  private static String withoutValues(@Nullable Provided provided, String words) {
    return provided == null ? words : provided.withoutValues(words);
  }

  private @Nullable Sighting call(
      RunnerId runner, TaskState state, Step.Call step, @Nullable Provided provided)
      throws EngineException {
    return switch (step) {
      case Step.Pull pull -> {
        engine.pull(pull.spec().imageToRun());
        yield null;
      }
      case Step.Create create ->
          engine.create(
              runner,
              state.assignment(),
              additions.added(
                  state.assignment(), provided == null ? create.spec() : provided.spec()));
      case Step.Start start -> {
        Sighting started = engine.start(state.task(), start.container(), start.runtimeId());
        outputs.running(state.assignment(), start.container(), start.runtimeId());
        yield started;
      }
      case Step.Restart restart -> {
        Sighting started = engine.restart(state.task(), restart.container(), restart.runtimeId());
        outputs.running(state.assignment(), restart.container(), restart.runtimeId());
        yield started;
      }
      case Step.Stop stop ->
          engine.stop(state.task(), stop.container(), stop.runtimeId(), patience(stop));
      case Step.Remove remove -> {
        engine.remove(state.task(), remove.container(), remove.runtimeId());
        outputs.removed(remove.runtimeId());
        yield null;
      }
      case Step.Release release -> {
        engine.release(state.assignment());
        yield null;
      }
    };
  }

  private Duration patience(Step.Stop stop) {
    return stop.timeoutSeconds() == null
        ? defaultPatience
        : Duration.ofSeconds(stop.timeoutSeconds());
  }
}
