package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Starts containers, by the Secrets that their nodes wait for, and waits until they run. */
record PodStarts(PodCalls calls, PodSights sights, PodNews news) {
  // A start that takes longer, mostly for a pull, is asked for again: it keeps others waiting.
  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  private static final Duration HURRY_AGAIN = Duration.ofMillis(900);

  Sighting start(PodPlace place, String container) throws EngineException {
    Pod pod = sights.newest(place);
    if (pod == null) {
      throw PodSights.gone(place);
    }
    Sighting seen = sights.sighting(pod, place, container);
    if (seen.phase() != Sighting.Phase.CREATED) {
      return seen;
    }
    calls.create(PodRequests.gate(pod, place));
    hurry(place);
    return started(pod.getMetadata().getName(), place, container);
  }

  /** A change of a Pod makes its node look at it at once, rather than within some ten seconds. */
  private void hurry(PodPlace place) throws EngineException {
    var unused =
        calls.annotate(place.pod(), PodMarks.started(place.container(), Instant.now().toString()));
  }

  private Sighting started(String pod, PodPlace place, String container) throws EngineException {
    Beginning beginning = new Beginning(place, container);
    Sighting started = news.await(pod, START_LIMIT, beginning);
    if (started == null) {
      throw new EngineException(
          Problem.UNREACHABLE, "the container has not begun yet: " + beginning.waitsFor);
    }
    return started;
  }

  /** Looks for the beginning of a container that was told to. */
  private final class Beginning implements PodNews.Look<Sighting> {
    private final PodPlace place;
    private final String container;
    private long hurriedNanos = System.nanoTime();
    private String waitsFor = "";

    Beginning(PodPlace place, String container) {
      this.place = place;
      this.container = container;
    }

    @Override
    public @Nullable Sighting at(@Nullable Pod pod) throws EngineException {
      if (pod == null) {
        throw PodSights.gone(place);
      }
      Sighting seen = sights.sighting(pod, place, container);
      if (seen.phase() != Sighting.Phase.CREATED) {
        return seen;
      }
      EngineException trouble = PodAnswers.trouble(pod, place);
      if (trouble != null) {
        throw trouble;
      }
      // The node may have looked before it had heard of the Secret.
      boolean again = System.nanoTime() - hurriedNanos > HURRY_AGAIN.toNanos();
      if (again && PodAnswers.waitsForItsSecrets(pod, place)) {
        hurriedNanos = System.nanoTime();
        hurry(place);
      }
      waitsFor = PodAnswers.waitsFor(pod, place);
      return null;
    }
  }

  /** In a Pod of its own, since a node starts nothing twice; with others in it that is refused. */
  Sighting restart(PodPlace place, String container) throws EngineException {
    Pod first = calls.get(place.pod());
    if (first == null) {
      throw PodSights.gone(place);
    }
    Pod latest = sights.newest(place, first);
    Sighting seen = sights.sighting(latest, place, container);
    if (seen.phase() != Sighting.Phase.EXITED) {
      return start(place, container);
    }
    if (first.getSpec().getContainers().size() > 1) {
      throw EngineException.refused("one of several containers of a Pod is not started again");
    }
    int run = PodMarks.run(latest) + 1;
    // Noted before it is made, so that none runs that nobody knows of.
    if (calls.annotate(place.pod(), PodMarks.runs(run)) == null) {
      throw PodSights.gone(place);
    }
    Pod again = calls.create(PodRequests.again(first, run, place.pod(run)));
    Sighting started = started(again.getMetadata().getName(), place, container);
    int old = run - 2;
    if (old > 1) {
      calls.remove(place.pod(old));
    }
    return started;
  }
}
