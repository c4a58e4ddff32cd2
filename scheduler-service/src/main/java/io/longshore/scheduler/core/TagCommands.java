package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Ids;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tags on any resource, by its ARN. */
final class TagCommands {
  /** ECS's limit of tags on one resource. */
  static final int MAX_TAGS = 50;

  Decided tag(State state, Command.TagResource command) {
    Tagged tagged = find(state, command.resourceArn());
    if (tagged == null) {
      return notFound();
    }
    Map<String, String> tags = new HashMap<>(tagged.tags());
    tags.putAll(command.tags());
    if (tags.size() > MAX_TAGS) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER,
          "The maximum number of tags that can be applied to a resource is " + MAX_TAGS + ".");
    }
    Decision put = tagged.put().apply(Map.copyOf(tags));
    String unfit =
        put instanceof Decision.PutService(Service service)
                && command.tags().containsKey(Copies.TAG)
            ? Copies.refusal(service)
            : null;
    return unfit == null
        ? Decided.accepted(command.resourceArn(), put)
        : Decided.rejected(ErrorType.INVALID_PARAMETER, unfit);
  }

  Decided untag(State state, Command.UntagResource command) {
    Tagged tagged = find(state, command.resourceArn());
    if (tagged == null) {
      return notFound();
    }
    Map<String, String> tags = new HashMap<>(tagged.tags());
    command.tagKeys().forEach(tags::remove);
    return Decided.accepted(command.resourceArn(), tagged.put().apply(Map.copyOf(tags)));
  }

  private static Decided notFound() {
    return Decided.rejected(
        ErrorType.RESOURCE_NOT_FOUND, "The specified resource was not found or is not active.");
  }

  /** A resource, and how to give it other tags. */
  private record Tagged(Map<String, String> tags, Function<Map<String, String>, Decision> put) {}

  /** The last part of an ARN, {@code kind/…}, says which resource it is. */
  private static @Nullable Tagged find(State state, String arn) {
    String[] path = arn.substring(arn.lastIndexOf(':', kindAt(arn)) + 1).split("/", -1);
    return switch (path[0]) {
      case "cluster" -> path.length == 2 ? cluster(state, path[1]) : null;
      case "service" -> path.length == 3 ? service(state, path[1], path[2]) : null;
      case "task" -> path.length == 3 ? task(state, path[2]) : null;
      case "container-instance" -> path.length == 3 ? runner(state, path[2]) : null;
      case "capacity-provider" -> path.length == 2 ? provider(state, path[1]) : null;
      case "task-definition" -> path.length == 2 ? definition(state, path[1]) : null;
      default -> null;
    };
  }

  private static int kindAt(String arn) {
    int slash = arn.indexOf('/');
    return slash < 0 ? arn.length() : slash;
  }

  private static @Nullable Tagged cluster(State state, String name) {
    Cluster cluster = Ids.isName(name) ? state.cluster(new ClusterName(name)) : null;
    return cluster == null || !cluster.isActive()
        ? null
        : new Tagged(cluster.tags(), tags -> new Decision.PutCluster(cluster.withTags(tags)));
  }

  private static @Nullable Tagged service(State state, String cluster, String name) {
    Service service =
        Ids.isName(cluster) && Ids.isName(name)
            ? state.service(new ClusterName(cluster), new ServiceName(name))
            : null;
    return service == null || service.status() == Service.Status.INACTIVE
        ? null
        : new Tagged(
            service.tags(), tags -> new Decision.PutService(service.withTags(tags).commanded()));
  }

  private static @Nullable Tagged task(State state, String id) {
    Task task = Ids.isHex(id) ? state.task(new TaskId(id)) : null;
    return task == null
        ? null
        : new Tagged(task.tags(), tags -> new Decision.PutTask(task.withTags(tags)));
  }

  private static @Nullable Tagged runner(State state, String id) {
    Runner runner = Ids.isHex(id) ? state.runner(new RunnerId(id)) : null;
    return runner == null || runner.status() == Runner.Status.INACTIVE
        ? null
        : new Tagged(runner.tags(), tags -> new Decision.PutRunner(runner.withTags(tags)));
  }

  private static @Nullable Tagged provider(State state, String name) {
    CapacityProvider provider = state.capacityProvider(name);
    return provider == null || !provider.isActive()
        ? null
        : new Tagged(
            provider.tags(), tags -> new Decision.PutCapacityProvider(provider.withTags(tags)));
  }

  private static @Nullable Tagged definition(State state, String name) {
    int colon = name.lastIndexOf(':');
    if (colon < 0 || !name.substring(colon + 1).matches("[1-9][0-9]{0,8}")) {
      return null;
    }
    String family = name.substring(0, colon);
    if (!Ids.isName(family)) {
      return null;
    }
    TaskDefinitionId id = new TaskDefinitionId(family, Integer.parseInt(name.substring(colon + 1)));
    Definition definition = state.definition(id);
    return definition == null || definition.status() == Definition.Status.DELETED
        ? null
        : new Tagged(
            definition.tags(), tags -> new Decision.PutDefinition(definition.withTags(tags)));
  }
}
