package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Shapes;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.ClusterStore;
import io.longshore.api.store.TaskStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Reply;
import io.longshore.messages.TaskId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** UpdateTaskProtection, GetTaskProtection. */
@ApplicationScoped
class ProtectionOperations {
  private static final int MOST_UPDATES = 10;
  private static final int MOST_READ = 100;
  private static final int DEFAULT_MINUTES = 120;
  private static final int MOST_MINUTES = 2880;

  private final Commands commands;
  private final ClusterStore clusterStore;
  private final TaskStore taskStore;
  private final Names names;
  private final InstantSource clock = InstantSource.system();

  ProtectionOperations(
      Commands commands, ClusterStore clusterStore, TaskStore taskStore, Names names) {
    this.commands = commands;
    this.clusterStore = clusterStore;
    this.taskStore = taskStore;
    this.names = names;
  }

  Members update(Call call, Members request) {
    Rules.required(request, "cluster");
    ClusterName cluster = names.cluster(request);
    List<String> given = given(request, MOST_UPDATES);
    if (!request.has("protectionEnabled")) {
      throw EcsException.invalid("protectionEnabled must not be null.");
    }
    int minutes =
        Rules.range(
            "expiresInMinutes",
            request.integer("expiresInMinutes", DEFAULT_MINUTES),
            1,
            MOST_MINUTES);
    Map<String, TaskId> ours = Items.resolve(given, name -> names.taskOrNull(cluster, name));
    Reply.Accepted accepted =
        commands.ask(
            call,
            null,
            new Command.UpdateTaskProtection(
                cluster,
                ours.values().stream().distinct().toList(),
                request.flag("protectionEnabled") ? minutes : null));
    List<Members> failures = unknown(given, ours);
    accepted.failures().forEach(failure -> failures.add(names.failure(cluster, failure, true)));
    List<TaskId> changed = accepted.ids().stream().map(TaskId::new).toList();
    return answer(cluster, taskStore.protection(cluster, changed), failures);
  }

  Members get(Call call, Members request) {
    Rules.required(request, "cluster");
    ClusterName cluster = names.cluster(request);
    List<String> given = given(request, MOST_READ);
    Map<String, TaskId> ours = Items.resolve(given, name -> names.taskOrNull(cluster, name));
    Map<String, Described.Protection> found = taskStore.protection(cluster, ours.values());
    if (found.isEmpty() && !clusterStore.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
    List<Members> failures = unknown(given, ours);
    for (TaskId task : ours.values()) {
      Described.Protection protection = found.get(task.value());
      if (protection == null) {
        failures.add(Shapes.missing(names.arns().task(cluster, task)));
      } else if (!protection.inService()) {
        failures.add(
            names.failure(
                cluster,
                new Reply.Failure(
                    task.value(),
                    "TASK_NOT_VALID",
                    "The task is not part of an Amazon ECS service."),
                true));
      }
    }
    found.values().removeIf(protection -> !protection.inService());
    return answer(cluster, found, failures);
  }

  private static List<String> given(Members request, int most) {
    List<String> given = Rules.atMost("tasks", request.texts("tasks"), most);
    if (given.isEmpty()) {
      throw EcsException.invalid("Tasks cannot be empty.");
    }
    return given;
  }

  private static List<Members> unknown(List<String> given, Map<String, TaskId> ours) {
    List<Members> failures = new ArrayList<>();
    given.stream()
        .filter(name -> !ours.containsKey(name))
        .forEach(name -> failures.add(Shapes.missing(name)));
    return failures;
  }

  private Members answer(
      ClusterName cluster, Map<String, Described.Protection> found, List<Members> failures) {
    Instant now = clock.instant();
    return Members.NONE
        .with(
            "protectedTasks",
            found.values().stream()
                .map(protection -> Shapes.protection(names.arns(), cluster, protection, now))
                .toList())
        .with("failures", failures);
  }
}
