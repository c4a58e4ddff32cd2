package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.longshore.messages.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What readiness says of health. A container that is ready is healthy. One that is not is unhealthy
 * if it ever was, or if all the time has passed in which it may have become so; the API does not
 * tell "not yet" from "not any more". After a restart of the runner it may be unknown for what is
 * left of that time, though it had been healthy.
 */
final class PodHealth {
  private final Set<String> passed = ConcurrentHashMap.newKeySet();

  /**
   * Null for a container without a check.
   *
   * @param since when it was started
   */
  @Nullable HealthStatus of(Pod pod, ContainerStatus status, Instant since, Instant now) {
    if (!isChecked(pod, status.getName())) {
      return null;
    }
    String run = key(pod.getMetadata().getName(), status.getName());
    if (Boolean.TRUE.equals(status.getReady())) {
      passed.add(run);
      return HealthStatus.HEALTHY;
    }
    int patience = PodMarks.healthPatience(pod, status.getName());
    boolean late = Duration.between(since, now).toSeconds() > patience;
    return passed.contains(run) || late ? HealthStatus.UNHEALTHY : HealthStatus.UNKNOWN;
  }

  private static boolean isChecked(Pod pod, String container) {
    for (Container one : pod.getSpec().getContainers()) {
      if (one.getName().equals(container)) {
        return one.getReadinessProbe() != null;
      }
    }
    return false;
  }

  /** One run of a container. */
  static String key(String pod, String container) {
    return pod + "/" + container;
  }

  void forget(String run) {
    passed.remove(run);
  }
}
