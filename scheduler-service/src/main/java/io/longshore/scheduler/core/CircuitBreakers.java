package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState.Rollout;
import io.longshore.messages.ServiceSettings.Threshold;

/**
 * When a deployment is given up: while it is in progress and as many of its tasks have failed, in a
 * row or in all, as the threshold says. What a failure is, {@link Deaths} says. See "How the Amazon
 * ECS deployment circuit breaker detects failures" in the ECS developer guide.
 */
final class CircuitBreakers {
  private static final int FEWEST = 3;
  private static final int MOST = 200;

  private CircuitBreakers() {}

  static boolean trips(Service service) {
    var settings = service.settings().circuitBreaker();
    return settings.enabled()
        && service.primary().rolloutState() == Rollout.IN_PROGRESS
        && !Stages.isCleaningUp(service.primary())
        && service.primary().failedTasks()
            >= threshold(settings.threshold(), service.desiredCount());
  }

  /** How many failures are too many; at least 1. */
  static int threshold(Threshold threshold, int desiredCount) {
    long share = ((long) desiredCount * threshold.value() + 99) / 100;
    return switch (threshold.type()) {
      case COUNT -> Math.max(1, threshold.value());
      case BOUNDED_PERCENT -> (int) Math.clamp(share, FEWEST, MOST);
      case UNBOUNDED_PERCENT -> (int) Math.clamp(share, 1, Integer.MAX_VALUE);
    };
  }
}
