package io.longshore.scheduler.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the end of a wanted task means for its service.
 *
 * <ol>
 *   <li>A task that had been RUNNING for {@link Policy#steadyAfter} was a success, or, where it has
 *       health checks, one that had passed them: failures are counted anew.
 *   <li>While the deployment is in progress, the moment a task has got so far counts already.
 *   <li>If its circuit breaker is to count on through healthy tasks, a success takes nothing from
 *       the count while the deployment is in progress; launches wait only after failures in a row.
 *   <li>Any other is a failure. After as many failures in a row as {@link Policy#backoff} lets
 *       pass, launches wait.
 *   <li>Tasks of an earlier deployment say nothing about the primary one. Those of a blue one that
 *       is kept up are counted for themselves, and launches of both wait.
 * </ol>
 */
final class Deaths {
  private Deaths() {}

  /**
   * @param impaired whether the service has just begun to be held back
   * @param counts what the end counts as, a sentence to go on with
   */
  record Account(Service service, String message, boolean impaired, String counts) {}

  static Account account(Service service, Task before, Task after, Policy policy, Instant now) {
    String message = message(service, after);
    DeploymentState primary = service.primary();
    if (!after.isOf(new Task.DeploymentId(primary.id()))) {
      DeploymentState blue = Sides.blue(service);
      return blue != null && after.isOf(new Task.DeploymentId(blue.id()))
          ? ofBlue(service, blue, wasSuccess(before, after, policy, now), policy, now, message)
          : new Account(service, message, false, " It was of an earlier deployment.");
    }
    boolean success = wasSuccess(before, after, policy, now);
    Service next =
        success
            ? succeeded(service, policy, now)
            : counted(service, primary.failedTasks() + 1, policy, now);
    boolean impaired = next.notBefore() != null && service.notBefore() == null;
    String counts =
        success
            ? " It counts as a success."
            : " It is failure " + inARow(next.primary()) + " in a row.";
    return new Account(
        next, impaired ? message + " " + impairment(service) : message, impaired, counts);
  }

  private static Account ofBlue(
      Service service,
      DeploymentState blue,
      boolean success,
      Policy policy,
      Instant now,
      String message) {
    int failures = success ? 0 : blue.failedTasks() + 1;
    List<DeploymentState> deployments =
        service.deployments().stream()
            .map(deployment ->
                deployment == blue ? Deployments.withFailedTasks(blue, failures, now) : deployment)
            .toList();
    Duration wait = policy.backoff(failures, service.desiredCount());
    Service next = service.withDeployments(deployments);
    return new Account(
        wait.isZero() ? next : next.withNotBefore(now.plus(wait)),
        message,
        false,
        " It was of the deployment before, which is kept up: %s."
            .formatted(success ? "a success" : "failure %d in a row".formatted(failures)));
  }

  /** The service with so many failures, and with the wait that follows from those in a row. */
  static Service counted(Service service, int failures, Policy policy, Instant now) {
    DeploymentState next = Deployments.withFailedTasks(service.primary(), failures, now);
    Duration wait = policy.backoff(inARow(next), service.desiredCount());
    return service.withPrimary(next).withNotBefore(wait.isZero() ? null : now.plus(wait));
  }

  /** A task has been healthy. */
  static Service succeeded(Service service, Policy policy, Instant now) {
    DeploymentState primary = service.primary();
    boolean countsOn =
        !service.settings().circuitBreaker().resetOnHealthyTask()
            && primary.rolloutState() == DeploymentState.Rollout.IN_PROGRESS;
    return countsOn
        ? service.withPrimary(Deployments.forgiven(primary, now)).withNotBefore(null)
        : counted(service, 0, policy, now);
  }

  /** How many tasks have failed since the last healthy one. */
  static int inARow(DeploymentState deployment) {
    return deployment.failedTasks() - deployment.forgivenTasks();
  }

  /**
   * Whether a task of a deployment that is in progress has just passed its health checks: a
   * success, as its end would be.
   */
  static boolean proves(Service service, Task before, Task after) {
    DeploymentState primary = service.primary();
    return inARow(primary) > 0
        && primary.rolloutState() == DeploymentState.Rollout.IN_PROGRESS
        && after.isOf(new Task.DeploymentId(primary.id()))
        && Health.isChecked(after.spec())
        && after.isRunning()
        && Health.passed(after)
        && !(before.isRunning() && Health.passed(before));
  }

  /** What is left to say of a task nobody can be asked about: over, with the exit codes unknown. */
  static TaskObservation over(TaskObservation last, Instant now) {
    List<ContainerObservation> containers =
        last.containers().stream()
            .map(seen ->
                new ContainerObservation(
                    seen.name(),
                    seen.runtimeId(),
                    ContainerStatus.STOPPED,
                    seen.exitCode(),
                    seen.reason(),
                    seen.imageDigest(),
                    List.of()))
            .toList();
    return new TaskObservation(
        last.task(),
        TaskStatus.STOPPED,
        containers,
        null,
        null,
        last.pullStartedAt(),
        last.pullStoppedAt(),
        last.startedAt(),
        last.stoppingAt() == null ? now : last.stoppingAt(),
        last.executionStoppedAt() == null ? now : last.executionStoppedAt(),
        now);
  }

  private static boolean wasSuccess(Task before, Task after, Policy policy, Instant now) {
    return Health.isChecked(before.spec())
        ? before.isRunning() && Health.passed(before)
        : wasSteady(after, policy, now);
  }

  private static boolean wasSteady(Task task, Policy policy, Instant now) {
    Instant started = task.seen().startedAt();
    if (started == null) {
      return false;
    }
    // Both times are the runner's, so that its clock may be wrong; only a lost task ends by ours.
    Instant ended = task.seen().executionStoppedAt();
    return !started.plus(policy.proof()).isAfter(ended == null ? now : ended);
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
    return "(service "
        + service.name()
        + ") (task "
        + task.id()
        + ") has stopped: "
        + reason(task)
        + (exits.isEmpty() ? "." : " (" + exits + ").");
  }

  /** Without a full stop. */
  static String reason(Task task) {
    return task.stoppedReason() == null ? "unknown reason" : withoutDot(task.stoppedReason());
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
