package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Json;
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
    Instant createdAt) {

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

  /** Tasks of any kind that may exist at once, rounded down (ECS maximumPercent). */
  int upperBound() {
    return (int) ((long) desiredCount * settings.maximumPercent() / 100);
  }

  /** Tasks that must keep running through a deployment, rounded up (ECS minimumHealthyPercent). */
  int lowerBound() {
    return (int) (((long) desiredCount * settings.minimumHealthyPercent() + 99) / 100);
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
        createdAt);
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
        createdAt);
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
        createdAt);
  }

  Service withPrimary(DeploymentState next) {
    List<DeploymentState> all = new ArrayList<>(deployments);
    all.set(0, next);
    return withDeployments(all);
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
        createdAt);
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
        createdAt);
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
        createdAt);
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
        createdAt);
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
        createdAt);
  }
}
