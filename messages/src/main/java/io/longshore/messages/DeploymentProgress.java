package io.longshore.messages;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a deployment is on its way. It is settled at its beginning how it goes, so that a service
 * can be given another strategy while one is under way.
 *
 * @param stage where it is; a rolling deployment knows {@link Stage#SCALE_UP} and {@link
 *     Stage#BAKE_TIME} only
 * @param bakesUntil when its bake time is over; null before that has begun
 * @param blue id of the deployment that is left as it is until this one has proved itself; null for
 *     a rolling deployment and where there was none before
 */
public record DeploymentProgress(
    Strategy strategy, Stage stage, @Nullable Instant bakesUntil, @Nullable String blue) {

  /** How a deployment takes the place of the one before (ECS {@code DeploymentStrategy}). */
  public enum Strategy {
    /** Task by task, within the bounds of the service. */
    ROLLING,
    /** All of it comes up beside the one before, which goes as a whole in the end. */
    BLUE_GREEN
  }

  /** ECS {@code ServiceDeploymentLifecycleStage}, in the order they are passed. */
  public enum Stage {
    RECONCILE_SERVICE,
    PRE_SCALE_UP,
    SCALE_UP,
    POST_SCALE_UP,
    TEST_TRAFFIC_SHIFT,
    POST_TEST_TRAFFIC_SHIFT,
    PRODUCTION_TRAFFIC_SHIFT,
    POST_PRODUCTION_TRAFFIC_SHIFT,
    BAKE_TIME,
    CLEAN_UP
  }

  public DeploymentProgress at(Stage next, @Nullable Instant bakes) {
    return new DeploymentProgress(strategy, next, bakes, blue);
  }
}
