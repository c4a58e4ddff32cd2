package io.longshore.api.inbound;

import io.longshore.api.core.AccountSettings;
import io.longshore.api.core.CapacityProviders;
import io.longshore.api.core.Clusters;
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
import io.longshore.api.store.AccountStore;
import io.longshore.api.store.ClusterStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * CreateCluster, DescribeClusters, ListClusters, DeleteCluster, UpdateCluster,
 * UpdateClusterSettings, PutClusterCapacityProviders.
 */
@ApplicationScoped
class ClusterOperations {
  private static final List<String> EVERYTHING =
      List.of("ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS");

  /** A host joins within some 100 ms; one that does not is broken and not worth waiting for. */
  private static final Duration HOSTS_PATIENCE = Duration.ofSeconds(2);

  private static final Duration HOSTS_LOOK = Duration.ofMillis(10);

  private final Commands commands;
  private final ClusterStore clusterStore;
  private final AccountStore account;
  private final Names names;
  private final Shapes shapes;
  private final Pages pages;
  private final CapacityProviders providers;
  private final AccountSettings settings;

  ClusterOperations(
      Commands commands,
      ClusterStore clusterStore,
      AccountStore account,
      Names names,
      Shapes shapes,
      Pages pages,
      CapacityProviders providers,
      AccountSettings settings) {
    this.commands = commands;
    this.clusterStore = clusterStore;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
    this.account = account;
    this.providers = providers;
    this.settings = settings;
  }

  Members create(Call call, Members request) {
    Clusters.check(request);
    String given = request.text("clusterName", "");
    ClusterName cluster =
        given.isEmpty() ? Names.DEFAULT_CLUSTER : new ClusterName(Rules.name("clusterName", given));
    commands.ask(
        call,
        null,
        new Command.CreateCluster(
            cluster,
            Clusters.document(request, insights()).over(providersOf(request)).json(),
            Tags.of(request)));
    awaitSharedHosts(cluster);
    return Members.NONE.with("cluster", shapes.cluster(found(cluster), EVERYTHING));
  }

  /** What a new cluster begins with, by the account's settings. */
  private String insights() {
    String root = settings.root();
    return settings.effective("containerInsights", root, account.settings(List.of(root))).value();
  }

  private Members providersOf(Members request) {
    return providers.ofCluster(request, usable(providers.named(request)));
  }

  private Set<String> usable(List<String> names) {
    return account.capacityProviders(names).values().stream()
        .filter(provider -> provider.status().equals("ACTIVE"))
        .map(Described.CapacityProvider::name)
        .collect(Collectors.toSet());
  }

  Members update(Call call, Members request) {
    Rules.required(request, "cluster");
    Clusters.check(request);
    return replace(call, request, request.without("cluster"));
  }

  Members updateSettings(Call call, Members request) {
    Rules.required(request, "cluster");
    Clusters.check(request);
    if (request.objects("settings").isEmpty()) {
      throw EcsException.invalid("settings must not be empty.");
    }
    return replace(call, request, request.without("cluster"));
  }

  private Members replace(Call call, Members request, Members members) {
    ClusterName cluster = names.cluster(request);
    commands.ask(call, null, new Command.UpdateCluster(cluster, members.json()));
    return Members.NONE.with("cluster", shapes.cluster(found(cluster), EVERYTHING));
  }

  Members putCapacityProviders(Call call, Members request) {
    Rules.required(request, "cluster");
    for (String member : List.of("capacityProviders", "defaultCapacityProviderStrategy")) {
      if (!request.has(member)) {
        throw EcsException.invalid(member + " must not be null.");
      }
    }
    ClusterName cluster = names.cluster(request);
    Members members = providersOf(request);
    commands.ask(
        call,
        null,
        new Command.PutClusterCapacityProviders(
            cluster, members.texts("capacityProviders"), members.json()));
    return Members.NONE.with("cluster", shapes.cluster(found(cluster), EVERYTHING));
  }

  /**
   * Hosts that lend themselves to every cluster hear of a new one a moment later. Who creates a
   * cluster and at once runs a task in it should not be told that there is no host.
   */
  private void awaitSharedHosts(ClusterName cluster) {
    long deadline = System.nanoTime() + HOSTS_PATIENCE.toNanos();
    while (!clusterStore.sharedHostsHaveJoined(cluster) && System.nanoTime() < deadline) {
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
    Described.Cluster found = clusterStore.clusters(List.of(cluster)).get(cluster.value());
    if (found == null) {
      throw EcsException.clusterNotFound();
    }
    return found;
  }

  Members describe(Call call, Members request) {
    List<String> given = Rules.atMost("clusters", request.texts("clusters"), 100);
    List<String> wanted = given.isEmpty() ? List.of(Names.DEFAULT_CLUSTER.value()) : given;
    Map<String, ClusterName> ours = Items.resolve(wanted, names::clusterOrNull);
    Map<String, Described.Cluster> found = clusterStore.clusters(ours.values());
    List<String> include = request.texts("include");
    Map<String, Map<String, Long>> statistics =
        include.contains("STATISTICS") ? clusterStore.statistics(ours.values()) : Map.of();
    List<Members> clusters = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String name : wanted) {
      ClusterName cluster = ours.get(name);
      Described.Cluster described = cluster == null ? null : found.get(cluster.value());
      if (described != null) {
        Members shape = shapes.cluster(described, include);
        clusters.add(
            include.contains("STATISTICS")
                ? shape.with(
                    "statistics",
                    Shapes.statistics(statistics.getOrDefault(described.name().value(), Map.of())))
                : shape);
      } else {
        failures.add(Shapes.missing(cluster == null ? name : names.arns().cluster(cluster)));
      }
    }
    return Members.NONE.with("clusters", clusters).with("failures", failures);
  }

  Members list(Call call, Members request) {
    Pages.Window window = pages.window(request, 100, "ListClusters");
    Pages.Page<String> page =
        pages.page(
            window, clusterStore.clusterNames(window.after(), window.size() + 1), name -> name);
    return Members.NONE
        .with(
            "clusterArns",
            page.items().stream().map(name -> names.arns().cluster(new ClusterName(name))).toList())
        .with("nextToken", page.nextToken());
  }
}
