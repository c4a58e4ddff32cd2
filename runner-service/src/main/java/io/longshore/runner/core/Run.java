package io.longshore.runner.core;

import io.longshore.messages.ContainerOrdering.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The latest run of a container: most have only one.
 *
 * @param began null before it was started, and where nobody can know
 * @param first whether it has never been started again
 * @param again whether it has ended and its restart policy has it started again
 * @param inDoubt whether a start broke off, so that nobody knows whether it was done
 */
record Run(@Nullable Instant began, boolean first, boolean again, boolean inDoubt) {
  static final Run NONE = new Run(null, true, false, false);

  Run beganAt(@Nullable Instant at) {
    return began != null ? this : new Run(at, first, again, inDoubt);
  }

  /** A start broke off. */
  Run doubted() {
    return new Run(began, first, again, true);
  }

  /** It was seen whether it runs. */
  Run known() {
    return new Run(began, first, again, false);
  }

  /** Its end is final, whatever its policy says. */
  Run over() {
    return new Run(began, first, false, inDoubt);
  }

  /**
   * Whether a sighting is of an earlier run: engines may tell an end late. Both times are the
   * engine's, because a container that is started again is asked for its times.
   */
  boolean isAfter(Sighting end) {
    return !first && began != null && end.finishedAt() != null && !end.finishedAt().isAfter(began);
  }

  /** It ended. */
  Run ended(@Nullable RestartPolicy policy, Sighting end, Instant now) {
    Instant from = end.startedAt() == null ? began : end.startedAt();
    if (policy == null || from == null || end.exitCode() == null) {
      return over();
    }
    Instant to = end.finishedAt() == null ? now : end.finishedAt();
    boolean longEnough = Duration.between(from, to).getSeconds() >= policy.attemptPeriodSeconds();
    boolean next = longEnough && !policy.ignoredExitCodes().contains(end.exitCode());
    return new Run(began, first, next, inDoubt);
  }
}
