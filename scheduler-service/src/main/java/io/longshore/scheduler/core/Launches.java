package io.longshore.scheduler.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a task begins. */
final class Launches {
  private Launches() {}

  /** The tags a task of a service begins with; the more particular ones win. */
  static Map<String, String> tags(Service service) {
    ServiceSettings.Tagging tagging = service.settings().tagging();
    Map<String, String> tags = new HashMap<>(tagging.ofDefinition());
    if (tagging.ofService()) {
      tags.putAll(service.tags());
    }
    if (tagging.managed()) {
      tags.put("aws:ecs:clusterName", service.cluster().value());
      tags.put("aws:ecs:serviceName", service.name().value());
    }
    return Map.copyOf(tags);
  }

  /** A call asked for it. */
  static Reason asked(Rule rule, TaskSpec spec, @Nullable String startedBy) {
    String call = rule == Rule.START_TASK ? "StartTask" : "RunTask";
    return Reason.of(
        rule,
        "A call of %s asked for %s%s."
            .formatted(call, spec.definition(), startedBy == null ? "" : " for " + startedBy));
  }

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
        now,
        null,
        null,
        Task.Traffic.NONE);
  }
}
