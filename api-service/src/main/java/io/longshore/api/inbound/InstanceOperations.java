package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Shapes;
import io.longshore.api.core.TaskShapes;
import io.longshore.api.outbound.Call;
import io.longshore.api.store.ReadStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.RunnerId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ListContainerInstances, DescribeContainerInstances. */
@ApplicationScoped
class InstanceOperations {
  private final ReadStore store;
  private final Names names;
  private final TaskShapes shapes;
  private final Pages pages;

  InstanceOperations(ReadStore store, Names names, TaskShapes shapes, Pages pages) {
    this.store = store;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
  }

  Members list(Call call, Members request) {
    if (!request.text("filter", "").isEmpty()) {
      throw EcsException.invalid("filter is not supported yet.");
    }
    ClusterName cluster = names.cluster(request);
    String status = request.text("status");
    Pages.Window window =
        pages.window(
            request, 100, "ListContainerInstances", cluster.value(), String.valueOf(status));
    List<String> found = store.instanceIds(cluster, status, window.after(), window.size() + 1);
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

  Members describe(Call call, Members request) {
    List<String> given =
        Rules.atMost("containerInstances", request.texts("containerInstances"), 100);
    if (given.isEmpty()) {
      throw EcsException.invalid("Container instances cannot be empty.");
    }
    ClusterName cluster = names.cluster(request);
    Map<String, RunnerId> ours = Items.resolve(given, name -> names.runnerOrNull(cluster, name));
    Map<String, Described.Instance> found = store.instances(cluster, ours.values());
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
    if (nothingFound && !store.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
  }
}
