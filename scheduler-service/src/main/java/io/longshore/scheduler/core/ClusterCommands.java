package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.Json;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.util.HashSet;
import java.util.Set;

/** What commands that change a cluster's description come to. */
final class ClusterCommands {
  Decided update(State state, Command.UpdateCluster command) {
    return replace(state, command.cluster(), command.document());
  }

  Decided putCapacityProviders(State state, Command.PutClusterCapacityProviders command) {
    Cluster cluster = state.cluster(command.cluster());
    if (cluster != null && usesAny(state, cluster, leaving(cluster, command))) {
      return Decided.rejected(
          ErrorType.RESOURCE_IN_USE,
          "The specified capacity provider is in use by a service or a task and cannot be removed.");
    }
    return replace(state, command.cluster(), command.document());
  }

  private static Decided replace(State state, ClusterName name, Json members) {
    Cluster cluster = state.cluster(name);
    return cluster == null || !cluster.isActive()
        ? CommandDecider.clusterNotFound()
        : Decided.accepted(name.value(), new Decision.PutCluster(cluster.with(members)));
  }

  private static Set<String> leaving(Cluster cluster, Command.PutClusterCapacityProviders command) {
    Set<String> leaving = new HashSet<>(cluster.document().texts("capacityProviders"));
    command.capacityProviders().forEach(leaving::remove);
    return leaving;
  }

  private static boolean usesAny(State state, Cluster cluster, Set<String> providers) {
    if (providers.isEmpty()) {
      return false;
    }
    boolean services =
        state.services().stream()
            .filter(service -> service.cluster().equals(cluster.name()))
            .filter(service -> service.status() != Service.Status.INACTIVE)
            .anyMatch(service -> names(service.document(), providers));
    return services
        || state.anyTask(task ->
            task.cluster().equals(cluster.name()) && names(task.origin().document(), providers));
  }

  private static boolean names(Json document, Set<String> providers) {
    return document.texts("capacityProviderStrategy", "capacityProvider").stream()
        .anyMatch(providers::contains);
  }
}
