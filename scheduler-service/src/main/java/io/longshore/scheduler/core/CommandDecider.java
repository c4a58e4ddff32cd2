package io.longshore.scheduler.core;

import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Ids;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Failure;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a command comes to. Whether it was decided before is not asked here: the caller looks that
 * up, since it depends on answers and not on state.
 */
public final class CommandDecider {

  /** The answer and what it takes to make it true. A rejection takes nothing. */
  public record Decided(Outcome outcome, List<Decision> decisions) {
    static Decided accepted(String id, Decision... decisions) {
      return new Decided(Accepted.of(id), List.of(decisions));
    }

    static Decided rejected(ErrorType error, String message) {
      return new Decided(Rejected.of(error, message), List.of());
    }
  }

  private final ServiceCommands serviceCommands = new ServiceCommands();
  private final ClusterCommands clusterCommands = new ClusterCommands();
  private final AccountCommands accountCommands = new AccountCommands();
  private final TagCommands tagCommands = new TagCommands();
  private final InstanceCommands instanceCommands = new InstanceCommands();
  private final ProtectionCommands protectionCommands = new ProtectionCommands();
  private final LoadBalancingCommands loadBalancingCommands = new LoadBalancingCommands();

  public Decided decide(State state, CommandEnvelope envelope, Instant now) {
    Decided stale = ExpectedVersions.refusal(state, envelope);
    return stale == null ? decided(state, envelope, now) : stale;
  }

  private Decided decided(State state, CommandEnvelope envelope, Instant now) {
    return switch (envelope.command()) {
      case Command.CreateCluster command -> createCluster(state, command, now);
      case Command.DeleteCluster command -> deleteCluster(state, command);
      case Command.RegisterTaskDefinition command -> register(state, command, now);
      case Command.DeregisterTaskDefinition command -> deregister(state, command, now);
      case Command.RunTask command -> runTask(state, command, envelope.correlationId(), now);
      case Command.StopTask command -> stopTask(state, command);
      case Command.CreateService command ->
          serviceCommands.create(state, command, envelope.correlationId(), now);
      case Command.UpdateService command -> serviceCommands.update(state, command, now);
      case Command.DeleteService command -> serviceCommands.delete(state, command, now);
      case Command.StopServiceDeployment command ->
          serviceCommands.stopDeployment(state, command, now);
      case Command.TagResource command -> tagCommands.tag(state, command);
      case Command.UntagResource command -> tagCommands.untag(state, command);
      case Command.StartTask command ->
          instanceCommands.start(state, command, envelope.correlationId(), now);
      case Command.PutAttributes command -> instanceCommands.put(state, command);
      case Command.DeleteAttributes command -> instanceCommands.delete(state, command);
      case Command.UpdateContainerInstancesState command ->
          instanceCommands.updateState(state, command);
      case Command.RegisterContainerInstance command ->
          instanceCommands.register(state, command, envelope.correlationId(), now);
      case Command.DeregisterContainerInstance command ->
          instanceCommands.deregister(state, command);
      case Command.UpdateTaskProtection command -> protectionCommands.update(state, command, now);
      case Command.TellTaskProtection command -> protectionCommands.tell(state, command);
      case Command.UpdateCluster command -> clusterCommands.update(state, command);
      case Command.PutClusterCapacityProviders command ->
          clusterCommands.putCapacityProviders(state, command);
      case Command.DeleteTaskDefinition command -> deleteDefinition(state, command, now);
      case Command.CreateCapacityProvider command -> accountCommands.create(state, command, now);
      case Command.UpdateCapacityProvider command -> accountCommands.update(state, command);
      case Command.DeleteCapacityProvider command -> accountCommands.delete(state, command);
      case Command.PutAccountSetting command -> accountCommands.set(command);
      case LoadBalancingCommand command ->
          loadBalancingCommands.decide(state.loadBalancing(), command, now);
    };
  }

  static Decided clusterNotFound() {
    return Decided.rejected(ErrorType.CLUSTER_NOT_FOUND, "Cluster not found.");
  }

  private static Decided createCluster(State state, Command.CreateCluster command, Instant now) {
    Cluster before = state.cluster(command.cluster());
    if (before != null && before.isActive()) {
      return Decided.accepted(command.cluster().value());
    }
    Cluster cluster =
        new Cluster(
            command.cluster(),
            Cluster.Status.ACTIVE,
            command.document(),
            command.tags(),
            before == null ? 1 : before.version() + 1,
            now);
    return Decided.accepted(command.cluster().value(), new Decision.PutCluster(cluster));
  }

  private static Decided deleteCluster(State state, Command.DeleteCluster command) {
    Cluster cluster = state.cluster(command.cluster());
    if (cluster == null) {
      return clusterNotFound();
    }
    if (!cluster.isActive()) {
      return Decided.accepted(command.cluster().value());
    }
    boolean services =
        state.services().stream()
            .anyMatch(service ->
                service.cluster().equals(command.cluster())
                    && service.status() != Service.Status.INACTIVE);
    if (services) {
      return Decided.rejected(
          ErrorType.CLUSTER_CONTAINS_SERVICES,
          "The Cluster cannot be deleted while Services are active.");
    }
    if (state.anyTask(task -> task.cluster().equals(command.cluster()))) {
      return Decided.rejected(
          ErrorType.CLUSTER_CONTAINS_TASKS,
          "The Cluster cannot be deleted while Tasks are active.");
    }
    if (state.runnersOf(command.cluster()).stream().anyMatch(runner -> !runner.host().shared())) {
      return Decided.rejected(
          ErrorType.CLUSTER_CONTAINS_CONTAINER_INSTANCES,
          "The Cluster cannot be deleted while Container Instances are active or draining.");
    }
    return Decided.accepted(
        command.cluster().value(),
        new Decision.PutCluster(cluster.withStatus(Cluster.Status.INACTIVE)));
  }

  private static Decided register(
      State state, Command.RegisterTaskDefinition command, Instant now) {
    int revision = state.latestRevision(command.family()) + 1;
    TaskDefinitionId id = new TaskDefinitionId(command.family(), revision);
    TaskSpec spec = command.spec().as(id);
    Definition definition =
        new Definition(id, Definition.Status.ACTIVE, command.tags(), now, null, null);
    return Decided.accepted(
        id.toString(), new Decision.AddDefinition(definition, spec, command.document()));
  }

  private static Decided deregister(
      State state, Command.DeregisterTaskDefinition command, Instant now) {
    Definition definition = state.definition(command.definition());
    if (definition == null || definition.status() == Definition.Status.DELETED) {
      return noSuchDefinition();
    }
    if (definition.status() != Definition.Status.ACTIVE) {
      return Decided.accepted(definition.id().toString());
    }
    return Decided.accepted(
        definition.id().toString(), new Decision.PutDefinition(definition.deregistered(now)));
  }

  private static Decided noSuchDefinition() {
    return Decided.rejected(
        ErrorType.CLIENT,
        "The specified task definition does not exist. Specify a valid account, family,"
            + " revision and try again.");
  }

  private static Decided deleteDefinition(
      State state, Command.DeleteTaskDefinition command, Instant now) {
    Definition definition = state.definition(command.definition());
    if (definition == null) {
      return noSuchDefinition();
    }
    return switch (definition.status()) {
      case DELETED -> noSuchDefinition();
      case DELETE_IN_PROGRESS -> Decided.accepted(definition.id().toString());
      case ACTIVE ->
          Decided.rejected(
              ErrorType.CLIENT,
              "The specified task definition is still in ACTIVE status. Please deregister the"
                  + " target and try again.");
      case INACTIVE ->
          Decided.accepted(
              definition.id().toString(), new Decision.PutDefinition(definition.leaving(now)));
    };
  }

  private static Decided runTask(
      State state, Command.RunTask command, String correlationId, Instant now) {
    if (!state.hasActive(command.cluster())) {
      return clusterNotFound();
    }
    Placement placement =
        new Placement(
            state,
            new Placement.Ask(
                command.cluster(),
                command.group(),
                command.spec(),
                command.placing(),
                anywhere -> true));
    if (!placement.hasRunners()) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER, "No Container Instances were found in your cluster.");
    }
    ProviderSplit providers = new ProviderSplit(command.document(), List.of());
    List<String> ids = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    List<Decision> decisions = new ArrayList<>();
    for (int i = 0; i < command.count(); i++) {
      TaskId id = new TaskId(Ids.derive("task", correlationId, Integer.toString(i)));
      Optional<Placement.Choice> place = placement.place(id);
      if (place.isEmpty()) {
        Placement.Refusal refusal = placement.refusal();
        failures.add(
            new Failure(
                refusal.closest() == null ? null : refusal.closest().value(),
                refusal.obstacle().kind().reason(),
                refusal.obstacle().detail()));
        continue;
      }
      ids.add(id.value());
      decisions.add(
          new Decision.Launch(
              Launches.task(
                  id, origin(command, providers), place.get().runner(), command.tags(), now),
              Launches.asked(Rule.RUN_TASK, command.spec(), command.startedBy())
                  .at(place.get().why())));
    }
    return new Decided(new Accepted(ids, failures), decisions);
  }

  private static Task.Origin origin(Command.RunTask command, ProviderSplit providers) {
    return new Task.Origin(
        command.cluster(),
        null,
        command.spec(),
        command.group(),
        command.startedBy(),
        providers.next(command.document()));
  }

  /**
   * The api has seen that the task exists. One that is not here has stopped meanwhile, and to stop
   * it again is no error in ECS.
   */
  private static Decided stopTask(State state, Command.StopTask command) {
    if (!state.hasActive(command.cluster())) {
      return clusterNotFound();
    }
    Task task = state.task(command.task());
    if (task == null || !task.cluster().equals(command.cluster())) {
      return Decided.accepted(command.task().value());
    }
    return Decided.accepted(
        command.task().value(),
        new Decision.Stop(
            command.task(),
            StopCode.USER_INITIATED,
            command.reason(),
            Reason.of(Rule.STOP_TASK, "A call of StopTask said: " + command.reason())));
  }
}
