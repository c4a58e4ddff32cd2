package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at running a recipe on one runner. Two halves: what is wanted ({@code desired},
 * written only by decisions) and what was seen ({@code seen}, written only from reports, and only
 * ever later in life).
 *
 * @param seen the last observation that counted
 * @param stopCode why it stops or stopped, from whoever was first to say so
 * @param version grows with every change; it is the version of the public event
 * @param runningSince when it was first seen RUNNING, by the scheduler's clock: what waits for a
 *     running task must not depend on the host's. Null before
 * @param protectedUntil before then neither scaling in nor a deployment stops it; null for never
 *     protected
 * @param traffic what load balancers send to it
 */
public record Task(
    TaskId id,
    Origin origin,
    RunnerId runner,
    String zone,
    DesiredStatus desired,
    TaskObservation seen,
    @Nullable StopCode stopCode,
    @Nullable String stoppedReason,
    Map<String, String> tags,
    long version,
    Instant createdAt,
    @Nullable Instant runningSince,
    @Nullable Instant protectedUntil,
    Traffic traffic) {

  /** What of a task is settled when it is made. */
  public record Origin(
      ClusterName cluster,
      @Nullable Membership service,
      TaskSpec spec,
      String group,
      @Nullable String startedBy,
      Json document) {}

  /**
   * What load balancers send to a task.
   *
   * @param targets where, and how they find it; none before it runs and once nothing is sent to it
   * @param drainsUntil set while it is on its way out and its stop is not ordered yet: load
   *     balancers have to let go of it first, but not for longer than this
   */
  public record Traffic(List<Target> targets, @Nullable Instant drainsUntil) {
    public static final Traffic NONE = new Traffic(List.of(), null);
  }

  /** The service a task belongs to. */
  public record Membership(String serviceUid, ServiceName name, String deploymentId) {}

  public ClusterName cluster() {
    return origin.cluster();
  }

  public TaskSpec spec() {
    return origin.spec();
  }

  public TaskStatus status() {
    return seen.lastStatus();
  }

  public @Nullable String serviceUid() {
    Membership service = origin.service();
    return service == null ? null : service.serviceUid();
  }

  /** How well it is, by the checks of its essential containers; UNKNOWN without any. */
  public HealthStatus health() {
    return Health.told(this);
  }

  boolean isOf(DeploymentId deployment) {
    Membership service = origin.service();
    return service != null && service.deploymentId().equals(deployment.value());
  }

  boolean isWanted() {
    return desired == DesiredStatus.RUNNING;
  }

  boolean isRunning() {
    return status() == TaskStatus.RUNNING;
  }

  boolean isStopped() {
    return status() == TaskStatus.STOPPED;
  }

  /** Since when it has been up, as far as anybody saw. */
  Instant upSince() {
    return runningSince == null ? createdAt : runningSince;
  }

  /** Names one deployment of a service, to keep it apart from the other texts around. */
  record DeploymentId(String value) {}

  Task stopping(StopCode code, String reason) {
    return new Task(
        id,
        origin,
        runner,
        zone,
        DesiredStatus.STOPPED,
        seen,
        stopCode == null ? code : stopCode,
        stopCode == null ? reason : stoppedReason,
        tags,
        version + 1,
        createdAt,
        runningSince,
        protectedUntil,
        traffic);
  }

  /**
   * A task that ends by itself is not wanted any more either: it is never started again, and
   * nothing is sent to it any more.
   */
  Task observed(TaskObservation next, Instant now) {
    boolean ends = TaskStatus.RUNNING.isBefore(next.lastStatus());
    boolean first = stopCode == null && next.stopCode() != null;
    return new Task(
        id,
        origin,
        runner,
        zone,
        ends ? DesiredStatus.STOPPED : desired,
        next,
        first ? next.stopCode() : stopCode,
        first ? next.stoppedReason() : stoppedReason,
        tags,
        version + 1,
        createdAt,
        runningSince == null && next.lastStatus() == TaskStatus.RUNNING ? now : runningSince,
        protectedUntil,
        ends ? Traffic.NONE : traffic);
  }

  /** No more requests are to begin; it is to be stopped when those under way have ended. */
  Task draining(Instant until) {
    return observed(
            new TaskObservation(
                id,
                TaskStatus.DEACTIVATING,
                seen.containers(),
                null,
                null,
                seen.pullStartedAt(),
                seen.pullStoppedAt(),
                seen.startedAt(),
                seen.stoppingAt(),
                seen.executionStoppedAt(),
                seen.stoppedAt()),
            until)
        .with(new Traffic(traffic.targets(), until));
  }

  /** Whether it is on its way out and its runner has not been told yet. */
  boolean isDraining() {
    return traffic.drainsUntil() != null;
  }

  /** Nobody outside is told of it, so the version stays. */
  Task with(Traffic next) {
    return new Task(
        id,
        origin,
        runner,
        zone,
        desired,
        seen,
        stopCode,
        stoppedReason,
        tags,
        version,
        createdAt,
        runningSince,
        protectedUntil,
        next);
  }

  boolean isProtected(Instant now) {
    return protectedUntil != null && protectedUntil.isAfter(now);
  }

  Task withProtection(@Nullable Instant until) {
    return new Task(
        id,
        origin,
        runner,
        zone,
        desired,
        seen,
        stopCode,
        stoppedReason,
        tags,
        version + 1,
        createdAt,
        runningSince,
        until,
        traffic);
  }

  Task withTags(Map<String, String> next) {
    return new Task(
        id,
        origin,
        runner,
        zone,
        desired,
        seen,
        stopCode,
        stoppedReason,
        next,
        version + 1,
        createdAt,
        runningSince,
        protectedUntil,
        traffic);
  }
}
