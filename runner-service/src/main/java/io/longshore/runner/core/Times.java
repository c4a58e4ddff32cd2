package io.longshore.runner.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When things happened to a task, by this host's clock. Each is written once. */
public record Times(
    @Nullable Instant pullStarted,
    @Nullable Instant pullStopped,
    @Nullable Instant started,
    @Nullable Instant stopping,
    @Nullable Instant executionStopped,
    @Nullable Instant stopped) {
  static final Times NONE = new Times(null, null, null, null, null, null);

  Times withPullStarted(Instant at) {
    return pullStarted != null
        ? this
        : new Times(at, pullStopped, started, stopping, executionStopped, stopped);
  }

  Times withPullStopped(Instant at) {
    return pullStopped != null
        ? this
        : new Times(pullStarted, at, started, stopping, executionStopped, stopped);
  }

  Times withStarted(Instant at) {
    return started != null
        ? this
        : new Times(pullStarted, pullStopped, at, stopping, executionStopped, stopped);
  }

  Times withStopping(Instant at) {
    return stopping != null
        ? this
        : new Times(pullStarted, pullStopped, started, at, executionStopped, stopped);
  }

  Times withExecutionStopped(Instant at) {
    return executionStopped != null
        ? this
        : new Times(pullStarted, pullStopped, started, stopping, at, stopped);
  }

  Times withStopped(Instant at) {
    return stopped != null
        ? this
        : new Times(pullStarted, pullStopped, started, stopping, executionStopped, at);
  }
}
