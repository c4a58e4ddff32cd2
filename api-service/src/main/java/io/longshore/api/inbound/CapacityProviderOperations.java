package io.longshore.api.inbound;

import io.longshore.api.core.CapacityProviders;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Create, Update, Delete and DescribeCapacityProvider(s). */
@ApplicationScoped
class CapacityProviderOperations {
  private static final int MOST_AT_ONCE = 10;

  private final Commands commands;
  private final AccountStore account;
  private final ClusterStore clusterStore;
  private final Names names;
  private final CapacityProviders providers;
  private final Pages pages;

  CapacityProviderOperations(
      Commands commands,
      AccountStore account,
      ClusterStore clusterStore,
      Names names,
      CapacityProviders providers,
      Pages pages) {
    this.commands = commands;
    this.account = account;
    this.clusterStore = clusterStore;
    this.names = names;
    this.providers = providers;
    this.pages = pages;
  }

  Members create(Call call, Members request) {
    String name = CapacityProviders.newName(request);
    Members document = CapacityProviders.document(request);
    if (request.has("cluster")) {
      document = document.with("cluster", names.arns().cluster(activeCluster(request)));
    }
    commands.ask(
        call, null, new Command.CreateCapacityProvider(name, document.json(), Tags.of(request)));
    return answer(name);
  }

  Members update(Call call, Members request) {
    Described.CapacityProvider before = changeable(Rules.required(request, "name"));
    if (!before.status().equals("ACTIVE")) {
      throw missing(before.name());
    }
    Members changes = CapacityProviders.changes(request, before.document());
    commands.ask(call, null, new Command.UpdateCapacityProvider(before.name(), changes.json()));
    return answer(before.name());
  }

  Members delete(Call call, Members request) {
    String name = changeable(Rules.required(request, "capacityProvider")).name();
    for (ClusterName cluster : account.clustersWith(name)) {
      throw EcsException.client(
          "The capacity provider cannot be deleted because it is associated with cluster: %s. Remove the capacity provider from the cluster and try again."
              .formatted(cluster));
    }
    commands.ask(call, null, new Command.DeleteCapacityProvider(name));
    return answer(name);
  }

  private Described.CapacityProvider changeable(String given) {
    String name = providers.nameOrNull(given);
    Described.CapacityProvider found =
        name == null ? null : account.capacityProviders(List.of(name)).get(name);
    if (found == null) {
      throw CapacityProviders.BUILT_IN.contains(given)
          ? EcsException.client("The capacity provider " + given + " cannot be changed.")
          : missing(given);
    }
    return found;
  }

  private static EcsException missing(String given) {
    EcsException notFound = CapacityProviders.notFound(given);
    return EcsException.missing(notFound.type(), notFound.text());
  }

  private Members answer(String name) {
    Described.CapacityProvider found = account.capacityProviders(List.of(name)).get(name);
    if (found == null) {
      throw CapacityProviders.notFound(name);
    }
    return Members.NONE.with("capacityProvider", providers.shape(found, true));
  }

  Members describe(Call call, Members request) {
    Rules.range("maxResults", request.integer("maxResults", MOST_AT_ONCE), 1, MOST_AT_ONCE);
    List<String> given = Rules.atMost("capacityProviders", request.texts("capacityProviders"), 100);
    List<String> wanted = given.isEmpty() ? all(request) : given;
    Pages.Window window =
        pages.window(request, MOST_AT_ONCE, "DescribeCapacityProviders", String.join(",", wanted));
    int begin = window.after() == null ? 0 : Integer.parseInt(window.after());
    List<String> rest = wanted.subList(Math.min(begin, wanted.size()), wanted.size());
    List<String> shown = rest.subList(0, Math.min(window.size() + 1, rest.size()));
    Pages.Page<String> page =
        pages.page(window, shown, item -> Integer.toString(begin + window.size()));
    return described(page.items(), request.texts("include").contains("TAGS"))
        .with("nextToken", page.nextToken());
  }

  /** Those of a cluster, or of the account. */
  private List<String> all(Members request) {
    if (request.has("cluster")) {
      ClusterName cluster = activeCluster(request);
      Members document = clusterStore.clusterDocument(cluster);
      return document == null ? List.of() : document.texts("capacityProviders");
    }
    List<String> all = new ArrayList<>(CapacityProviders.BUILT_IN);
    all.addAll(account.capacityProviderNames());
    return all;
  }

  private ClusterName activeCluster(Members request) {
    ClusterName cluster = names.cluster(request);
    if (!clusterStore.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
    return cluster;
  }

  private Members described(List<String> given, boolean withTags) {
    Map<String, String> ours = Items.resolve(given, providers::nameOrNull);
    Map<String, Described.CapacityProvider> found = account.capacityProviders(ours.values());
    List<Members> shapes = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String each : given) {
      String name = ours.get(each);
      Described.CapacityProvider stored = name == null ? null : found.get(name);
      if (name != null && CapacityProviders.BUILT_IN.contains(name)) {
        shapes.add(providers.builtIn(name));
      } else if (stored != null) {
        shapes.add(providers.shape(stored, withTags));
      } else {
        failures.add(Shapes.missing(name == null ? each : names.arns().capacityProvider(name)));
      }
    }
    return Members.NONE.with("capacityProviders", shapes).with("failures", failures);
  }
}
