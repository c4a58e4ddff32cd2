package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Launches;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Shapes;
import io.longshore.api.core.Strategies;
import io.longshore.api.core.TaskShapes;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.ClusterStore;
import io.longshore.api.store.ServiceStore;
import io.longshore.api.store.TaskStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Reply;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** RunTask, StartTask, StopTask, DescribeTasks, ListTasks. */
@ApplicationScoped
class TaskOperations {
  private final Commands commands;
  private final ClusterStore clusterStore;
  private final ServiceStore serviceStore;
  private final TaskStore taskStore;
  private final Definitions definitions;
  private final Names names;
  private final TaskShapes shapes;
  private final Pages pages;

  TaskOperations(
      Commands commands,
      ClusterStore clusterStore,
      ServiceStore serviceStore,
      TaskStore taskStore,
      Definitions definitions,
      Names names,
      TaskShapes shapes,
      Pages pages) {
    this.commands = commands;
    this.clusterStore = clusterStore;
    this.serviceStore = serviceStore;
    this.taskStore = taskStore;
    this.definitions = definitions;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
  }

  Members run(Call call, Members request) {
    Launches.check(request);
    ClusterName cluster = names.cluster(request);
    Described.Definition definition = definitions.usable(Rules.required(request, "taskDefinition"));
    Members placed = Strategies.applied(request, clusterStore.clusterDocument(cluster));
    Command.RunTask command = Launches.run(cluster, placed, definition);
    String token = Rules.clientToken(request, 64);
    Reply.Accepted accepted =
        ask(call, token == null ? null : "RunTask/" + cluster + "/" + token, command);
    List<TaskId> ids = accepted.ids().stream().map(TaskId::new).toList();
    return Members.NONE
        .with("tasks", described(cluster, ids, true))
        .with("failures", failures(cluster, accepted));
  }

  private List<Members> failures(ClusterName cluster, Reply.Accepted accepted) {
    return accepted.failures().stream()
        .map(failure -> names.failure(cluster, failure, false))
        .toList();
  }

  Members start(Call call, Members request) {
    Launches.checkStart(request);
    ClusterName cluster = names.cluster(request);
    Described.Definition definition = definitions.usable(Rules.required(request, "taskDefinition"));
    List<String> given = request.texts("containerInstances");
    Map<String, RunnerId> ours = Items.resolve(given, name -> names.runnerOrNull(cluster, name));
    List<RunnerId> runners = ours.values().stream().distinct().toList();
    Reply.Accepted accepted =
        commands.ask(call, null, Launches.start(cluster, request, definition, runners));
    List<Members> failures = new ArrayList<>(failures(cluster, accepted));
    given.stream()
        .filter(name -> !ours.containsKey(name))
        .forEach(name -> failures.add(Shapes.missing(name)));
    List<TaskId> ids = accepted.ids().stream().map(TaskId::new).toList();
    return Members.NONE.with("tasks", described(cluster, ids, true)).with("failures", failures);
  }

  /** A conflict points to the tasks that the token began. */
  private Reply.Accepted ask(Call call, @Nullable String token, Command.RunTask command) {
    try {
      return commands.ask(call, token, command);
    } catch (EcsException e) {
      throw e.pointingTo(
          e.resourceIds().stream()
              .map(id -> names.arns().task(command.cluster(), new TaskId(id)))
              .toList());
    }
  }

  private List<Members> described(ClusterName cluster, List<TaskId> ids, boolean withTags) {
    Map<String, Described.Task> found = taskStore.tasks(cluster, ids);
    return ids.stream()
        .map(id -> found.get(id.value()))
        .filter(Objects::nonNull)
        .map(task -> shapes.task(task, withTags))
        .toList();
  }

  Members stop(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    TaskId task = names.taskOrNull(cluster, Rules.required(request, "task"));
    String reason = Rules.longest("reason", request.text("reason", ""), 1024);
    if (task == null) {
      throw notFound();
    }
    commands.ask(
        call,
        null,
        new Command.StopTask(
            cluster, task, reason == null || reason.isEmpty() ? "Task stopped by user" : reason));
    List<Members> found = described(cluster, List.of(task), true);
    if (found.isEmpty()) {
      throw notFound();
    }
    return Members.NONE.with("task", found.getFirst());
  }

  private static EcsException notFound() {
    return EcsException.missing("InvalidParameterException", "The referenced task was not found.");
  }

  Members describe(Call call, Members request) {
    List<String> given = Rules.atMost("tasks", request.texts("tasks"), 100);
    if (given.isEmpty()) {
      throw EcsException.invalid("Tasks cannot be empty.");
    }
    ClusterName cluster = names.cluster(request);
    Map<String, TaskId> ours = Items.resolve(given, name -> names.taskOrNull(cluster, name));
    Map<String, Described.Task> found = taskStore.tasks(cluster, ours.values());
    requireCluster(cluster, found.isEmpty());
    boolean withTags = request.texts("include").contains("TAGS");
    List<Members> tasks = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String name : given) {
      TaskId id = ours.get(name);
      Described.Task task = id == null ? null : found.get(id.value());
      if (task != null) {
        tasks.add(shapes.task(task, withTags));
      } else {
        failures.add(Shapes.missing(id == null ? name : names.arns().task(cluster, id)));
      }
    }
    return Members.NONE.with("tasks", tasks).with("failures", failures);
  }

  Members list(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    String service = serviceFilter(cluster, request);
    String runner = runnerFilter(cluster, request);
    TaskStore.TaskFilter filter =
        new TaskStore.TaskFilter(
            request.text("desiredStatus", "RUNNING"),
            emptyToNull(request.text("family")),
            service,
            emptyToNull(request.text("startedBy")),
            runner,
            request.text("launchType"));
    Pages.Window window =
        pages.window(request, 100, "ListTasks", cluster.value(), filter.toString());
    List<String> found = taskStore.taskIds(cluster, filter, window.after(), window.size() + 1);
    requireCluster(cluster, found.isEmpty());
    Pages.Page<String> page = pages.page(window, found, id -> id);
    return Members.NONE
        .with(
            "taskArns",
            page.items().stream().map(id -> names.arns().task(cluster, new TaskId(id))).toList())
        .with("nextToken", page.nextToken());
  }

  private @Nullable String serviceFilter(ClusterName cluster, Members request) {
    String given = request.text("serviceName", "");
    if (given.isEmpty()) {
      return null;
    }
    ServiceName service = names.serviceOrNull(cluster, given);
    if (service == null || serviceStore.services(cluster, List.of(service)).isEmpty()) {
      requireCluster(cluster, true);
      throw EcsException.serviceNotFound();
    }
    return service.value();
  }

  private @Nullable String runnerFilter(ClusterName cluster, Members request) {
    String given = request.text("containerInstance", "");
    if (given.isEmpty()) {
      return null;
    }
    RunnerId runner = names.runnerOrNull(cluster, given);
    if (runner == null) {
      throw EcsException.invalid("The referenced containerInstance was not found.");
    }
    return runner.value();
  }

  /** Nothing found can mean that there is no such cluster, which is an error. */
  private void requireCluster(ClusterName cluster, boolean nothingFound) {
    if (nothingFound && !clusterStore.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
  }

  private static @Nullable String emptyToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
