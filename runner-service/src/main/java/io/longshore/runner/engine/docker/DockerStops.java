package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Signal, wait, kill. */
final class DockerStops {
  private static final Logger LOG = Logger.getLogger(DockerStops.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
  private static final Duration DEATH_AFTER_KILL = Duration.ofSeconds(10);

  private final DockerCalls calls;
  private final Map<String, CompletableFuture<Sighting>> stops = new ConcurrentHashMap<>();

  DockerStops(DockerCalls calls) {
    this.calls = calls;
  }

  /** The event stream had the end of a container. */
  void heard(Sighting end) {
    CompletableFuture<Sighting> stop = stops.get(end.runtimeId());
    if (stop != null) {
      stop.complete(end);
    }
  }

  @Nullable Sighting stop(String container, String runtimeId, Duration patience)
      throws EngineException {
    CompletableFuture<Sighting> end =
        stops.computeIfAbsent(runtimeId, id -> new CompletableFuture<>());
    try {
      InspectContainerResponse answer = calls.inspect(runtimeId);
      if (answer == null) {
        return null;
      }
      Sighting sighting = DockerAnswers.inspected(container, answer);
      if (sighting.phase() != Sighting.Phase.RUNNING) {
        return sighting;
      }
      signal(runtimeId, stopSignal(answer));
      Sighting ended = await(end, container, runtimeId, patience);
      if (ended != null) {
        return ended;
      }
      signal(runtimeId, "SIGKILL");
      ended = await(end, container, runtimeId, DEATH_AFTER_KILL);
      if (ended != null) {
        return ended;
      }
      throw new EngineException(Problem.UNREACHABLE, "the container does not end, even killed");
    } finally {
      stops.remove(runtimeId, end);
    }
  }

  private static String stopSignal(InspectContainerResponse answer) {
    var config = answer.getConfig();
    Object signal = config == null ? null : config.getRawValues().get("StopSignal");
    return signal instanceof String word && !word.isEmpty() ? word : "SIGTERM";
  }

  private void signal(String runtimeId, String signal) throws EngineException {
    try {
      calls.client().killContainerCmd(runtimeId).withSignal(signal).exec();
    } catch (ConflictException | NotFoundException e) {
      LOG.debugf("Container %s had ended before %s reached it.", runtimeId, signal);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  /** The event stream is the quick way to hear of the end, and inspection the sure one. */
  private @Nullable Sighting await(
      CompletableFuture<Sighting> end, String container, String runtimeId, Duration patience)
      throws EngineException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      long left = deadline - System.nanoTime();
      try {
        return end.get(Math.min(left, LOOK_AGAIN.toNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        InspectContainerResponse answer = calls.inspect(runtimeId);
        Sighting sighting =
            answer == null
                ? Sighting.exited(container, runtimeId, null)
                : DockerAnswers.inspected(container, answer);
        if (sighting.phase() == Sighting.Phase.EXITED) {
          return sighting;
        }
        if (left <= LOOK_AGAIN.toNanos()) {
          return null;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineException(Problem.UNREACHABLE, "interrupted", e);
      } catch (ExecutionException e) {
        throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
      }
    }
  }
}
