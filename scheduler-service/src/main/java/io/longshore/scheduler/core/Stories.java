package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.Ids;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceDeploymentState.Breaker;
import io.longshore.messages.ServiceDeploymentState.BreakerStatus;
import io.longshore.messages.ServiceDeploymentState.Rollback;
import io.longshore.messages.ServiceDeploymentState.Status;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What ECS tells of each rollout, also afterwards: how it began, how it stands and how it ended.
 * Nothing is decided by it.
 */
final class Stories {
  private Stories() {}

  /** The primary deployment has just begun. */
  static ServiceDeploymentState begun(Service service, List<DeploymentState> before, Instant now) {
    DeploymentState primary = service.primary();
    return new ServiceDeploymentState(
        Ids.derive("service-deployment", service.uid(), primary.id()),
        primary.id(),
        before.stream().map(DeploymentState::id).toList(),
        service.desiredCount(),
        Status.IN_PROGRESS,
        null,
        breaker(service),
        null,
        now,
        now,
        null,
        primary.progress());
  }

  /** How it stands: what the service has come to in the meantime. */
  static ServiceDeploymentState followed(
      ServiceDeploymentState story, Service service, Instant now) {
    Breaker breaker = breaker(service);
    if (story.hasEnded()
        || (story.breaker().equals(breaker)
            && story.desiredCount() == service.desiredCount()
            && Objects.equals(story.progress(), service.primary().progress()))
        || story.status() == Status.ROLLBACK_IN_PROGRESS) {
      return story;
    }
    return new ServiceDeploymentState(
        story.id(),
        story.deploymentId(),
        story.sources(),
        service.desiredCount(),
        story.status(),
        story.statusReason(),
        breaker,
        story.rollback(),
        story.createdAt(),
        now,
        null,
        service.primary().progress());
  }

  static ServiceDeploymentState completed(ServiceDeploymentState story, Instant now) {
    return switch (story.status()) {
      case IN_PROGRESS ->
          ended(story, Status.SUCCESSFUL, null, BreakerStatus.MONITORING_COMPLETE, now);
      case ROLLBACK_IN_PROGRESS ->
          ended(
              story,
              Status.ROLLBACK_SUCCESSFUL,
              story.statusReason(),
              story.breaker().status(),
              now);
      case SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED -> story;
    };
  }

  static ServiceDeploymentState givenUp(
      ServiceDeploymentState story, Deployments.Cause cause, Instant now) {
    return switch (story.status()) {
      case IN_PROGRESS ->
          ended(
              story,
              Status.STOPPED,
              "Service deployment stopped " + cause.because(),
              triggered(story, cause),
              now);
      case ROLLBACK_IN_PROGRESS ->
          ended(
              story,
              Status.ROLLBACK_FAILED,
              "The rollback of the service deployment was given up " + cause.because(),
              story.breaker().status(),
              now);
      case SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED -> story;
    };
  }

  /** Another deployment takes over, or the service is deleted. */
  static ServiceDeploymentState cutOff(ServiceDeploymentState story, String reason, Instant now) {
    return story.hasEnded()
        ? story
        : ended(story, Status.STOPPED, reason, BreakerStatus.MONITORING_COMPLETE, now);
  }

  static ServiceDeploymentState rollingBack(
      ServiceDeploymentState story, String target, Deployments.Cause cause, Instant now) {
    if (story.hasEnded()) {
      return story;
    }
    String reason = "Service deployment rolled back " + cause.because();
    return new ServiceDeploymentState(
        story.id(),
        story.deploymentId(),
        story.sources(),
        story.desiredCount(),
        Status.ROLLBACK_IN_PROGRESS,
        reason,
        in(story.breaker(), triggered(story, cause)),
        new Rollback(reason, now, target),
        story.createdAt(),
        now,
        null);
  }

  private static BreakerStatus triggered(ServiceDeploymentState story, Deployments.Cause cause) {
    return switch (cause) {
      case BREAKER -> BreakerStatus.TRIGGERED;
      case REQUEST -> story.breaker().status();
    };
  }

  private static ServiceDeploymentState ended(
      ServiceDeploymentState story,
      Status status,
      @Nullable String reason,
      BreakerStatus breaker,
      Instant now) {
    return new ServiceDeploymentState(
        story.id(),
        story.deploymentId(),
        story.sources(),
        story.desiredCount(),
        status,
        reason,
        in(story.breaker(), breaker),
        story.rollback(),
        story.createdAt(),
        now,
        now);
  }

  private static Breaker breaker(Service service) {
    var settings = service.settings().circuitBreaker();
    return new Breaker(
        settings.enabled() ? BreakerStatus.MONITORING : BreakerStatus.DISABLED,
        service.primary().failedTasks(),
        CircuitBreakers.threshold(settings.threshold(), service.desiredCount()));
  }

  /** One that is switched off stays so. */
  private static Breaker in(Breaker breaker, BreakerStatus status) {
    return breaker.status() == BreakerStatus.DISABLED
        ? breaker
        : new Breaker(status, breaker.failures(), breaker.threshold());
  }
}
