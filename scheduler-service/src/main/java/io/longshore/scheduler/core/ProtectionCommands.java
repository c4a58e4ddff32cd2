package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.Failure;
import io.longshore.messages.TaskId;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What commands about the protection of tasks come to. Only tasks of services can be protected. */
final class ProtectionCommands {
  Decided update(State state, Command.UpdateTaskProtection command, Instant now) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Integer minutes = command.minutes();
    Instant until = minutes == null ? null : now.plus(Duration.ofMinutes(minutes));
    List<String> ids = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    List<Decision> decisions = new ArrayList<>();
    for (TaskId id : command.tasks()) {
      Task task = state.task(id);
      Failure failure = failure(command.cluster(), id, task);
      if (failure != null || task == null) {
        failures.add(failure == null ? missing(id) : failure);
        continue;
      }
      ids.add(id.value());
      decisions.add(new Decision.PutTask(task.withProtection(until)));
    }
    return new Decided(new Accepted(ids, failures), decisions);
  }

  Decided tell(State state, Command.TellTaskProtection command) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Task task = state.task(command.task());
    Failure failure = failure(command.cluster(), command.task(), task);
    Accepted told =
        failure != null || task == null
            ? new Accepted(List.of(), List.of(failure == null ? missing(command.task()) : failure))
            : new Accepted(List.of(task.id().value()), List.of(), task.protectedUntil());
    return new Decided(told, List.of());
  }

  private static @Nullable Failure failure(ClusterName cluster, TaskId id, @Nullable Task task) {
    if (task == null || !task.cluster().equals(cluster)) {
      return missing(id);
    }
    if (task.serviceUid() == null) {
      return new Failure(
          id.value(), "TASK_NOT_VALID", "The task is not part of an Amazon ECS service.");
    }
    return task.isWanted()
        ? null
        : new Failure(id.value(), "TASK_NOT_VALID", "The task is about to stop.");
  }

  private static Failure missing(TaskId id) {
    return new Failure(id.value(), "MISSING", null);
  }
}
