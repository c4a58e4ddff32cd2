package io.longshore.runner.agent;

import io.longshore.messages.RunnerId;
import io.longshore.runner.core.Outcome;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskState;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
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

  /** Told of every call, for the metrics. */
  @FunctionalInterface
  public interface Meter {
    void called(String step, String outcome, Duration took);
  }

  private final Engine engine;
  private final Duration defaultPatience;
  private final Meter meter;
  private final Semaphore making = new Semaphore(MAKING, true);
  private final Semaphore pulling = new Semaphore(PULLING, true);
  private final Semaphore removing = new Semaphore(REMOVING, true);
  private final Semaphore stopping = new Semaphore(STOPPING, true);

  /**
   * @param defaultPatience from the stop signal to the kill where the task definition does not say
   */
  public Hands(Engine engine, Duration defaultPatience, Meter meter) {
    this.engine = engine;
    this.defaultPatience = defaultPatience;
    this.meter = meter;
  }

  boolean pullsFirst() {
    return engine.pullsFirst();
  }

  void perform(RunnerId runner, TaskState state, Step.Call step, TaskOwner owner) {
    Thread.ofVirtual()
        .name("call-" + step.container())
        .start(() -> owner.ended(outcome(runner, state, step)));
  }

  private Outcome outcome(RunnerId runner, TaskState state, Step.Call step) {
    Semaphore limit =
        switch (step) {
          case Step.Pull pull -> pulling;
          case Step.Create create -> making;
          case Step.Start start -> making;
          case Step.Stop stop -> stopping;
          case Step.Remove remove -> removing;
        };
    if (step instanceof Step.Remove) {
      LockSupport.parkNanos(REMOVING_GIVES_WAY.toNanos());
    }
    limit.acquireUninterruptibly();
    long begun = System.nanoTime();
    String word = "done";
    try {
      return new Outcome.Done(step, call(runner, state, step));
    } catch (EngineException e) {
      word = e.problem().name();
      return new Outcome.Failed(step, e.problem(), e.words());
    } catch (RuntimeException e) {
      word = "DEFECT";
      LOG.errorf(e, "The engine's driver failed at %s", step);
      return new Outcome.Failed(step, Problem.UNREACHABLE, e.toString());
    } finally {
      limit.release();
      meter.called(
          step.getClass().getSimpleName(), word, Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  private @Nullable Sighting call(RunnerId runner, TaskState state, Step.Call step)
      throws EngineException {
    return switch (step) {
      case Step.Pull pull -> {
        engine.pull(pull.spec().image());
        yield null;
      }
      case Step.Create create -> engine.create(runner, state.assignment(), create.spec());
      case Step.Start start -> engine.start(state.task(), start.container(), start.runtimeId());
      case Step.Stop stop ->
          engine.stop(state.task(), stop.container(), stop.runtimeId(), patience(stop));
      case Step.Remove remove -> {
        engine.remove(state.task(), remove.container(), remove.runtimeId());
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
