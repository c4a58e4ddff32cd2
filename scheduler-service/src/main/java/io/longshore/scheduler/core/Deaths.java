package io.longshore.scheduler.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.DeploymentState;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the end of a wanted task means for its service.
 *
 * <ol>
 *   <li>A task that had been RUNNING for {@link Policy#steadyAfter} was a success: failures are
 *       counted anew.
 *   <li>Any other is a failure. After as many failures in a row as {@link Policy#backoff} lets
 *       pass, launches wait.
 *   <li>Tasks of an earlier deployment say nothing about the primary one.
 * </ol>
 */
final class Deaths {
  private Deaths() {}

  /**
   * @param impaired whether the service has just begun to be held back
   */
  record Account(Service service, String message, boolean impaired) {}

  static Account account(Service service, Task before, Task after, Policy policy, Instant now) {
    String message = message(service, after);
    DeploymentState primary = service.primary();
    if (!after.isOf(new Task.DeploymentId(primary.id()))) {
      return new Account(service, message, false);
    }
    int failures = wasSteady(after, policy, now) ? 0 : primary.failedTasks() + 1;
    Duration wait = policy.backoff(failures, service.desiredCount());
    @Nullable Instant notBefore = wait.isZero() ? null : now.plus(wait);
    boolean impaired = notBefore != null && service.notBefore() == null;
    Service next =
        service
            .withPrimary(Deployments.withFailedTasks(primary, failures, now))
            .withNotBefore(notBefore);
    return new Account(next, impaired ? message + " " + impairment(service) : message, impaired);
  }

  private static boolean wasSteady(Task task, Policy policy, Instant now) {
    Instant started = task.seen().startedAt();
    if (started == null) {
      return false;
    }
    // Both times are the runner's, so that its clock may be wrong; only a lost task ends by ours.
    Instant ended = task.seen().executionStoppedAt();
    return !started.plus(policy.steadyAfter()).isAfter(ended == null ? now : ended);
  }

  private static String impairment(Service service) {
    return "(service %s) is unable to consistently start tasks successfully."
        .formatted(service.name());
  }

  private static String message(Service service, Task task) {
    String exits =
        task.seen().containers().stream()
            .filter(container -> container.exitCode() != null || container.reason() != null)
            .map(Deaths::exit)
            .collect(Collectors.joining(", "));
    return "(service %s) (task %s) has stopped: %s%s."
        .formatted(
            service.name(),
            task.id(),
            task.stoppedReason() == null ? "unknown reason" : withoutDot(task.stoppedReason()),
            exits.isEmpty() ? "" : " (" + exits + ")");
  }

  private static String exit(ContainerObservation container) {
    StringBuilder text = new StringBuilder("container ").append(container.name());
    if (container.exitCode() != null) {
      text.append(" exited with code ").append(container.exitCode());
    }
    if (container.reason() != null) {
      text.append(": ").append(withoutDot(container.reason()));
    }
    return text.toString();
  }

  private static String withoutDot(String text) {
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
