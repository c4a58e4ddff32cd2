package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Names.Taggable;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Tags;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.AccountStore;
import io.longshore.api.store.ClusterStore;
import io.longshore.api.store.DefinitionStore;
import io.longshore.api.store.InstanceStore;
import io.longshore.api.store.ServiceStore;
import io.longshore.api.store.TaskStore;
import io.longshore.messages.Command;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** TagResource, UntagResource, ListTagsForResource. */
@ApplicationScoped
class TagOperations {
  private final Commands commands;
  private final ClusterStore clusterStore;
  private final ServiceStore serviceStore;
  private final DefinitionStore definitionStore;
  private final TaskStore taskStore;
  private final InstanceStore instanceStore;
  private final AccountStore account;
  private final Names names;

  TagOperations(
      Commands commands,
      ClusterStore clusterStore,
      ServiceStore serviceStore,
      DefinitionStore definitionStore,
      TaskStore taskStore,
      InstanceStore instanceStore,
      AccountStore account,
      Names names) {
    this.commands = commands;
    this.clusterStore = clusterStore;
    this.serviceStore = serviceStore;
    this.definitionStore = definitionStore;
    this.taskStore = taskStore;
    this.instanceStore = instanceStore;
    this.account = account;
    this.names = names;
  }

  Members tag(Call call, Members request) {
    String arn = Rules.required(request, "resourceArn");
    Map<String, String> tags = Tags.of(request);
    if (tags.isEmpty()) {
      throw EcsException.invalid("tags must not be empty.");
    }
    commands.ask(call, null, new Command.TagResource(resource(arn).key(), arn, tags));
    return Members.NONE;
  }

  Members untag(Call call, Members request) {
    String arn = Rules.required(request, "resourceArn");
    List<String> keys = Tags.keys(request);
    commands.ask(call, null, new Command.UntagResource(resource(arn).key(), arn, keys));
    return Members.NONE;
  }

  Members list(Call call, Members request) {
    Map<String, String> tags = tags(resource(Rules.required(request, "resourceArn")));
    if (tags == null) {
      throw notFound();
    }
    return Members.NONE.with("tags", Tags.shown(tags));
  }

  private @Nullable Map<String, String> tags(Taggable resource) {
    return switch (resource) {
      case Taggable.OfCluster of -> {
        Described.Cluster found =
            clusterStore.clusters(List.of(of.cluster())).get(of.cluster().value());
        yield found == null ? null : found.tags();
      }
      case Taggable.OfService of -> {
        Described.Service found =
            serviceStore.services(of.cluster(), List.of(of.service())).get(of.service().value());
        yield found == null ? null : found.tags();
      }
      case Taggable.OfTask of -> {
        Described.Task found =
            taskStore.tasks(of.cluster(), List.of(of.task())).get(of.task().value());
        yield found == null ? null : found.tags();
      }
      case Taggable.OfRunner of -> {
        Described.Instance found =
            instanceStore.instances(of.cluster(), List.of(of.runner())).get(of.runner().value());
        yield found == null ? null : found.tags();
      }
      case Taggable.OfCapacityProvider of -> {
        Described.CapacityProvider found =
            account.capacityProviders(List.of(of.name())).get(of.name());
        yield found == null ? null : found.tags();
      }
      case Taggable.OfDefinition of -> {
        Described.Definition found = definitionStore.definition(of.definition());
        yield found == null ? null : found.tags();
      }
    };
  }

  private Taggable resource(String arn) {
    Taggable resource = names.taggableOrNull(arn);
    if (resource == null) {
      throw notFound();
    }
    return resource;
  }

  /** ListTagsForResource and TagResource model no other error for this. */
  private static EcsException notFound() {
    return EcsException.missing(
        "InvalidParameterException", "The specified resource is not found: resourceArn.");
  }
}
