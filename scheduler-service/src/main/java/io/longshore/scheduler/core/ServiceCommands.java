package io.longshore.scheduler.core;

import io.longshore.messages.Command;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskSpec;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What commands about services come to. They only say what is wanted; the {@link Reconciler} sees
 * to it.
 */
final class ServiceCommands {

  Decided create(State state, Command.CreateService command, String correlationId, Instant now) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Service before = state.service(command.cluster(), command.service());
    if (before != null && before.status() == Service.Status.ACTIVE) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER, "Creation of service was not idempotent.");
    }
    if (before != null && before.status() == Service.Status.DRAINING) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER, "Unable to Start a service that is still Draining.");
    }
    String uid = Ids.derive("service", correlationId);
    TaskSpec spec = command.spec().reachedBy(command.settings().targets());
    DeploymentState deployment =
        Deployments.begin(uid, 1, spec, command.desiredCount(), command.document(), now);
    Service service =
        new Service(
            uid,
            command.cluster(),
            command.service(),
            Service.Status.ACTIVE,
            command.desiredCount(),
            command.settings(),
            List.of(deployment),
            command.document(),
            command.tags(),
            0,
            null,
            false,
            1,
            now,
            Service.Rollouts.NONE,
            before == null ? 1 : before.intent() + 1);
    String unfit = Copies.refusal(service);
    if (unfit != null) {
      return Decided.rejected(ErrorType.INVALID_PARAMETER, unfit);
    }
    service = service.withPrimary(deployment.with(Stages.first(service, List.of())));
    Service told =
        service.withRollouts(service.rollouts().with(Stories.begun(service, List.of(), now)));
    return Decided.accepted(
        uid, new Decision.PutService(told), new Decision.AddRevision(Revision.of(told)));
  }

  Decided update(State state, Command.UpdateService command, Instant now) {
    Service service = state.service(command.cluster(), command.service());
    Decided refusal = refusal(state, command, service);
    if (refusal != null || service == null) {
      return refusal == null ? serviceNotFound() : refusal;
    }
    int count = command.desiredCount() == null ? service.desiredCount() : command.desiredCount();
    ServiceSettings settings = command.settings() == null ? service.settings() : command.settings();
    Json document = service.document().with(command.document());
    Service next = service.wanting(count, settings, document).commanded();
    String unfit = Copies.areStrict(next) ? Copies.refusal(next) : null;
    if (unfit != null) {
      return Decided.rejected(ErrorType.INVALID_PARAMETER, unfit);
    }
    if (startsDeployment(command, service)) {
      var spec = command.spec() == null ? service.primary().spec() : command.spec();
      return deploy(service, next, spec, now);
    }
    if (count != service.desiredCount()) {
      next = Deployments.scaled(next, count, now);
    }
    return Decided.accepted(service.uid(), new Decision.PutService(next));
  }

  /** The rollout at hand, if there is one, ends in its own right before the next one begins. */
  private static Decided deploy(Service before, Service wanted, TaskSpec spec, Instant now) {
    Service ended =
        cutOff(before, "Service deployment superseded by a newer service deployment.", now);
    TaskSpec reached = spec.reachedBy(wanted.settings().targets());
    DeploymentState deployment =
        Deployments.begin(
                wanted.uid(),
                wanted.version(),
                reached,
                wanted.desiredCount(),
                wanted.document(),
                now)
            .with(Stages.first(wanted, before.deployments()));
    Service next =
        wanted
            .withDeployments(Deployments.superseded(deployment, before.deployments(), now))
            .withNotBefore(null);
    Service told =
        next.withRollouts(next.rollouts().with(Stories.begun(next, before.deployments(), now)));
    return Decided.accepted(
        told.uid(),
        new Decision.PutService(ended),
        new Decision.PutService(told),
        new Decision.AddRevision(Revision.of(told)));
  }

  private static Service cutOff(Service service, String reason, Instant now) {
    ServiceDeploymentState latest = service.rollouts().latest();
    return latest == null
        ? service
        : service.withRollouts(service.rollouts().with(Stories.cutOff(latest, reason, now)));
  }

  Decided stopDeployment(State state, Command.StopServiceDeployment command, Instant now) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Service service = state.service(command.cluster(), command.service());
    ServiceDeploymentState latest = service == null ? null : service.rollouts().latest();
    // The api has seen that there is such a service deployment; any but the latest has ended.
    if (service == null
        || latest == null
        || !latest.id().equals(command.id())
        || latest.hasEnded()) {
      return Decided.rejected(
          ErrorType.CONFLICT, "The service deployment has ended and cannot be stopped any more.");
    }
    if (Stages.isCleaningUp(service.primary()) && latest.rollback() == null) {
      return Decided.rejected(
          ErrorType.CONFLICT,
          "The service deployment is cleaning up and cannot be stopped any more.");
    }
    return switch (command.stopType()) {
      case ABORT ->
          Decided.accepted(
              latest.id(),
              new Decision.PutService(
                  Deployments.givenUp(service, Deployments.Cause.REQUEST, now).commanded()));
      case ROLLBACK -> rollBack(service, latest, now);
    };
  }

  private static Decided rollBack(Service service, ServiceDeploymentState latest, Instant now) {
    if (latest.rollback() != null) {
      return Decided.accepted(latest.id());
    }
    DeploymentState target = Deployments.wayBack(service);
    if (target == null) {
      return Decided.rejected(
          ErrorType.CONFLICT,
          "The service deployment cannot be rolled back: no deployment of the service was"
              + " completed before it. Stop it with stopType ABORT.");
    }
    return Decided.accepted(
        latest.id(),
        new Decision.PutService(
            Deployments.rolledBack(service, target, Deployments.Cause.REQUEST, now).commanded()),
        Reconciler.rollingBack(service, target));
  }

  private static boolean startsDeployment(Command.UpdateService command, Service service) {
    boolean otherRevision =
        command.spec() != null
            && !command.spec().definition().equals(service.primary().spec().definition());
    return command.forceNewDeployment() || otherRevision;
  }

  private static @Nullable Decided refusal(
      State state, Command.UpdateService command, @Nullable Service service) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    if (service == null) {
      return serviceNotFound();
    }
    if (service.status() != Service.Status.ACTIVE) {
      return Decided.rejected(ErrorType.SERVICE_NOT_ACTIVE, "Service was not ACTIVE.");
    }
    return null;
  }

  Decided delete(State state, Command.DeleteService command, Instant now) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Service service = state.service(command.cluster(), command.service());
    if (service == null) {
      return serviceNotFound();
    }
    if (service.status() != Service.Status.ACTIVE) {
      return Decided.accepted(service.uid());
    }
    if (!command.force() && service.desiredCount() > 0) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER, "The service cannot be stopped while it is scaled above 0.");
    }
    return Decided.accepted(
        service.uid(),
        new Decision.PutService(
            cutOff(service, "The service was deleted.", now).draining().commanded()));
  }

  private static Decided serviceNotFound() {
    return Decided.rejected(ErrorType.SERVICE_NOT_FOUND, "Service not found.");
  }
}
