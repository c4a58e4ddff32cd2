package io.longshore.messages;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One deployment of a service, as stored with the service and shown in {@code deployments[]}.
 *
 * @param id {@code ecs-svc/} and digits; tasks carry it as {@code startedBy}
 * @param failedTasks tasks that ended without having been steady: in a row, or, if the circuit
 *     breaker is to count on through healthy tasks, in all
 * @param forgivenTasks how many of them came before the last healthy task; less are not in a row
 * @param deployed the members of the service's document that it deploys; null for one that began
 *     before they were kept
 * @param images digests by the names of containers, as the first tasks that knew have told them
 * @param progress how far it is; null where it goes back to an earlier one, and for one that began
 *     before this was known: it is complete as soon as it is up
 */
public record DeploymentState(
    String id,
    Status status,
    TaskSpec spec,
    int desiredCount,
    int failedTasks,
    Rollout rolloutState,
    @Nullable String rolloutStateReason,
    Instant createdAt,
    Instant updatedAt,
    Integer forgivenTasks,
    @Nullable Json deployed,
    @Nullable DeploymentProgress progress,
    Map<String, String> images) {

  /**
   * What of a service's document a deployment brings about: giving one of these another value
   * starts a new one, and the way back to a deployment restores them.
   */
  public static final List<String> DEPLOYED =
      List.of(
          "networkConfiguration",
          "platformVersion",
          "loadBalancers",
          "serviceRegistries",
          "serviceConnectConfiguration",
          "volumeConfigurations",
          "vpcLatticeConfigurations");

  /** Read from a message or a row that is older than the later members, these have defaults. */
  public DeploymentState {
    forgivenTasks = forgivenTasks == null ? 0 : forgivenTasks;
    images = images == null ? Map.of() : images;
  }

  /** A deployment of a recipe and nothing else, complete as soon as it is up. */
  public DeploymentState(
      String id,
      Status status,
      TaskSpec spec,
      int desiredCount,
      int failedTasks,
      Rollout rolloutState,
      @Nullable String rolloutStateReason,
      Instant createdAt,
      Instant updatedAt) {
    this(
        id,
        status,
        spec,
        desiredCount,
        failedTasks,
        rolloutState,
        rolloutStateReason,
        createdAt,
        updatedAt,
        0,
        null,
        null,
        Map.of());
  }

  public DeploymentState with(@Nullable DeploymentProgress next) {
    return new DeploymentState(
        id,
        status,
        spec,
        desiredCount,
        failedTasks,
        rolloutState,
        rolloutStateReason,
        createdAt,
        updatedAt,
        forgivenTasks,
        deployed,
        next,
        images);
  }

  public DeploymentState withImages(Map<String, String> next) {
    return new DeploymentState(
        id,
        status,
        spec,
        desiredCount,
        failedTasks,
        rolloutState,
        rolloutStateReason,
        createdAt,
        updatedAt,
        forgivenTasks,
        deployed,
        progress,
        next);
  }

  /** Which of a service's deployments this is. */
  public enum Status {
    /** The one new tasks are started from. */
    PRIMARY,
    /** An earlier one that still has tasks. */
    ACTIVE
  }

  /** How far the deployment is (ECS {@code DeploymentRolloutState}). */
  public enum Rollout {
    IN_PROGRESS,
    COMPLETED,
    FAILED
  }
}
