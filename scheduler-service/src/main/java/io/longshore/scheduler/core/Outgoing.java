package io.longshore.scheduler.core;

import io.longshore.messages.ClusterNotice;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Order;
import io.longshore.messages.Route;

/** A record that has to leave because of a decision, in the order of the decisions. */
public sealed interface Outgoing {
  /** To the runner it names. */
  record ToRunner(Order order) implements Outgoing {}

  /** To hosts that lend themselves to every cluster. */
  record Notice(ClusterNotice notice) implements Outgoing {}

  /** Public: a task changed. */
  record TaskChanged(Task task) implements Outgoing {}

  /** Public: a runner changed. */
  record RunnerChanged(Runner runner) implements Outgoing {}

  /** Public: a deployment of a service has begun, was completed or has failed. */
  record DeploymentChanged(Service service, DeploymentState deployment) implements Outgoing {}

  /**
   * Public: a service did something.
   *
   * @param eventName ECS's, e.g. {@code SERVICE_STEADY_STATE}
   */
  record ServiceActed(Service service, String eventName) implements Outgoing {}

  /** To load balancers: a route is new or changed. */
  record Routed(Route route) implements Outgoing {}

  /** To load balancers: there is no such route any more. */
  record RouteGone(String key) implements Outgoing {}
}
