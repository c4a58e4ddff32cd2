package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the api asks of the scheduler, on {@link Topics#COMMANDS}. The api has checked shape and
 * limits; the scheduler decides everything that depends on state.
 *
 * <p>{@code document} is the described resource as ECS shows it, in ECS's JSON, with every member
 * the client gave and the defaults filled in; what follows from state (counts, status, revision) is
 * not in it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Command.CreateCluster.class, name = "CreateCluster"),
  @JsonSubTypes.Type(value = Command.DeleteCluster.class, name = "DeleteCluster"),
  @JsonSubTypes.Type(value = Command.RegisterTaskDefinition.class, name = "RegisterTaskDefinition"),
  @JsonSubTypes.Type(
      value = Command.DeregisterTaskDefinition.class,
      name = "DeregisterTaskDefinition"),
  @JsonSubTypes.Type(value = Command.RunTask.class, name = "RunTask"),
  @JsonSubTypes.Type(value = Command.StopTask.class, name = "StopTask"),
  @JsonSubTypes.Type(value = Command.CreateService.class, name = "CreateService"),
  @JsonSubTypes.Type(value = Command.UpdateService.class, name = "UpdateService"),
  @JsonSubTypes.Type(value = Command.DeleteService.class, name = "DeleteService"),
  @JsonSubTypes.Type(value = Command.StopServiceDeployment.class, name = "StopServiceDeployment"),
  @JsonSubTypes.Type(value = Command.TagResource.class, name = "TagResource"),
  @JsonSubTypes.Type(value = Command.UntagResource.class, name = "UntagResource"),
  @JsonSubTypes.Type(value = Command.StartTask.class, name = "StartTask"),
  @JsonSubTypes.Type(value = Command.PutAttributes.class, name = "PutAttributes"),
  @JsonSubTypes.Type(value = Command.DeleteAttributes.class, name = "DeleteAttributes"),
  @JsonSubTypes.Type(
      value = Command.UpdateContainerInstancesState.class,
      name = "UpdateContainerInstancesState"),
  @JsonSubTypes.Type(
      value = Command.RegisterContainerInstance.class,
      name = "RegisterContainerInstance"),
  @JsonSubTypes.Type(
      value = Command.DeregisterContainerInstance.class,
      name = "DeregisterContainerInstance"),
  @JsonSubTypes.Type(value = Command.UpdateTaskProtection.class, name = "UpdateTaskProtection"),
  @JsonSubTypes.Type(value = Command.TellTaskProtection.class, name = "TellTaskProtection"),
  @JsonSubTypes.Type(value = Command.UpdateCluster.class, name = "UpdateCluster"),
  @JsonSubTypes.Type(
      value = Command.PutClusterCapacityProviders.class,
      name = "PutClusterCapacityProviders"),
  @JsonSubTypes.Type(value = Command.DeleteTaskDefinition.class, name = "DeleteTaskDefinition"),
  @JsonSubTypes.Type(value = Command.CreateCapacityProvider.class, name = "CreateCapacityProvider"),
  @JsonSubTypes.Type(value = Command.UpdateCapacityProvider.class, name = "UpdateCapacityProvider"),
  @JsonSubTypes.Type(value = Command.DeleteCapacityProvider.class, name = "DeleteCapacityProvider"),
  @JsonSubTypes.Type(value = Command.PutAccountSetting.class, name = "PutAccountSetting"),
  // With commands of its own.
  @JsonSubTypes.Type(LoadBalancingCommand.class),
})
public sealed interface Command
    permits Command.OfCluster,
        Command.OfFamily,
        Command.OfAccount,
        Command.TagResource,
        Command.UntagResource,
        LoadBalancingCommand {
  /**
   * What the record is keyed by: the cluster's name, {@link #definitionKey} for task definitions,
   * or {@link #ACCOUNT_KEY} for what belongs to neither.
   */
  String key();

  /** One shard has all that belongs to the account as a whole; no cluster can be called this. */
  String ACCOUNT_KEY = "account/";

  /** Task definitions belong to no cluster; a family's revisions are counted in one place. */
  static String definitionKey(String family) {
    return "task-definition/" + family;
  }

  /** A command about one cluster and what is in it. */
  sealed interface OfCluster extends Command {
    ClusterName cluster();

    @Override
    default String key() {
      return cluster().value();
    }
  }

  /** A command about one family of task definitions. */
  sealed interface OfFamily extends Command {
    String family();

    @Override
    default String key() {
      return definitionKey(family());
    }
  }

  /** One shard has all load balancers and target groups; no cluster can be called this. */
  String LOAD_BALANCING_KEY = "load-balancing/";

  /** A command about the account as a whole. */
  sealed interface OfAccount extends Command {
    @Override
    default String key() {
      return ACCOUNT_KEY;
    }
  }

  /** Creating a cluster that is there is no error and changes nothing. */
  record CreateCluster(ClusterName cluster, Json document, Map<String, String> tags)
      implements OfCluster {}

  record DeleteCluster(ClusterName cluster) implements OfCluster {}

  /**
   * @param spec its revision is a placeholder; the scheduler counts
   */
  record RegisterTaskDefinition(
      String family, TaskSpec spec, Json document, Map<String, String> tags) implements OfFamily {}

  record DeregisterTaskDefinition(TaskDefinitionId definition) implements OfFamily {
    @Override
    public String family() {
      return definition.family();
    }
  }

  /**
   * Run tasks directly.
   *
   * @param spec with the overrides of the call applied
   * @param count 1 to 10
   */
  record RunTask(
      ClusterName cluster,
      TaskSpec spec,
      int count,
      String group,
      @Nullable String startedBy,
      Json document,
      Map<String, String> tags,
      Placing placing)
      implements OfCluster {
    /** Read from a message that is older than {@code placing}, it has a default. */
    public RunTask {
      placing = placing == null ? Placing.ANYWHERE : placing;
    }
  }

  record StopTask(ClusterName cluster, TaskId task, String reason) implements OfCluster {}

  /**
   * @param desiredCount 0 or more
   */
  record CreateService(
      ClusterName cluster,
      ServiceName service,
      TaskSpec spec,
      int desiredCount,
      ServiceSettings settings,
      Json document,
      Map<String, String> tags)
      implements OfCluster {}

  /**
   * Members that are null stay as they are.
   *
   * @param spec given, starts a new deployment when it names another revision than the service has
   * @param document members to be replaced in the service's document; an empty object for none
   */
  record UpdateService(
      ClusterName cluster,
      ServiceName service,
      @Nullable TaskSpec spec,
      @Nullable Integer desiredCount,
      @Nullable ServiceSettings settings,
      boolean forceNewDeployment,
      Json document)
      implements OfCluster {}

  /**
   * @param force delete even though tasks are wanted
   */
  record DeleteService(ClusterName cluster, ServiceName service, boolean force)
      implements OfCluster {}

  /**
   * Give the rollout of a service up.
   *
   * @param id of the service deployment, 32 hexadecimal digits
   */
  record StopServiceDeployment(
      ClusterName cluster, ServiceName service, String id, StopType stopType)
      implements OfCluster {}

  /** What becomes of a service whose rollout is given up. */
  enum StopType {
    /** It goes back to the last deployment that was completed. */
    ROLLBACK,
    /** It stays as it is. */
    ABORT
  }

  /**
   * @param resourceArn of a cluster, service, task, task definition or container instance
   */
  record TagResource(String key, String resourceArn, Map<String, String> tags) implements Command {}

  record UntagResource(String key, String resourceArn, List<String> tagKeys) implements Command {}

  /**
   * Run tasks on named hosts, one on each.
   *
   * @param spec with the overrides of the call applied
   * @param runners 1 to 10, each once
   */
  record StartTask(
      ClusterName cluster,
      TaskSpec spec,
      List<RunnerId> runners,
      String group,
      @Nullable String startedBy,
      Json document,
      Map<String, String> tags)
      implements OfCluster {}

  /**
   * An attribute of a host, put on it by a client.
   *
   * @param value null for an attribute that is only there
   */
  record InstanceAttribute(RunnerId runner, String name, @Nullable String value) {}

  /** All of them or none. */
  record PutAttributes(ClusterName cluster, List<InstanceAttribute> attributes)
      implements OfCluster {}

  /** All of them or none; an attribute that is not there is no error. */
  record DeleteAttributes(ClusterName cluster, List<InstanceAttribute> attributes)
      implements OfCluster {}

  /**
   * @param draining whether the hosts are to lose the tasks of services and get no more
   */
  record UpdateContainerInstancesState(
      ClusterName cluster, List<RunnerId> runners, boolean draining) implements OfCluster {}

  /**
   * Say of a host what it is to be before a runner takes it, or of one that is there what it is to
   * be from now on.
   *
   * @param runner the one that is there; null for a new one
   * @param attributes put on it beside those it has
   */
  record RegisterContainerInstance(
      ClusterName cluster,
      @Nullable RunnerId runner,
      Announcement announcement,
      Map<String, String> attributes,
      Map<String, String> tags)
      implements OfCluster {}

  /**
   * @param force give up the tasks that are on it
   */
  record DeregisterContainerInstance(ClusterName cluster, RunnerId runner, boolean force)
      implements OfCluster {}

  /**
   * @param minutes 1 to 2880 from now on; null ends the protection
   */
  record UpdateTaskProtection(ClusterName cluster, List<TaskId> tasks, @Nullable Integer minutes)
      implements OfCluster {}

  /**
   * Changes nothing; the answer says until when the task is protected. A runner asks this, which
   * has no views to look at.
   */
  record TellTaskProtection(ClusterName cluster, TaskId task) implements OfCluster {}

  /**
   * @param document members to be replaced in the cluster's document
   */
  record UpdateCluster(ClusterName cluster, Json document) implements OfCluster {}

  /**
   * Refused while a provider that would go is used by a service or a task.
   *
   * @param capacityProviders all that the cluster is to have, by name
   * @param document members to be replaced in the cluster's document, {@code capacityProviders}
   *     among them
   */
  record PutClusterCapacityProviders(
      ClusterName cluster, List<String> capacityProviders, Json document) implements OfCluster {}

  /** Only an INACTIVE one can be deleted; it goes once no task and no service uses it. */
  record DeleteTaskDefinition(TaskDefinitionId definition) implements OfFamily {
    @Override
    public String family() {
      return definition.family();
    }
  }

  record CreateCapacityProvider(String name, Json document, Map<String, String> tags)
      implements OfAccount {}

  /**
   * @param document members to be replaced in the provider's document
   */
  record UpdateCapacityProvider(String name, Json document) implements OfAccount {}

  /** The api has seen that no cluster has it. */
  record DeleteCapacityProvider(String name) implements OfAccount {}

  /**
   * @param principal whom the setting is for, an ARN
   * @param value null to take the setting back
   */
  record PutAccountSetting(String name, String principal, @Nullable String value)
      implements OfAccount {}
}
