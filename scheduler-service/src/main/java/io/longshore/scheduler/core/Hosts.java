package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.RunnerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which hosts the tasks of a service may stay on, and how many a daemon is to have: one on each
 * that is ACTIVE, connected and meets the constraints, whether or not it has room.
 *
 * @param suitable all that a daemon is to be on; empty for other services
 */
record Hosts(boolean daemon, Set<RunnerId> suitable) {
  static Hosts of(State state, Service service) {
    if (!service.isDaemon()) {
      return new Hosts(false, Set.of());
    }
    Placement placement = new Placement(state, Placement.Ask.of(service));
    return new Hosts(
        true, placement.suitable().stream().map(Runner::id).collect(Collectors.toSet()));
  }

  /** The service with the count its hosts give it. */
  Service counted(Service service, Instant now) {
    if (!daemon || service.desiredCount() == suitable.size()) {
      return service;
    }
    List<DeploymentState> deployments = new ArrayList<>(service.deployments());
    deployments.set(0, Deployments.withDesiredCount(service.primary(), suitable.size(), now));
    return service
        .wanting(suitable.size(), service.settings(), service.document())
        .withDeployments(deployments);
  }

  /** Whether a task has to go from where it is. */
  boolean mustLeave(State state, Task task) {
    return state.isDraining(task.runner()) || (daemon && !suitable.contains(task.runner()));
  }

  /** Why it has to go. */
  static String whyLeave(State state, Task task) {
    return state.isDraining(task.runner())
        ? "Container instance " + task.runner() + " is draining."
        : "Container instance " + task.runner() + " is no longer one the service is to be on.";
  }
}
