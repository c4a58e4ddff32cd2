package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Json;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service keeps {@code desiredCount} tasks of its primary deployment alive.
 *
 * @param uid minted at creation, so that a service made again under the same name is another one
 * @param deployments the PRIMARY one first
 * @param launches how many tasks it ever launched; the next task's id follows from it
 * @param notBefore no launches until then; null for at once
 * @param steady whether a steady state has been announced and still holds
 * @param rollouts what became of its deployments
 * @param intent rises with each command that changes what the service is to be, and with nothing
 *     that the scheduler does about it; a service made again under a name goes on counting
 */
public record Service(
    String uid,
    ClusterName cluster,
    ServiceName name,
    Status status,
    int desiredCount,
    ServiceSettings settings,
    List<DeploymentState> deployments,
    Json document,
    Map<String, String> tags,
    long launches,
    @Nullable Instant notBefore,
    boolean steady,
    long version,
    Instant createdAt,
    Rollouts rollouts,
    long intent) {

  /**
   * What became of its deployments.
   *
   * @param latest the newest one's story; null for a service older than these stories
   * @param completed the last one that was completed, for going back to; null before the first
   */
  public record Rollouts(
      @Nullable ServiceDeploymentState latest, @Nullable DeploymentState completed) {
    public static final Rollouts NONE = new Rollouts(null, null);

    Rollouts with(@Nullable ServiceDeploymentState next) {
      return new Rollouts(next, completed);
    }
  }

  /** Where a service is in its life. */
  public enum Status {
    ACTIVE,
    /** Deleted; its last tasks are stopping. */
    DRAINING,
    /** Deleted and gone; it stays describable. */
    INACTIVE
  }

  DeploymentState primary() {
    return deployments.getFirst();
  }

  /** Whether it has one task on every host instead of a count that somebody gave it. */
  boolean isDaemon() {
    return settings.scheduling().daemon();
  }

  /** What its tasks have in common for placement. */
  String group() {
    return "service:" + name;
  }

  /** Tasks of any kind that may exist at once, rounded down (ECS maximumPercent). */
  int upperBound() {
    return (int) ((long) desiredCount * settings.maximumPercent() / 100);
  }

  /** Tasks that must stay healthy through a deployment, rounded up (ECS minimumHealthyPercent). */
  int lowerBound() {
    return (int) (((long) desiredCount * settings.minimumHealthyPercent() + 99) / 100);
  }

  /** After a command has changed it. */
  Service commanded() {
    return new Service(
        uid,
        cluster,
        name,
        status,
        desiredCount,
        settings,
        deployments,
        document,
        tags,
        launches,
        notBefore,
        steady,
        version,
        createdAt,
        rollouts,
        intent + 1);
  }

  Service draining() {
    return new Service(
        uid,
        cluster,
        name,
        Status.DRAINING,
        0,
        settings,
        deployments,
        document,
        tags,
        launches,
        null,
        false,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }

  Service inactive() {
    return new Service(
        uid,
        cluster,
        name,
        Status.INACTIVE,
        0,
        settings,
        deployments,
        document,
        tags,
        launches,
        null,
        false,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }

  Service withDeployments(List<DeploymentState> next) {
    return new Service(
        uid,
        cluster,
        name,
        status,
        desiredCount,
        settings,
        List.copyOf(next),
        document,
        tags,
        launches,
        notBefore,
        steady,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }

  Service withPrimary(DeploymentState next) {
    List<DeploymentState> all = new ArrayList<>(deployments);
    all.set(0, next);
    return withDeployments(all);
  }

  Service withRollouts(Rollouts next) {
    return new Service(
        uid,
        cluster,
        name,
        status,
        desiredCount,
        settings,
        deployments,
        document,
        tags,
        launches,
        notBefore,
        steady,
        version + 1,
        createdAt,
        next,
        intent);
  }

  Service withNotBefore(@Nullable Instant next) {
    return new Service(
        uid,
        cluster,
        name,
        status,
        desiredCount,
        settings,
        deployments,
        document,
        tags,
        launches,
        next,
        steady,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }

  Service withSteady(boolean next) {
    return new Service(
        uid,
        cluster,
        name,
        status,
        desiredCount,
        settings,
        deployments,
        document,
        tags,
        launches,
        notBefore,
        next,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }

  Service withLaunches(long next) {
    return new Service(
        uid,
        cluster,
        name,
        status,
        desiredCount,
        settings,
        deployments,
        document,
        tags,
        next,
        notBefore,
        steady,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }

  Service withTags(Map<String, String> next) {
    return new Service(
        uid,
        cluster,
        name,
        status,
        desiredCount,
        settings,
        deployments,
        document,
        next,
        launches,
        notBefore,
        steady,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }

  Service wanting(int count, ServiceSettings nextSettings, Json nextDocument) {
    return new Service(
        uid,
        cluster,
        name,
        status,
        count,
        nextSettings,
        deployments,
        nextDocument,
        tags,
        launches,
        notBefore,
        steady,
        version + 1,
        createdAt,
        rollouts,
        intent);
  }
}
