package io.longshore.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a container starts, how it is known to be well, and whether it is started again.
 *
 * @param dependsOn containers that come first; at the end of a task the order is the other way
 *     round
 * @param startTimeoutSeconds how long the containers that depend on this one wait for it; null for
 *     as long as it takes
 * @param healthCheck null where there is none, or the container definition switches off the image's
 * @param restartPolicy null for never again
 */
public record ContainerOrdering(
    List<Dependency> dependsOn,
    @Nullable Integer startTimeoutSeconds,
    @Nullable HealthCheck healthCheck,
    @Nullable RestartPolicy restartPolicy) {
  public static final ContainerOrdering NONE = new ContainerOrdering(List.of(), null, null, null);

  /** Another container of the task, and how far it has to be (ECS {@code ContainerDependency}). */
  public record Dependency(String container, Condition condition) {}

  /** How far a container has to be before those that depend on it are started. */
  public enum Condition {
    /** It was started. */
    START,
    /** It has ended, however. */
    COMPLETE,
    /** It has ended with exit code 0. */
    SUCCESS,
    /** Its health check has passed. */
    HEALTHY
  }

  /**
   * A command run inside the container again and again (ECS {@code HealthCheck}).
   *
   * @param command begins with {@code CMD} or {@code CMD-SHELL}
   * @param intervalSeconds 5 to 300
   * @param timeoutSeconds 2 to 60
   * @param retries 1 to 10 failures in a row until the container is unhealthy
   * @param startPeriodSeconds 0 to 300; failures that early do not count
   */
  public record HealthCheck(
      List<String> command,
      int intervalSeconds,
      int timeoutSeconds,
      int retries,
      int startPeriodSeconds) {}

  /**
   * Whether a container that ended is started again within its task (ECS {@code
   * ContainerRestartPolicy}).
   *
   * @param ignoredExitCodes ends that are final
   * @param attemptPeriodSeconds 60 to 1800: a container that ran for less is not started again
   */
  public record RestartPolicy(List<Integer> ignoredExitCodes, int attemptPeriodSeconds) {}
}
