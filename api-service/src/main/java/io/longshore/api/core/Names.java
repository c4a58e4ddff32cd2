package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Ids;
import io.longshore.messages.Reply;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What requests call things by: a short name, an id or an ARN. An ARN of another account, region or
 * cluster names nothing of ours, and is answered like a name that does not exist.
 */
public record Names(Arns arns) {
  public static final ClusterName DEFAULT_CLUSTER = new ClusterName("default");
  private static final int LONGEST_ARN = 1024;

  /** A task definition as requests name it; without a revision the latest active one is meant. */
  public record DefinitionName(String family, @Nullable Integer revision) {}

  /**
   * A rollout or a revision of a service, by its ARN.
   *
   * @param id the last part
   */
  public record OfService(ClusterName cluster, ServiceName service, String id) {}

  /** What tags can be on. */
  public sealed interface Taggable {
    /** What a command about it is keyed by. */
    String key();

    /** A cluster. */
    record OfCluster(ClusterName cluster) implements Taggable {
      @Override
      public String key() {
        return cluster.value();
      }
    }

    /** A service. */
    record OfService(ClusterName cluster, ServiceName service) implements Taggable {
      @Override
      public String key() {
        return cluster.value();
      }
    }

    /** A task. */
    record OfTask(ClusterName cluster, TaskId task) implements Taggable {
      @Override
      public String key() {
        return cluster.value();
      }
    }

    /** A container instance. */
    record OfRunner(ClusterName cluster, RunnerId runner) implements Taggable {
      @Override
      public String key() {
        return cluster.value();
      }
    }

    /** A capacity provider. */
    record OfCapacityProvider(String name) implements Taggable {
      @Override
      public String key() {
        return Command.ACCOUNT_KEY;
      }
    }

    /** A task definition. */
    record OfDefinition(TaskDefinitionId definition) implements Taggable {
      @Override
      public String key() {
        return Command.definitionKey(definition.family());
      }
    }
  }

  /** The cluster a request's member {@code cluster} names; {@code default} when it names none. */
  public ClusterName cluster(Members request) {
    String given = request.text("cluster");
    if (given == null || given.isEmpty()) {
      return DEFAULT_CLUSTER;
    }
    ClusterName cluster = clusterOrNull(given);
    if (cluster == null) {
      throw EcsException.clusterNotFound();
    }
    return cluster;
  }

  /** Null for a cluster that is not of this installation. */
  public @Nullable ClusterName clusterOrNull(String given) {
    if (!isArn(given)) {
      return new ClusterName(Rules.name("cluster", given));
    }
    List<String> path = path(given, "cluster");
    return path.size() == 1 && Ids.isName(path.getFirst())
        ? new ClusterName(path.getFirst())
        : null;
  }

  /** Null for a service that is not of this cluster. */
  public @Nullable ServiceName serviceOrNull(ClusterName cluster, String given) {
    if (!isArn(given)) {
      return new ServiceName(Rules.name("service", given));
    }
    String name = within(cluster, path(given, "service"));
    return name != null && Ids.isName(name) ? new ServiceName(name) : null;
  }

  /** Null for a service deployment that is not of this installation. */
  public @Nullable OfService serviceDeploymentOrNull(String given) {
    return ofServiceOrNull("serviceDeploymentArn", given, "service-deployment");
  }

  /** Null for a service revision that is not of this installation. */
  public @Nullable OfService serviceRevisionOrNull(String given) {
    return ofServiceOrNull("serviceRevisionArn", given, "service-revision");
  }

  private @Nullable OfService ofServiceOrNull(String member, String given, String kind) {
    if (!isArn(given)) {
      throw invalid("%s must be an ARN, not '%s'.".formatted(member, Rules.shown(given)));
    }
    List<String> path = path(given, kind);
    return path.size() == 3 && path.stream().allMatch(Ids::isName)
        ? new OfService(new ClusterName(path.get(0)), new ServiceName(path.get(1)), path.get(2))
        : null;
  }

  /** Null for a task that is not of this cluster. */
  public @Nullable TaskId taskOrNull(ClusterName cluster, String given) {
    if (!isArn(given)) {
      if (!Ids.isHex(given)) {
        throw invalid(
            "task must be an ARN or an id of 32 hexadecimal digits, not '%s'."
                .formatted(Rules.shown(given)));
      }
      return new TaskId(given);
    }
    String id = within(cluster, path(given, "task"));
    return id != null && Ids.isHex(id) ? new TaskId(id) : null;
  }

  /** Null for a container instance that is not of this cluster. */
  public @Nullable RunnerId runnerOrNull(ClusterName cluster, String given) {
    if (!isArn(given)) {
      if (!Ids.isHex(given)) {
        throw invalid(
            "containerInstance must be an ARN or an id of 32 hexadecimal digits, not '%s'."
                .formatted(Rules.shown(given)));
      }
      return new RunnerId(given);
    }
    String id = within(cluster, path(given, "container-instance"));
    return id != null && Ids.isHex(id) ? new RunnerId(id) : null;
  }

  /** Null for a definition that is not of this installation. */
  public @Nullable DefinitionName definitionOrNull(String given) {
    String name = given;
    if (isArn(given)) {
      List<String> path = path(given, "task-definition");
      if (path.size() != 1) {
        return null;
      }
      name = path.getFirst();
    }
    int colon = name.lastIndexOf(':');
    String family = Rules.name("taskDefinition", colon < 0 ? name : name.substring(0, colon));
    return new DefinitionName(family, colon < 0 ? null : revision(name.substring(colon + 1)));
  }

  /** Null for a resource that is not of this installation. */
  public @Nullable Taggable taggableOrNull(String arn) {
    if (!isArn(arn)) {
      throw invalid("resourceArn must be an ARN, not '%s'.".formatted(Rules.shown(arn)));
    }
    List<String> cluster = path(arn, "cluster");
    if (cluster.size() == 1 && Ids.isName(cluster.getFirst())) {
      return new Taggable.OfCluster(new ClusterName(cluster.getFirst()));
    }
    List<String> definition = path(arn, "task-definition");
    if (definition.size() == 1) {
      DefinitionName name = definitionOrNull(arn);
      return name == null || name.revision() == null
          ? null
          : new Taggable.OfDefinition(new TaskDefinitionId(name.family(), name.revision()));
    }
    List<String> provider = path(arn, "capacity-provider");
    return provider.size() == 1 && Ids.isName(provider.getFirst())
        ? new Taggable.OfCapacityProvider(provider.getFirst())
        : taggableInCluster(arn);
  }

  private @Nullable Taggable taggableInCluster(String arn) {
    for (String kind : List.of("service", "task", "container-instance")) {
      List<String> path = path(arn, kind);
      if (path.size() != 2 || !Ids.isName(path.get(0))) {
        continue;
      }
      ClusterName cluster = new ClusterName(path.get(0));
      String id = path.get(1);
      if (kind.equals("service")) {
        return Ids.isName(id) ? new Taggable.OfService(cluster, new ServiceName(id)) : null;
      }
      if (!Ids.isHex(id)) {
        return null;
      }
      return kind.equals("task")
          ? new Taggable.OfTask(cluster, new TaskId(id))
          : new Taggable.OfRunner(cluster, new RunnerId(id));
    }
    return null;
  }

  /**
   * A failure as ECS shows it. The scheduler names things by their ids.
   *
   * @param ofTask whether it is about a task rather than a container instance
   */
  public Members failure(ClusterName cluster, Reply.Failure failure, boolean ofTask) {
    String id = failure.arn();
    if (id != null && Ids.isHex(id)) {
      id =
          ofTask
              ? arns.task(cluster, new TaskId(id))
              : arns.containerInstance(cluster, new RunnerId(id));
    }
    return Members.NONE
        .with("arn", id)
        .with("reason", failure.reason())
        .with("detail", failure.detail());
  }

  /** What a namespace may be called in a request: as given, and by the name in its ARN. */
  public static List<String> namespace(String given) {
    return isArn(given)
        ? List.of(given, given.substring(given.lastIndexOf('/') + 1))
        : List.of(given);
  }

  private static boolean isArn(String given) {
    if (given.length() > LONGEST_ARN) {
      throw invalid("The identifier '%s' is too long.".formatted(Rules.shown(given)));
    }
    return given.startsWith("arn:");
  }

  /** What follows the kind, split at slashes; empty when the ARN is of something else. */
  private List<String> path(String arn, String kind) {
    String prefix = "arn:aws:ecs:" + arns.region() + ":" + arns.account() + ":" + kind + "/";
    return arn.startsWith(prefix)
        ? List.of(arn.substring(prefix.length()).split("/", -1))
        : List.of();
  }

  private static @Nullable String within(ClusterName cluster, List<String> path) {
    return path.size() == 2 && path.get(0).equals(cluster.value()) ? path.get(1) : null;
  }

  private static int revision(String text) {
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw invalid(
          "taskDefinition has the invalid revision number '%s'.".formatted(Rules.shown(text)));
    }
    return Integer.parseInt(text);
  }
}
