package io.longshore.scheduler.core;

import io.longshore.messages.Report.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * Where load balancers reach a container, as a member of a target group, and how they find it.
 *
 * @param state never DRAINED: that is for a moment only
 * @param reason ELB's code; null when there is nothing to say
 * @param description one sentence; empty when there is nothing to say
 */
public record Target(
    String groupArn,
    String container,
    String host,
    int port,
    TargetState state,
    @Nullable String reason,
    String description) {

  /** One that nothing is known of yet. */
  static Target fresh(String groupArn, String container, String host, int port) {
    return new Target(
        groupArn,
        container,
        host,
        port,
        TargetState.INITIAL,
        "Elb.RegistrationInProgress",
        "Target registration is in progress");
  }

  /** One that gets no more requests. */
  Target draining() {
    return with(
        TargetState.DRAINING,
        "Target.DeregistrationInProgress",
        "Target deregistration is in progress");
  }

  Target with(TargetState nextState, @Nullable String nextReason, String nextDescription) {
    return new Target(groupArn, container, host, port, nextState, nextReason, nextDescription);
  }

  boolean isAt(Target other) {
    return groupArn.equals(other.groupArn)
        && container.equals(other.container)
        && host.equals(other.host)
        && port == other.port;
  }
}
