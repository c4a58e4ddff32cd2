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
  @JsonSubTypes.Type(value = Command.TagResource.class, name = "TagResource"),
  @JsonSubTypes.Type(value = Command.UntagResource.class, name = "UntagResource"),
})
public sealed interface Command {
  /**
   * What the record is keyed by: the cluster's name, or {@link #definitionKey} for task
   * definitions.
   */
  String key();

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
      Map<String, String> tags)
      implements OfCluster {}

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
   * @param resourceArn of a cluster, service, task, task definition or container instance
   */
  record TagResource(String key, String resourceArn, Map<String, String> tags) implements Command {}

  record UntagResource(String key, String resourceArn, List<String> tagKeys) implements Command {}
}
