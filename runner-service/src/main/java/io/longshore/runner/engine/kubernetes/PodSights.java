package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Looks at containers: in which Pod one is now, and how it is there. */
record PodSights(PodCalls calls, PodHealth health) {

  static EngineException gone(PodPlace place) {
    return EngineException.refused("there is no such Pod any more: " + place.pod());
  }

  /** The Pod of the latest run; one that is noted and was never made does not count. */
  Pod newest(PodPlace place, Pod first) throws EngineException {
    for (int run = PodMarks.runs(first); run > 1; run--) {
      Pod pod = calls.get(place.pod(run));
      if (pod != null) {
        return pod;
      }
    }
    return first;
  }

  /** Null if there is none any more. */
  @Nullable Pod newest(PodPlace place) throws EngineException {
    Pod first = calls.get(place.pod());
    return first == null || PodMarks.isRemoved(first, place.container())
        ? null
        : newest(place, first);
  }

  Sighting sighting(Pod pod, PodPlace place, String name) {
    Sighting seen = PodAnswers.sighting(pod, place, name);
    ContainerStatus status = PodAnswers.status(pod, place.container());
    Instant now = Instant.now();
    return status == null || seen.phase() != Sighting.Phase.RUNNING
        ? seen
        : seen.healthy(
            health.of(pod, status, seen.startedAt() == null ? now : seen.startedAt(), now));
  }
}
