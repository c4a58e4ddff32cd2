package io.longshore.messages;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of a host that a runner is to take later. What is null is the runner's to say.
 *
 * @param cpu CPU units that are lent at most
 * @param memoryMiB lent at most
 * @param reservedPorts TCP host ports that no task may ask for, besides the runner's own
 * @param agentVersion shown until a runner has said its own; so is {@code engineVersion}
 */
public record Announcement(
    @Nullable Integer cpu,
    @Nullable Integer memoryMiB,
    @Nullable List<Integer> reservedPorts,
    @Nullable String agentVersion,
    @Nullable String engineVersion) {

  /** The host as long as nobody has seen it. */
  public HostResources unseen() {
    return new HostResources(
        "",
        cpu == null ? 0 : cpu,
        memoryMiB == null ? 0 : memoryMiB,
        reservedPorts == null ? List.of() : reservedPorts,
        Map.of(),
        agentVersion == null ? "" : agentVersion,
        engineVersion == null ? "" : engineVersion,
        false);
  }

  /** What a runner offers, within what was announced. */
  public HostResources within(HostResources offered) {
    TreeSet<Integer> ports = new TreeSet<>(offered.reservedPorts());
    ports.addAll(reservedPorts == null ? List.of() : reservedPorts);
    return new HostResources(
        offered.hostName(),
        cpu == null ? offered.cpu() : Math.min(cpu, offered.cpu()),
        memoryMiB == null ? offered.memoryMiB() : Math.min(memoryMiB, offered.memoryMiB()),
        List.copyOf(ports),
        offered.attributes(),
        offered.agentVersion(),
        offered.engineVersion(),
        offered.shared());
  }

  /** This one, and of an earlier one what this one leaves open. */
  public Announcement over(@Nullable Announcement before) {
    return before == null
        ? this
        : new Announcement(
            cpu == null ? before.cpu : cpu,
            memoryMiB == null ? before.memoryMiB : memoryMiB,
            reservedPorts == null ? before.reservedPorts : reservedPorts,
            agentVersion == null ? before.agentVersion : agentVersion,
            engineVersion == null ? before.engineVersion : engineVersion);
  }
}
