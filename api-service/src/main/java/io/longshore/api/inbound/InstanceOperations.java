package io.longshore.api.inbound;

import io.longshore.api.core.Announcements;
import io.longshore.api.core.Attributes;
import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.InstanceFacts;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Placings;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Shapes;
import io.longshore.api.core.Tags;
import io.longshore.api.core.TaskShapes;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.ClusterStore;
import io.longshore.api.store.InstanceStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Reply;
import io.longshore.messages.RunnerId;
import io.longshore.messages.query.Query;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * RegisterContainerInstance, ListContainerInstances, DescribeContainerInstances,
 * UpdateContainerInstancesState, DeregisterContainerInstance, PutAttributes, DeleteAttributes,
 * ListAttributes.
 */
@ApplicationScoped
class InstanceOperations {
  private static final int MOST_UPDATES = 10;

  private final Commands commands;
  private final ClusterStore clusterStore;
  private final InstanceStore instanceStore;
  private final Names names;
  private final TaskShapes shapes;
  private final Pages pages;

  InstanceOperations(
      Commands commands,
      ClusterStore clusterStore,
      InstanceStore instanceStore,
      Names names,
      TaskShapes shapes,
      Pages pages) {
    this.commands = commands;
    this.clusterStore = clusterStore;
    this.instanceStore = instanceStore;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
  }

  Members list(Call call, Members request) {
    String filter = request.text("filter", "");
    Query query = filter.isEmpty() ? null : Placings.query("filter", filter);
    ClusterName cluster = names.cluster(request);
    String status = request.text("status");
    Pages.Window window =
        pages.window(
            request,
            100,
            "ListContainerInstances",
            cluster.value(),
            String.valueOf(status),
            filter);
    List<String> found =
        query == null
            ? instanceStore.instanceIds(cluster, status, window.after(), window.size() + 1)
            : selected(cluster, status, query, window);
    requireCluster(cluster, found.isEmpty());
    Pages.Page<String> page = pages.page(window, found, id -> id);
    return Members.NONE
        .with(
            "containerInstanceArns",
            page.items().stream()
                .map(id -> names.arns().containerInstance(cluster, new RunnerId(id)))
                .toList())
        .with("nextToken", page.nextToken());
  }

  private List<String> selected(
      ClusterName cluster, @Nullable String status, Query query, Pages.Window window) {
    Map<String, Set<String>> groups = query.isOfTasks() ? instanceStore.groups(cluster) : Map.of();
    String after = window.after() == null ? "" : window.after();
    return instanceStore.allInstances(cluster, status).stream()
        .filter(instance -> instance.id().value().compareTo(after) > 0)
        .filter(instance ->
            query.selects(
                new InstanceFacts(instance, groups.getOrDefault(instance.id().value(), Set.of()))))
        .map(instance -> instance.id().value())
        .limit(window.size() + 1L)
        .toList();
  }

  Members updateState(Call call, Members request) {
    List<String> given =
        Rules.atMost("containerInstances", request.texts("containerInstances"), MOST_UPDATES);
    if (given.isEmpty()) {
      throw EcsException.invalid("Container instances cannot be empty.");
    }
    String status = Rules.required(request, "status");
    if (!status.equals("ACTIVE") && !status.equals("DRAINING")) {
      throw EcsException.invalid("status must be ACTIVE or DRAINING.");
    }
    ClusterName cluster = names.cluster(request);
    Map<String, RunnerId> ours = Items.resolve(given, name -> names.runnerOrNull(cluster, name));
    Reply.Accepted accepted =
        commands.ask(
            call,
            null,
            new Command.UpdateContainerInstancesState(
                cluster, ours.values().stream().distinct().toList(), status.equals("DRAINING")));
    List<RunnerId> changed = accepted.ids().stream().map(RunnerId::new).toList();
    List<Members> failures = new ArrayList<>();
    given.stream()
        .filter(name -> !ours.containsKey(name))
        .forEach(name -> failures.add(Shapes.missing(name)));
    accepted.failures().forEach(failure -> failures.add(names.failure(cluster, failure, false)));
    return Members.NONE
        .with(
            "containerInstances",
            instanceStore.instances(cluster, changed).values().stream()
                .map(instance -> shapes.instance(instance, false))
                .toList())
        .with("failures", failures);
  }

  Members register(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    String given = request.text("containerInstanceArn", "");
    RunnerId known = given.isEmpty() ? null : names.runnerOrNull(cluster, given);
    if (!given.isEmpty() && known == null) {
      throw notFound();
    }
    Command.RegisterContainerInstance command =
        new Command.RegisterContainerInstance(
            cluster,
            known,
            Announcements.of(request),
            Announcements.attributes(request),
            Tags.of(request));
    if (!clusterStore.isActiveCluster(cluster)) {
      throw EcsException.missing("ClientException", "Cluster not found.");
    }
    Reply.Accepted accepted = commands.ask(call, null, command);
    RunnerId id = new RunnerId(accepted.ids().getFirst());
    Described.Instance instance = instanceStore.instances(cluster, List.of(id)).get(id.value());
    if (instance == null) {
      throw notFound();
    }
    return Members.NONE.with("containerInstance", shapes.instance(instance, true));
  }

  private static EcsException notFound() {
    return EcsException.missing(
        "InvalidParameterException", "The referenced container instance was not found.");
  }

  Members deregister(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    RunnerId runner = names.runnerOrNull(cluster, Rules.required(request, "containerInstance"));
    if (runner == null || instanceStore.instances(cluster, List.of(runner)).isEmpty()) {
      if (!clusterStore.isActiveCluster(cluster)) {
        throw EcsException.clusterNotFound();
      }
      throw notFound();
    }
    commands.ask(
        call,
        null,
        new Command.DeregisterContainerInstance(cluster, runner, request.flag("force")));
    Described.Instance instance =
        instanceStore.instances(cluster, List.of(runner)).get(runner.value());
    return instance == null
        ? Members.NONE
        : Members.NONE.with("containerInstance", shapes.instance(instance, true));
  }

  Members putAttributes(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    List<Command.InstanceAttribute> attributes = Attributes.of(names, cluster, request, true);
    commands.ask(call, null, new Command.PutAttributes(cluster, attributes));
    return echoed(cluster, attributes);
  }

  Members deleteAttributes(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    List<Command.InstanceAttribute> attributes = Attributes.of(names, cluster, request, false);
    commands.ask(call, null, new Command.DeleteAttributes(cluster, attributes));
    return echoed(cluster, attributes);
  }

  private Members echoed(ClusterName cluster, List<Command.InstanceAttribute> attributes) {
    return Members.NONE.with(
        "attributes",
        attributes.stream()
            .map(attribute ->
                shown(
                    cluster,
                    new Described.Attribute(
                        attribute.runner(),
                        attribute.name(),
                        attribute.value() == null ? "" : attribute.value())))
            .toList());
  }

  private Members shown(ClusterName cluster, Described.Attribute attribute) {
    return Attributes.shown(
        attribute, names.arns().containerInstance(cluster, attribute.instance()));
  }

  Members listAttributes(Call call, Members request) {
    Rules.required(request, "targetType");
    Attributes.requireInstances(request);
    ClusterName cluster = names.cluster(request);
    String name = request.text("attributeName");
    String value = request.text("attributeValue");
    Pages.Window window =
        pages.window(
            request,
            100,
            "ListAttributes",
            cluster.value(),
            String.valueOf(name),
            String.valueOf(value));
    List<Described.Attribute> found =
        instanceStore.attributes(cluster, name, value, window.after(), window.size() + 1);
    requireCluster(cluster, found.isEmpty());
    Pages.Page<Described.Attribute> page =
        pages.page(window, found, attribute -> attribute.name() + " " + attribute.instance());
    return Members.NONE
        .with(
            "attributes",
            page.items().stream().map(attribute -> shown(cluster, attribute)).toList())
        .with("nextToken", page.nextToken());
  }

  Members describe(Call call, Members request) {
    List<String> given =
        Rules.atMost("containerInstances", request.texts("containerInstances"), 100);
    if (given.isEmpty()) {
      throw EcsException.invalid("Container instances cannot be empty.");
    }
    ClusterName cluster = names.cluster(request);
    Map<String, RunnerId> ours = Items.resolve(given, name -> names.runnerOrNull(cluster, name));
    Map<String, Described.Instance> found = instanceStore.instances(cluster, ours.values());
    requireCluster(cluster, found.isEmpty());
    boolean withTags = request.texts("include").contains("TAGS");
    List<Members> instances = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String name : given) {
      RunnerId id = ours.get(name);
      Described.Instance instance = id == null ? null : found.get(id.value());
      if (instance != null) {
        instances.add(shapes.instance(instance, withTags));
      } else {
        failures.add(
            Shapes.missing(id == null ? name : names.arns().containerInstance(cluster, id)));
      }
    }
    return Members.NONE.with("containerInstances", instances).with("failures", failures);
  }

  /** Nothing found can mean that there is no such cluster, which is an error. */
  private void requireCluster(ClusterName cluster, boolean nothingFound) {
    if (nothingFound && !clusterStore.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
  }
}
