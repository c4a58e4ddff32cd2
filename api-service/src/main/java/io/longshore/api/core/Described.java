package io.longshore.api.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HostResources;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
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

  /** A named pool of hosts. */
  public record CapacityProvider(
      String name, String status, Members document, Map<String, String> tags, long version) {}

  /** What is set for the account or one of its principals. */
  public record AccountSetting(String name, String principal, String value) {}

  /** One revision of a family. */
  public record Definition(
      TaskDefinitionId id,
      String status,
      TaskSpec spec,
      Members document,
      Map<String, String> tags,
      Instant registeredAt,
      @Nullable Instant deregisteredAt,
      @Nullable Instant deleteRequestedAt) {}

  /** Tasks of one deployment. */
  public record Counts(long running, long pending) {
    public static final Counts NONE = new Counts(0, 0);

    public Counts plus(Counts other) {
      return new Counts(running + other.running, pending + other.pending);
    }
  }

  /**
   * A decision about a task of a service.
   *
   * @param decision START or STOP
   */
  public record Decision(String decision, TaskId task, Members reason, Instant decidedAt) {}

  /** Why a task is there, and why it is to go; null where that was not told. */
  public record Explanation(
      @Nullable Members started, @Nullable Members stopped, Instant createdAt) {}

  /** What happened to a service. */
  public record Event(String id, Instant createdAt, String message) {}

  /**
   * A service.
   *
   * @param counts by deployment id
   * @param rollout id of the newest service deployment; null for a service older than these
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
      List<Event> events,
      @Nullable String rollout) {}

  /**
   * What became of a rollout of a service.
   *
   * @param revision the service's document as it was then
   * @param counts by deployment id
   */
  public record Rollout(
      ClusterName cluster,
      ServiceName service,
      long ordinal,
      ServiceDeploymentState story,
      Members revision,
      Map<String, Counts> counts) {}

  /**
   * What a deployment was to bring about.
   *
   * @param document the service's as it was then
   * @param imageDigests by the names of containers, as far as tasks have told them
   */
  public record Revision(
      ClusterName cluster,
      ServiceName service,
      String deploymentId,
      TaskSpec spec,
      Members document,
      Instant createdAt,
      Members imageDigests) {}

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

  /**
   * An attribute of a container instance.
   *
   * @param value empty for one that is only there
   */
  public record Attribute(RunnerId instance, String name, String value) {}

  /**
   * How long a task of a service is protected.
   *
   * @param inService whether it belongs to a service and is wanted; others cannot be protected
   * @param until null for never protected
   */
  public record Protection(TaskId task, boolean inService, @Nullable Instant until) {}
}
