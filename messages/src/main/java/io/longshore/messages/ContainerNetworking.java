package io.longshore.messages;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container knows of names and networks.
 *
 * @param disabled whether it has no network at all
 * @param links {@code container} or {@code container:alias}, each another container of the task
 * @param hostname null for the engine's choice
 * @param extraHosts address by host name, for the container's hosts file
 */
public record ContainerNetworking(
    boolean disabled,
    List<String> links,
    @Nullable String hostname,
    Map<String, String> extraHosts,
    List<String> dnsServers,
    List<String> dnsSearchDomains) {
  public static final ContainerNetworking NONE =
      new ContainerNetworking(false, List.of(), null, Map.of(), List.of(), List.of());
}
