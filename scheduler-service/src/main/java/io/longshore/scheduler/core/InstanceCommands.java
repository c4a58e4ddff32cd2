package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Ids;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Failure;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What commands about named container instances come to. */
final class InstanceCommands {
  /** ECS's limit of attributes that are put on one instance. */
  private static final int MOST_ATTRIBUTES = 10;

  /**
   * A new instance waits for a runner that is started for it. One that is there is described anew;
   * its runner is asked to register again, since what it offered beyond the former limits is not
   * known here.
   */
  Decided register(
      State state, Command.RegisterContainerInstance command, String correlationId, Instant now) {
    if (!state.hasActive(command.cluster())) {
      return Decided.rejected(ErrorType.CLIENT, "Cluster not found.");
    }
    if (command.runner() == null) {
      RunnerId id = new RunnerId(Ids.derive("container-instance", correlationId));
      return Decided.accepted(
          id.value(),
          new Decision.PutRunner(
              Runner.awaited(
                  id,
                  command.cluster(),
                  command.announcement(),
                  command.attributes(),
                  command.tags(),
                  now)));
    }
    Runner runner = member(state, command.cluster(), command.runner());
    if (runner == null) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER, "The referenced container instance was not found.");
    }
    Map<String, String> custom = new LinkedHashMap<>(runner.custom());
    custom.putAll(command.attributes());
    Map<String, String> tags = new LinkedHashMap<>(runner.tags());
    tags.putAll(command.tags());
    if (custom.size() > MOST_ATTRIBUTES || tags.size() > TagCommands.MAX_TAGS) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER,
          "A container instance has at most %d custom attributes and %d tags."
              .formatted(MOST_ATTRIBUTES, TagCommands.MAX_TAGS));
    }
    List<Decision> decisions = new ArrayList<>();
    decisions.add(
        new Decision.PutRunner(
            runner.described(command.announcement().over(runner.announced()), custom, tags)));
    if (runner.connected()) {
      decisions.add(new Decision.RegisterAgain(runner.id(), runner.incarnation()));
    }
    return new Decided(Accepted.of(runner.id().value()), decisions);
  }

  Decided put(State state, Command.PutAttributes command) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Map<RunnerId, Map<String, String>> next = new LinkedHashMap<>();
    for (Command.InstanceAttribute attribute : command.attributes()) {
      Runner runner = member(state, command.cluster(), attribute.runner());
      if (runner == null) {
        return targetNotFound(attribute.runner());
      }
      next.computeIfAbsent(runner.id(), id -> new LinkedHashMap<>(runner.custom()))
          .put(attribute.name(), Objects.requireNonNullElse(attribute.value(), ""));
    }
    if (next.values().stream().anyMatch(attributes -> attributes.size() > MOST_ATTRIBUTES)) {
      return Decided.rejected(
          ErrorType.ATTRIBUTE_LIMIT_EXCEEDED,
          "The maximum number of custom attributes on a container instance is %d."
              .formatted(MOST_ATTRIBUTES));
    }
    return changed(state, next);
  }

  Decided delete(State state, Command.DeleteAttributes command) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Map<RunnerId, Map<String, String>> next = new LinkedHashMap<>();
    for (Command.InstanceAttribute attribute : command.attributes()) {
      Runner runner = member(state, command.cluster(), attribute.runner());
      if (runner == null) {
        return targetNotFound(attribute.runner());
      }
      next.computeIfAbsent(runner.id(), id -> new LinkedHashMap<>(runner.custom()))
          .remove(attribute.name());
    }
    return changed(state, next);
  }

  private static Decided changed(State state, Map<RunnerId, Map<String, String>> attributes) {
    List<Decision> decisions = new ArrayList<>();
    attributes.forEach((id, custom) -> {
      Runner runner = state.runner(id);
      if (runner != null && !runner.custom().equals(custom)) {
        decisions.add(new Decision.PutRunner(runner.withCustom(custom)));
      }
    });
    return new Decided(
        new Accepted(attributes.keySet().stream().map(RunnerId::value).toList(), List.of()),
        decisions);
  }

  private static Decided targetNotFound(RunnerId runner) {
    return Decided.rejected(
        ErrorType.TARGET_NOT_FOUND,
        "The specified target wasn't found: container instance %s.".formatted(runner));
  }

  /** What draining means for the tasks on an instance is the {@link Reconciler}'s to say. */
  Decided updateState(State state, Command.UpdateContainerInstancesState command) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Runner.Status status = command.draining() ? Runner.Status.DRAINING : Runner.Status.ACTIVE;
    List<String> ids = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    List<Decision> decisions = new ArrayList<>();
    for (RunnerId id : command.runners()) {
      Runner runner = member(state, command.cluster(), id);
      if (runner == null) {
        failures.add(new Failure(id.value(), "MISSING", null));
        continue;
      }
      ids.add(id.value());
      if (runner.status() != status) {
        decisions.add(new Decision.PutRunner(runner.withStatus(status)));
      }
    }
    return new Decided(new Accepted(ids, failures), decisions);
  }

  /**
   * By force the tasks that are on the instance are over for the cluster, as ECS has it: their
   * containers are left to the host, which is not spoken to any more. It comes back when its
   * process starts anew and registers.
   */
  Decided deregister(State state, Command.DeregisterContainerInstance command) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    Runner runner = member(state, command.cluster(), command.runner());
    if (runner == null) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER, "The referenced container instance was not found.");
    }
    List<Task> tasks = state.tasksOn(runner.id());
    if (!command.force() && !tasks.isEmpty()) {
      return Decided.rejected(ErrorType.INVALID_PARAMETER, "Found running tasks on the instance.");
    }
    for (Task task : tasks) {
      // Its container would go on, and nobody would be there to end it.
      if (runner.connected() && Copies.areStrict(state, task)) {
        return Decided.rejected(
            ErrorType.INVALID_PARAMETER,
            "Task %s on the instance is of a service that allows no second copy. Drain the instance first."
                .formatted(task.id()));
      }
    }
    List<Decision> decisions = new ArrayList<>();
    for (Task task : tasks) {
      decisions.add(
          new Decision.Lose(
              task.id(),
              StopCode.USER_INITIATED,
              "The container instance " + runner.id() + " was deregistered.",
              Rule.HOST_DEREGISTERED));
    }
    decisions.add(
        new Decision.PutRunner(runner.withStatus(Runner.Status.INACTIVE).withConnected(false)));
    return new Decided(Accepted.of(runner.id().value()), decisions);
  }

  Decided start(State state, Command.StartTask command, String correlationId, Instant now) {
    if (!state.hasActive(command.cluster())) {
      return CommandDecider.clusterNotFound();
    }
    List<String> ids = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    List<Decision> decisions = new ArrayList<>();
    for (RunnerId id : command.runners()) {
      Runner runner = member(state, command.cluster(), id);
      if (runner == null || runner.status() == Runner.Status.DRAINING) {
        failures.add(new Failure(id.value(), runner == null ? "MISSING" : "DRAINING", null));
        continue;
      }
      TaskId task = new TaskId(Ids.derive("task", correlationId, id.value()));
      Placement placement = new Placement(state, ask(command, id));
      Optional<Placement.Choice> place = placement.place(task);
      if (place.isEmpty()) {
        Obstacle obstacle = placement.refusal().obstacle();
        failures.add(new Failure(id.value(), obstacle.kind().reason(), obstacle.detail()));
        continue;
      }
      ids.add(task.value());
      decisions.add(
          new Decision.Launch(
              Launches.task(task, origin(command), runner, command.tags(), now),
              Launches.asked(Rule.START_TASK, command.spec(), command.startedBy())
                  .at("The call named the host.")));
    }
    return new Decided(new Accepted(ids, failures), decisions);
  }

  /** There is nothing to choose, yet the host has to have room and be of the platform. */
  private static Placement.Ask ask(Command.StartTask command, RunnerId runner) {
    return new Placement.Ask(
        command.cluster(),
        command.group(),
        command.spec(),
        Placing.ANYWHERE,
        host -> host.id().equals(runner));
  }

  private static Task.Origin origin(Command.StartTask command) {
    return new Task.Origin(
        command.cluster(),
        null,
        command.spec(),
        command.group(),
        command.startedBy(),
        command.document());
  }

  private static @Nullable Runner member(State state, ClusterName cluster, RunnerId id) {
    Runner runner = state.runner(id);
    boolean ours =
        runner != null
            && runner.cluster().equals(cluster)
            && runner.status() != Runner.Status.INACTIVE;
    return ours ? runner : null;
  }
}
