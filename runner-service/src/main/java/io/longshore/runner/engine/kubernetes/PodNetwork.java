package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The network, the names and the namespaces of a Pod, and where it runs. All of it is the Pod's as
 * a whole: what one container asks for the others have too.
 */
final class PodNetwork {
  private static final String LOOPBACK = "127.0.0.1";

  private PodNetwork() {}

  static void apply(PodSpec pod, TaskSpec task) {
    if (task.networkMode().equals("host")) {
      pod.setHostNetwork(true);
      pod.setDnsPolicy("ClusterFirstWithHostNet");
    }
    if ("host".equals(task.pidMode())) {
      pod.setHostPID(true);
    } else if ("task".equals(task.pidMode())) {
      pod.setShareProcessNamespace(true);
    }
    if ("host".equals(task.ipcMode())) {
      pod.setHostIPC(true);
    }
    names(pod, task);
  }

  private static void names(PodSpec pod, TaskSpec task) {
    Map<String, Set<String>> names = new LinkedHashMap<>();
    Set<String> servers = new LinkedHashSet<>();
    Set<String> domains = new LinkedHashSet<>();
    for (ContainerSpec spec : task.containers()) {
      ContainerNetworking networking = spec.networking();
      if (networking.hostname() != null && pod.getHostname() == null) {
        pod.setHostname(networking.hostname());
      }
      // The containers of a Pod are neighbours on loopback.
      for (String link : networking.links()) {
        String alias = link.substring(link.indexOf(':') + 1);
        names.computeIfAbsent(LOOPBACK, any -> new TreeSet<>()).add(alias);
      }
      networking
          .extraHosts()
          .forEach((name, at) -> names.computeIfAbsent(at, any -> new TreeSet<>()).add(name));
      servers.addAll(networking.dnsServers());
      domains.addAll(networking.dnsSearchDomains());
    }
    List<HostAlias> aliases = new ArrayList<>();
    names.forEach((at, all) -> aliases.add(new HostAlias(List.copyOf(all), at)));
    pod.setHostAliases(aliases);
    if (!servers.isEmpty() || !domains.isEmpty()) {
      PodDNSConfig dns = new PodDNSConfig();
      dns.setNameservers(List.copyOf(servers));
      dns.setSearches(List.copyOf(domains));
      pod.setDnsConfig(dns);
    }
    if (!servers.isEmpty()) {
      pod.setDnsPolicy("None");
    }
  }

  /**
   * @param node null for any
   */
  static void place(PodSpec pod, TaskSpec task, @Nullable String node) {
    if (task.cpuArchitecture() != null) {
      String architecture = task.cpuArchitecture().equals("ARM64") ? "arm64" : "amd64";
      pod.setNodeSelector(Map.of("kubernetes.io/arch", architecture));
    }
    if (node != null) {
      // By the scheduler of Kubernetes, which looks at what there is room for; by name, because
      // labels are anybody's.
      NodeSelectorTerm term =
          new NodeSelectorTermBuilder()
              .addNewMatchField()
              .withKey("metadata.name")
              .withOperator("In")
              .withValues(node)
              .endMatchField()
              .build();
      pod.setAffinity(
          new AffinityBuilder()
              .withNewNodeAffinity()
              .withNewRequiredDuringSchedulingIgnoredDuringExecution()
              .withNodeSelectorTerms(term)
              .endRequiredDuringSchedulingIgnoredDuringExecution()
              .endNodeAffinity()
              .build());
    }
  }
}
