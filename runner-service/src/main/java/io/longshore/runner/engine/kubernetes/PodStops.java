package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Stops containers, which ends their Pods, and waits until they do not run. */
record PodStops(PodCalls calls, PodSights sights, PodNews news) {
  // A node notices a deadline within seconds, and tells of an end within as many.
  private static final Duration NODE_DELAY = Duration.ofSeconds(10);
  private static final Duration DEATH_AFTER_KILL = Duration.ofSeconds(20);
  // Zero would let go of the Pod without a word from its node.
  private static final long LEAST_GRACE_SECONDS = 1;

  /** Null if there is no such container any more. */
  @Nullable Sighting stop(PodPlace place, String container, Duration patience)
      throws EngineException {
    Pod pod = sights.newest(place);
    if (pod == null) {
      return null;
    }
    Sighting known = still(pod, place, container);
    if (known != null) {
      return known;
    }
    String name = pod.getMetadata().getName();
    // What has no node yet would not be told of a deadline.
    if (!patience.isZero() && !PodAnswers.isUnscheduled(pod)) {
      calls.end(name);
      // Not sooner, whatever this container was given: the others may have been given more.
      Duration grace = Duration.ofSeconds(pod.getSpec().getTerminationGracePeriodSeconds());
      Duration longest = grace.compareTo(patience) > 0 ? grace : patience;
      Sighting ended = awaitStill(name, place, container, longest.plus(NODE_DELAY));
      if (ended != null) {
        return ended;
      }
    }
    calls.delete(name, LEAST_GRACE_SECONDS);
    Sighting killed = awaitStill(name, place, container, DEATH_AFTER_KILL);
    if (killed == null) {
      throw new EngineException(Problem.UNREACHABLE, "the container does not end, even killed");
    }
    return killed;
  }

  private @Nullable Sighting awaitStill(
      String pod, PodPlace place, String container, Duration limit) throws EngineException {
    return news.await(
        pod,
        limit,
        now ->
            now == null
                ? Sighting.exited(container, place.runtimeId(), null)
                : still(now, place, container));
  }

  /** As it is, if it does not run and never will; null otherwise. */
  private @Nullable Sighting still(Pod pod, PodPlace place, String container) {
    Sighting seen = sights.sighting(pod, place, container);
    boolean over =
        seen.phase() == Sighting.Phase.EXITED
            || PodAnswers.isOver(pod)
            || PodAnswers.neverScheduled(pod);
    return over ? seen : null;
  }
}
