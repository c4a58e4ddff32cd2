package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Shapes;
import io.longshore.api.core.Tags;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.ReadStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** CreateCluster, DescribeClusters, ListClusters, DeleteCluster. */
@ApplicationScoped
class ClusterOperations {
  private static final List<String> EVERYTHING =
      List.of("ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS");

  /** A host joins within some 100 ms; one that does not is broken and not worth waiting for. */
  private static final Duration HOSTS_PATIENCE = Duration.ofSeconds(2);

  private static final Duration HOSTS_LOOK = Duration.ofMillis(10);

  private final Commands commands;
  private final ReadStore store;
  private final Names names;
  private final Shapes shapes;
  private final Pages pages;

  ClusterOperations(Commands commands, ReadStore store, Names names, Shapes shapes, Pages pages) {
    this.commands = commands;
    this.store = store;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
  }

  Members create(Call call, Members request) {
    String given = request.text("clusterName", "");
    ClusterName cluster =
        given.isEmpty() ? Names.DEFAULT_CLUSTER : new ClusterName(Rules.name("clusterName", given));
    commands.ask(
        call,
        null,
        new Command.CreateCluster(
            cluster, Shapes.clusterDocument(request).json(), Tags.of(request)));
    awaitSharedHosts(cluster);
    return Members.NONE.with("cluster", shapes.cluster(found(cluster), EVERYTHING));
  }

  /**
   * Hosts that lend themselves to every cluster hear of a new one a moment later. Who creates a
   * cluster and at once runs a task in it should not be told that there is no host.
   */
  private void awaitSharedHosts(ClusterName cluster) {
    long deadline = System.nanoTime() + HOSTS_PATIENCE.toNanos();
    while (!store.sharedHostsHaveJoined(cluster) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(HOSTS_LOOK.toNanos());
    }
  }

  Members delete(Call call, Members request) {
    Rules.required(request, "cluster");
    ClusterName cluster = names.cluster(request);
    commands.ask(call, null, new Command.DeleteCluster(cluster));
    return Members.NONE.with("cluster", shapes.cluster(found(cluster), List.of()));
  }

  private Described.Cluster found(ClusterName cluster) {
    Described.Cluster found = store.clusters(List.of(cluster)).get(cluster.value());
    if (found == null) {
      throw EcsException.clusterNotFound();
    }
    return found;
  }

  Members describe(Call call, Members request) {
    List<String> given = Rules.atMost("clusters", request.texts("clusters"), 100);
    List<String> wanted = given.isEmpty() ? List.of(Names.DEFAULT_CLUSTER.value()) : given;
    Map<String, ClusterName> ours = Items.resolve(wanted, names::clusterOrNull);
    Map<String, Described.Cluster> found = store.clusters(ours.values());
    List<String> include = request.texts("include");
    List<Members> clusters = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String name : wanted) {
      ClusterName cluster = ours.get(name);
      Described.Cluster described = cluster == null ? null : found.get(cluster.value());
      if (described != null) {
        clusters.add(shapes.cluster(described, include));
      } else {
        failures.add(Shapes.missing(cluster == null ? name : names.arns().cluster(cluster)));
      }
    }
    return Members.NONE.with("clusters", clusters).with("failures", failures);
  }

  Members list(Call call, Members request) {
    Pages.Window window = pages.window(request, 100, "ListClusters");
    Pages.Page<String> page =
        pages.page(window, store.clusterNames(window.after(), window.size() + 1), name -> name);
    return Members.NONE
        .with(
            "clusterArns",
            page.items().stream().map(name -> names.arns().cluster(new ClusterName(name))).toList())
        .with("nextToken", page.nextToken());
  }
}
