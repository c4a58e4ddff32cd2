package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentProgress.Strategy;
import io.longshore.messages.ServiceSettings;
import org.jspecify.annotations.Nullable;

/**
 * Whether there may ever be more copies of a service's task than wanted. ECS has no member for it,
 * so a tag says so: with {@code longshore:copies} = {@code strict} a replacement is launched only
 * when the old task has stopped by its host's word, or when its host is lost, which ends such tasks
 * by itself before.
 *
 * <p>It holds for tasks that are started while the service has the tag.
 */
final class Copies {
  static final String TAG = "longshore:copies";
  private static final String STRICT = "strict";

  private Copies() {}

  static boolean areStrict(Service service) {
    return STRICT.equals(service.tags().get(TAG));
  }

  /** Whether a task is of such a service. */
  static boolean areStrict(State state, Task task) {
    String uid = task.serviceUid();
    Service service = uid == null ? null : state.service(uid);
    return service != null && areStrict(service);
  }

  /** Why a service cannot be what its tag says; null where nothing is in the way. */
  static @Nullable String refusal(Service service) {
    String value = service.tags().get(TAG);
    if (value == null) {
      return null;
    }
    if (!value.equals(STRICT)) {
      return "The value '%s' of the tag %s is not valid: it can only be '%s'."
          .formatted(value, TAG, STRICT);
    }
    ServiceSettings settings = service.settings();
    if (service.isDaemon()) {
      return unmet("the scheduling strategy REPLICA");
    }
    if (settings.deploying().strategy() == Strategy.BLUE_GREEN || Sides.blue(service) != null) {
      return unmet("the deployment strategy ROLLING");
    }
    if (settings.maximumPercent() > 100 || settings.minimumHealthyPercent() >= 100) {
      return unmet(
          "a maximumPercent of at most 100 and a minimumHealthyPercent below 100, so that tasks are"
              + " stopped before others are started in their place; they are %d and %d"
                  .formatted(settings.maximumPercent(), settings.minimumHealthyPercent()));
    }
    return null;
  }

  private static String unmet(String need) {
    return "A service with the tag %s = %s needs %s.".formatted(TAG, STRICT, need);
  }
}
