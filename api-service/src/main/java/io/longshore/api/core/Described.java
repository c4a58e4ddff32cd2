package io.longshore.api.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HostResources;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** State as the read schema shows it, in words of ours. */
public final class Described {
  private Described() {}

  /** A cluster with its counts. */
  public record Cluster(
      ClusterName name,
      String status,
      Members document,
      Map<String, String> tags,
      long instances,
      long runningTasks,
      long pendingTasks,
      long activeServices) {}

  /** One revision of a family. */
  public record Definition(
      TaskDefinitionId id,
      String status,
      TaskSpec spec,
      Members document,
      Map<String, String> tags,
      Instant registeredAt,
      @Nullable Instant deregisteredAt) {}

  /** Tasks of one deployment. */
  public record Counts(long running, long pending) {
    public static final Counts NONE = new Counts(0, 0);

    public Counts plus(Counts other) {
      return new Counts(running + other.running, pending + other.pending);
    }
  }

  /** What happened to a service. */
  public record Event(String id, Instant createdAt, String message) {}

  /**
   * A service.
   *
   * @param counts by deployment id
   * @param events newest first, 100 at most
   */
  public record Service(
      ClusterName cluster,
      ServiceName name,
      String status,
      int desiredCount,
      List<DeploymentState> deployments,
      Members document,
      Map<String, String> tags,
      Instant createdAt,
      Map<String, Counts> counts,
      List<Event> events) {}

  /**
   * A task.
   *
   * @param definition its definition's document
   */
  public record Task(
      TaskId id,
      ClusterName cluster,
      TaskDefinitionId definitionId,
      Members definition,
      String group,
      @Nullable String startedBy,
      RunnerId runner,
      String zone,
      String desiredStatus,
      String lastStatus,
      int cpu,
      int memoryMiB,
      Members document,
      Map<String, String> tags,
      List<ContainerObservation> containers,
      @Nullable String stopCode,
      @Nullable String stoppedReason,
      boolean connected,
      long version,
      Times times,
      @Nullable String architecture) {}

  /** When what happened to a task. */
  public record Times(
      Instant createdAt,
      Instant connectivityAt,
      @Nullable Instant pullStartedAt,
      @Nullable Instant pullStoppedAt,
      @Nullable Instant startedAt,
      @Nullable Instant stoppingAt,
      @Nullable Instant executionStoppedAt,
      @Nullable Instant stoppedAt) {}

  /**
   * A container instance and what its tasks take of it.
   *
   * @param takenPorts TCP host ports
   * @param takenUdpPorts UDP host ports
   */
  public record Instance(
      RunnerId id,
      ClusterName cluster,
      String status,
      boolean connected,
      HostResources host,
      Map<String, String> tags,
      long version,
      Instant registeredAt,
      long takenCpu,
      long takenMemoryMiB,
      List<Integer> takenPorts,
      List<Integer> takenUdpPorts,
      long runningTasks,
      long pendingTasks) {}
}
