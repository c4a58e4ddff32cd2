package io.longshore.runner.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import java.time.Instant;
import java.util.List;

/** What a task looks like to the scheduler. */
public final class Observations {
  private Observations() {}

  public static TaskObservation of(TaskState state) {
    TaskStatus status = status(state);
    Times times = state.times();
    List<ContainerState> known = state.containers();
    ContainerObservation[] containers = new ContainerObservation[known.size()];
    for (int i = 0; i < containers.length; i++) {
      containers[i] = of(known.get(i), status, state.assignment().spec());
    }
    return new TaskObservation(
        state.task(),
        status,
        List.of(containers),
        state.stopCode(),
        state.stoppedReason(),
        times.pullStarted(),
        times.pullStopped(),
        times.started(),
        times.stopping(),
        times.executionStopped(),
        times.stopped());
  }

  /** Of a task this runner was told to stop and knows nothing of. */
  public static TaskObservation unknown(TaskId task, Instant now) {
    return new TaskObservation(
        task, TaskStatus.STOPPED, List.of(), null, null, null, null, null, now, null, now);
  }

  /**
   * Whether an observation can wait a moment for the next one, which is likely to follow at once
   * and to make it worthless. Whatever lets the scheduler act never waits.
   */
  public static boolean canWait(TaskObservation observation) {
    return switch (observation.lastStatus()) {
      case PROVISIONING, PENDING, ACTIVATING -> true;
      case DEACTIVATING, STOPPING, DEPROVISIONING -> observation.stopCode() == null;
      case RUNNING, STOPPED -> false;
    };
  }

  private static TaskStatus status(TaskState state) {
    if (state.hasEnded()) {
      return TaskStatus.STOPPED;
    }
    if (state.isEnding()) {
      return TaskStatus.STOPPING;
    }
    return state.isRunning() ? TaskStatus.RUNNING : TaskStatus.PENDING;
  }

  private static ContainerObservation of(ContainerState container, TaskStatus task, TaskSpec spec) {
    ContainerStatus status =
        switch (container.stage()) {
          case PLANNED, IMAGE_MISSING, IMAGE_READY, CREATED ->
              task == TaskStatus.STOPPED ? ContainerStatus.STOPPED : ContainerStatus.PENDING;
          case RUNNING -> ContainerStatus.RUNNING;
          case EXITED, REMOVED ->
              container.run().again() && task != TaskStatus.STOPPED
                  ? ContainerStatus.PENDING
                  : ContainerStatus.STOPPED;
        };
    return new ContainerObservation(
        container.name(),
        container.runtimeId(),
        status,
        container.exitCode(),
        container.reason(),
        container.imageDigest(),
        bindings(container, spec),
        container.health(),
        container.address());
  }

  /** On the host's own network every port is where the container opens it; no engine says so. */
  static List<NetworkBinding> bindings(ContainerState container, TaskSpec spec) {
    return spec.networkMode().equals("host") && container.wasStarted()
        ? container.spec().portMappings().stream()
            .map(port ->
                new NetworkBinding(
                    "0.0.0.0", port.containerPort(), port.containerPort(), port.protocol()))
            .toList()
        : container.networkBindings();
  }
}
