package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import io.longshore.messages.ContainerNetworking;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a container knows of names and networks. */
final class NetworkingRules {
  private static final int LONGEST_HOSTNAME = 253;

  private NetworkingRules() {}

  static void check(Members container, String name, String mode) {
    if (!container.texts("links").isEmpty() && !mode.equals("bridge")) {
      throw client(
          "Links are not supported when networkMode=%s: links of container '%s'."
              .formatted(Rules.shown(mode), name));
    }
    String hostname = container.text("hostname", "");
    if (!hostname.isEmpty()) {
      refuseIn(mode, List.of("host", "awsvpc"), "hostname", name);
      word("hostname", hostname, name);
      if (hostname.length() > LONGEST_HOSTNAME) {
        throw client(
            "hostname of container '%s' must have at most %d characters."
                .formatted(name, LONGEST_HOSTNAME));
      }
    }
    if (!container.objects("extraHosts").isEmpty()) {
      refuseIn(mode, List.of("awsvpc"), "extraHosts", name);
    }
    if (container.flag("disableNetworking")) {
      refuseIn(mode, List.of("awsvpc"), "disableNetworking", name);
    }
    for (Members host : container.objects("extraHosts")) {
      word("extraHosts.hostname", host.text("hostname", ""), name);
      word("extraHosts.ipAddress", host.text("ipAddress", ""), name);
    }
    container.texts("dnsServers").forEach(dns -> word("dnsServers", dns, name));
    container.texts("dnsSearchDomains").forEach(dns -> word("dnsSearchDomains", dns, name));
  }

  private static void refuseIn(String mode, List<String> modes, String member, String name) {
    if (modes.contains(mode)) {
      throw client(
          "%s is not supported when networkMode=%s: %s of container '%s'."
              .formatted(member, mode, member, name));
    }
  }

  private static void word(String member, String value, String name) {
    if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c == 127)) {
      throw client(
          "%s of container '%s' must be one word, not '%s'."
              .formatted(member, name, Rules.shown(value)));
    }
  }

  /** The container that a link leads to. */
  static String linked(String link) {
    int colon = link.indexOf(':');
    return colon < 0 ? link : link.substring(0, colon);
  }

  static ContainerNetworking spec(Members container) {
    Map<String, String> hosts = new LinkedHashMap<>();
    container
        .objects("extraHosts")
        .forEach(host -> hosts.put(host.text("hostname", ""), host.text("ipAddress", "")));
    String hostname = container.text("hostname", "");
    return new ContainerNetworking(
        container.flag("disableNetworking"),
        container.texts("links"),
        hostname.isEmpty() ? null : hostname,
        hosts,
        container.texts("dnsServers"),
        container.texts("dnsSearchDomains"));
  }
}
