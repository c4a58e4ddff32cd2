package io.longshore.api.core;

import io.longshore.messages.query.Facts;
import io.longshore.messages.query.Subject;
import java.util.Collection;
import java.util.List;

/**
 * A container instance as expressions of the cluster query language see it.
 *
 * @param groups of the tasks that are wanted on it
 */
public record InstanceFacts(Described.Instance instance, Collection<String> groups)
    implements Facts {
  @Override
  public Collection<String> values(Subject subject) {
    return switch (subject) {
      case Subject.Attribute(String name) -> {
        String value = instance.host().attributes().get(name);
        yield value == null ? List.of() : List.of(value);
      }
      case Subject.TaskGroup any -> groups;
      case Subject.Field field -> List.of(value(field));
    };
  }

  private String value(Subject.Field field) {
    return switch (field) {
      case AGENT_CONNECTED -> Boolean.toString(instance.connected());
      case AGENT_VERSION -> instance.host().agentVersion();
      case EC2_INSTANCE_ID -> instance.host().hostName();
      case REGISTERED_AT -> instance.registeredAt().toString();
      case STATUS -> instance.status();
      case RUNNING_TASKS_COUNT -> Long.toString(instance.runningTasks());
      case PENDING_TASKS_COUNT -> Long.toString(instance.pendingTasks());
      case REGISTERED_CPU -> Integer.toString(instance.host().cpu());
      case REGISTERED_MEMORY -> Integer.toString(instance.host().memoryMiB());
      case REMAINING_CPU -> Long.toString(instance.host().cpu() - instance.takenCpu());
      case REMAINING_MEMORY ->
          Long.toString(instance.host().memoryMiB() - instance.takenMemoryMiB());
    };
  }
}
