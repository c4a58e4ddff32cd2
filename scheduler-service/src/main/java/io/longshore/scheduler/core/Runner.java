package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.HostResources;
import io.longshore.messages.RunnerId;
import java.time.Instant;
import java.util.Map;

/**
 * A host that launches containers, as the cluster knows it; ECS calls it a container instance.
 *
 * @param incarnation of its process; reports of another one do not count
 * @param generation of the last order given to it
 * @param connected whether it was heard of within the lease
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
    Instant registeredAt) {

  /** Whether tasks may be placed on it. */
  public enum Status {
    ACTIVE,
    DRAINING,
    /** It left the cluster. */
    INACTIVE
  }

  boolean takesTasks() {
    return status == Status.ACTIVE && connected;
  }

  Runner withGeneration(long next) {
    return new Runner(
        id, cluster, incarnation, next, status, connected, host, tags, version, registeredAt);
  }

  Runner withConnected(boolean next) {
    return new Runner(
        id, cluster, incarnation, generation, status, next, host, tags, version + 1, registeredAt);
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
        registeredAt);
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
        registeredAt);
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
        nextHost,
        tags,
        version + 1,
        registeredAt);
  }
}
