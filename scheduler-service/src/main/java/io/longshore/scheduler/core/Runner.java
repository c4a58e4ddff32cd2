package io.longshore.scheduler.core;

import io.longshore.messages.Announcement;
import io.longshore.messages.ClusterName;
import io.longshore.messages.HostResources;
import io.longshore.messages.RunnerId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A host that launches containers, as the cluster knows it; ECS calls it a container instance.
 *
 * @param incarnation of its process; reports of another one do not count
 * @param generation of the last order given to it
 * @param connected whether it was heard of within the lease
 * @param custom attributes that were put on it; unlike its host's own they outlive its process
 * @param announced what a client said of it; null for one that nobody but its runner described
 */
public record Runner(
    RunnerId id,
    ClusterName cluster,
    String incarnation,
    long generation,
    Status status,
    boolean connected,
    HostResources host,
    Map<String, String> tags,
    long version,
    Instant registeredAt,
    Map<String, String> custom,
    @Nullable Announcement announced) {

  /** Whether tasks may be placed on it. */
  public enum Status {
    ACTIVE,
    DRAINING,
    /** It left the cluster. */
    INACTIVE
  }

  /** No process is in this life, so no report can be of it. */
  private static final String NOBODY = "";

  /** One that a client has registered and no runner has taken yet: nothing is placed on it. */
  static Runner awaited(
      RunnerId id,
      ClusterName cluster,
      Announcement announced,
      Map<String, String> custom,
      Map<String, String> tags,
      Instant now) {
    return new Runner(
        id,
        cluster,
        NOBODY,
        0,
        Status.ACTIVE,
        false,
        announced.unseen(),
        tags,
        1,
        now,
        custom,
        announced);
  }

  /** Whether no runner has ever taken it. */
  boolean isAwaited() {
    return incarnation.equals(NOBODY);
  }

  /** Described anew by a client. What its runner could lend beyond that shows when it registers. */
  Runner described(
      Announcement next, Map<String, String> nextCustom, Map<String, String> nextTags) {
    return new Runner(
        id,
        cluster,
        incarnation,
        generation,
        status,
        connected,
        isAwaited() ? next.unseen() : next.within(host),
        nextTags,
        version + 1,
        registeredAt,
        Map.copyOf(nextCustom),
        next);
  }

  /**
   * Whether this life of its process has left the cluster or was taken from it; another one may
   * come back.
   */
  boolean isGone(String lifeOfProcess) {
    return status == Status.INACTIVE && incarnation.equals(lifeOfProcess);
  }

  boolean takesTasks() {
    return status == Status.ACTIVE && connected;
  }

  /** One of its host's attributes, or one that was put on it. */
  @Nullable String attribute(String name) {
    String put = custom.get(name);
    return put != null ? put : host.attributes().get(name);
  }

  String zone() {
    String zone = attribute(HostResources.ZONE_ATTRIBUTE);
    return zone == null ? "" : zone;
  }

  /** Whether its host keeps the port, written {@code 22/tcp}, to itself. */
  boolean reserves(String port) {
    for (int reserved : host.reservedPorts()) {
      if (port.equals(reserved + "/tcp")) {
        return true;
      }
    }
    return false;
  }

  Runner withCustom(Map<String, String> next) {
    return new Runner(
        id,
        cluster,
        incarnation,
        generation,
        status,
        connected,
        host,
        tags,
        version + 1,
        registeredAt,
        Map.copyOf(next),
        announced);
  }

  Runner withGeneration(long next) {
    return new Runner(
        id,
        cluster,
        incarnation,
        next,
        status,
        connected,
        host,
        tags,
        version,
        registeredAt,
        custom,
        announced);
  }

  Runner withConnected(boolean next) {
    return new Runner(
        id,
        cluster,
        incarnation,
        generation,
        status,
        next,
        host,
        tags,
        version + 1,
        registeredAt,
        custom,
        announced);
  }

  Runner withStatus(Status next) {
    return new Runner(
        id,
        cluster,
        incarnation,
        generation,
        next,
        connected,
        host,
        tags,
        version + 1,
        registeredAt,
        custom,
        announced);
  }

  Runner withTags(Map<String, String> next) {
    return new Runner(
        id,
        cluster,
        incarnation,
        generation,
        status,
        connected,
        host,
        next,
        version + 1,
        registeredAt,
        custom,
        announced);
  }

  Runner registered(String nextIncarnation, HostResources nextHost) {
    Status next = status == Status.INACTIVE ? Status.ACTIVE : status;
    return new Runner(
        id,
        cluster,
        nextIncarnation,
        generation,
        next,
        true,
        announced == null ? nextHost : announced.within(nextHost),
        tags,
        version + 1,
        registeredAt,
        custom,
        announced);
  }
}
