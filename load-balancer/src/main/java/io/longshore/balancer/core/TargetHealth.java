package io.longshore.balancer.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a target, in ELB's words.
 *
 * @param reason null when it is healthy
 * @param description one sentence, empty when there is nothing to say
 * @param since when the state became this one
 */
public record TargetHealth(
    State state, @Nullable Reason reason, String description, Instant since) {

  /** ELB's states. */
  public enum State {
    INITIAL,
    HEALTHY,
    UNHEALTHY,
    DRAINING,
    UNUSED,
    UNAVAILABLE
  }

  /** ELB's reason codes. */
  public enum Reason {
    REGISTRATION_IN_PROGRESS("Elb.RegistrationInProgress"),
    FAILED_HEALTH_CHECKS("Target.FailedHealthChecks"),
    TIMEOUT("Target.Timeout"),
    RESPONSE_CODE_MISMATCH("Target.ResponseCodeMismatch"),
    DEREGISTRATION_IN_PROGRESS("Target.DeregistrationInProgress"),
    NOT_IN_USE("Target.NotInUse"),
    HEALTH_CHECK_DISABLED("Target.HealthCheckDisabled");

    private final String code;

    Reason(String code) {
      this.code = code;
    }

    public String code() {
      return code;
    }
  }

  static TargetHealth of(State state, @Nullable Reason reason, String description, Instant now) {
    return new TargetHealth(state, reason, description, now);
  }
}
