package io.longshore.messages;

import java.util.List;
import java.util.Map;

/**
 * What a host lends to its cluster.
 *
 * @param cpu CPU units, 1024 to a core
 * @param reservedPorts TCP host ports that no task may ask for
 * @param attributes as ECS shows them, e.g. {@code ecs.availability-zone} → {@code zone-a}
 * @param shared whether the host lends itself to every cluster; such a runner does not stand in the
 *     way of deleting one
 */
public record HostResources(
    String hostName,
    int cpu,
    int memoryMiB,
    List<Integer> reservedPorts,
    Map<String, String> attributes,
    String agentVersion,
    String engineVersion,
    boolean shared) {
  public static final String ZONE_ATTRIBUTE = "ecs.availability-zone";

  /** Where load balancers reach the host's ports: a name or an address. */
  public static final String ADDRESS_ATTRIBUTE = "longshore.address";

  private static final String LOOPBACK = "127.0.0.1";

  public String zone() {
    return attributes.getOrDefault(ZONE_ATTRIBUTE, "");
  }

  /** That of this machine, where the host says none: then everything is on one. */
  public String address() {
    return attributes.getOrDefault(ADDRESS_ATTRIBUTE, LOOPBACK);
  }
}
