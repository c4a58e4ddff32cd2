package io.longshore.scheduler.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** How a task begins. */
final class Launches {
  private Launches() {}

  /** A task placed and not yet taken in by its runner. */
  static Task task(
      TaskId id, Task.Origin origin, Runner runner, Map<String, String> tags, Instant now) {
    List<ContainerObservation> containers =
        origin.spec().containers().stream()
            .map(container ->
                new ContainerObservation(
                    container.name(), null, ContainerStatus.PENDING, null, null, null, List.of()))
            .toList();
    TaskObservation nothingSeen =
        new TaskObservation(
            id,
            TaskStatus.PROVISIONING,
            containers,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    return new Task(
        id,
        origin,
        runner.id(),
        runner.host().zone(),
        DesiredStatus.RUNNING,
        nothingSeen,
        null,
        null,
        tags,
        1,
        now);
  }
}
