package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for something to become of a Pod. The watch is the quick way to hear of it, and asking the
 * sure one.
 */
final class PodNews {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** Looks at a Pod; null for one that is gone. Answers null to go on waiting. */
  @FunctionalInterface
  interface Look<T> {
    @Nullable T at(@Nullable Pod pod) throws EngineException;
  }

  private final PodCalls calls;
  private final Map<String, CompletableFuture<Pod>> awaited = new ConcurrentHashMap<>();

  PodNews(PodCalls calls) {
    this.calls = calls;
  }

  /** The watch has a word of a Pod. */
  void heard(Pod pod) {
    CompletableFuture<Pod> next = awaited.remove(pod.getMetadata().getName());
    if (next != null) {
      next.complete(pod);
    }
  }

  /** Until it has something to answer; null if the limit comes first. */
  <T> @Nullable T await(String pod, Duration limit, Look<T> look) throws EngineException {
    long deadline = System.nanoTime() + limit.toNanos();
    // Expected before it is asked for, so that nothing falls between the two.
    CompletableFuture<Pod> next = expect(pod);
    Pod latest = calls.get(pod);
    while (true) {
      T seen = look.at(latest);
      long left = deadline - System.nanoTime();
      if (seen != null || left <= 0) {
        return seen;
      }
      Pod heard = next(next, Math.min(left, LOOK_AGAIN.toNanos()));
      next = expect(pod);
      latest = heard == null ? calls.get(pod) : heard;
    }
  }

  private CompletableFuture<Pod> expect(String pod) {
    return awaited.computeIfAbsent(pod, name -> new CompletableFuture<>());
  }

  void forget(String pod) {
    awaited.remove(pod);
  }

  private static @Nullable Pod next(CompletableFuture<Pod> news, long nanos)
      throws EngineException {
    try {
      return news.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Problem.UNREACHABLE, "interrupted", e);
    } catch (ExecutionException e) {
      throw new EngineException(Problem.UNREACHABLE, String.valueOf(e.getMessage()), e);
    }
  }
}
