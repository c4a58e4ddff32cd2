package io.longshore.scheduler.core;

import io.longshore.messages.Command;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.ServiceSettings;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;
import java.util.ArrayList;
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
    DeploymentState deployment =
        Deployments.begin(uid, 1, command.spec(), command.desiredCount(), now);
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
            now);
    return Decided.accepted(uid, new Decision.PutService(service));
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
    Service next = service.wanting(count, settings, document);
    if (startsDeployment(command, service)) {
      var spec = command.spec() == null ? service.primary().spec() : command.spec();
      DeploymentState deployment =
          Deployments.begin(service.uid(), next.version(), spec, count, now);
      next =
          next.withDeployments(Deployments.superseded(deployment, service.deployments(), now))
              .withNotBefore(null);
    } else if (count != service.desiredCount()) {
      List<DeploymentState> deployments = new ArrayList<>(service.deployments());
      deployments.set(0, Deployments.withDesiredCount(service.primary(), count, now));
      next = next.withDeployments(deployments);
    }
    return Decided.accepted(service.uid(), new Decision.PutService(next));
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

  Decided delete(State state, Command.DeleteService command) {
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
    return Decided.accepted(service.uid(), new Decision.PutService(service.draining()));
  }

  private static Decided serviceNotFound() {
    return Decided.rejected(ErrorType.SERVICE_NOT_FOUND, "Service not found.");
  }
}
