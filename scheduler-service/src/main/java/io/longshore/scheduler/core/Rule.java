package io.longshore.scheduler.core;

import org.jspecify.annotations.Nullable;

/** What leads to a decision, or keeps one from being made. The names are public. */
public enum Rule {
  // --- why a task is started

  /** The first deployment of a service. */
  INITIAL_LAUNCH,
  /** Another task of the deployment has gone, or is about to go. */
  REPLACEMENT,
  /** A further deployment, or the way back to an earlier one. */
  DEPLOYMENT,
  /** Fewer tasks than wanted, and none of them has gone: the count was raised. */
  SCALE_OUT,
  /** A daemon's host without a task of it. */
  DAEMON_HOST,
  /** Zones have become uneven. */
  ZONE_MOVE,
  RUN_TASK,
  START_TASK,

  // --- why a task is stopped

  /** More tasks than wanted. */
  SURPLUS,
  FAILED_HEALTH_CHECKS("failed its health checks"),
  /** Its deployment is not the primary one any more. */
  EARLIER_DEPLOYMENT,
  /** Its host is draining, or no longer one that a daemon is to be on. */
  HOST_LEFT("had to leave its host"),
  SERVICE_DELETED,
  STOP_TASK("was stopped by StopTask"),
  /** It ended by itself. */
  ENDED,
  /** Its host is not heard of any more, or has left. */
  HOST_LOST,
  /** Its host has nothing of it any more. */
  CONTAINERS_GONE,
  HOST_DEREGISTERED,

  // --- why nothing happens yet

  /** The deployment was given up without a way back. */
  GIVEN_UP,
  /** Launches wait after failures in a row. */
  BACK_OFF,
  /** As many tasks as may be launched at a time have been. */
  LAUNCH_BUDGET,
  /** No host has a place. */
  NO_PLACE,
  /** maximumPercent leaves no room for further tasks. */
  UPPER_BOUND,
  /** There may be no second copy, and the old one is not known to have stopped. */
  OLD_COPY,
  /** minimumHealthyPercent lets no healthy task go. */
  LOWER_BOUND,
  /** Protected tasks are not stopped. */
  PROTECTED,
  /** Unhealthy tasks stay until others are healthy in their stead. */
  STAND_IN,
  /** Tasks have yet to come up. */
  STARTING,
  /** Tasks run that have yet to pass their health checks. */
  HEALTH_CHECK,
  /** Tasks run that load balancers have yet to find healthy. */
  TARGET_HEALTH,
  /** Tasks without a health check have to run for a while before they count. */
  HEALTHY_AFTER,
  /** Failed health checks are passed over for a while. */
  HEALTH_GRACE,
  /** A deployment that is up is watched for a while before it counts as a success. */
  BAKE_TIME;

  private final @Nullable String vacates;

  Rule() {
    this(null);
  }

  Rule(@Nullable String vacates) {
    this.vacates = vacates;
  }

  /** What the next task says of the one it replaces; null where no place becomes free. */
  @Nullable String vacates() {
    return vacates;
  }
}
