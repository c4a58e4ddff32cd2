package io.longshore.messages;

/**
 * Where a task is in its life. The order of the constants is the order of the life: a task's status
 * only ever moves toward the end. See "Amazon ECS task lifecycle" in the ECS developer guide.
 */
public enum TaskStatus {
  /** Placed on a runner and ordered; the runner has not said anything yet. */
  PROVISIONING,
  /** The runner has the order and is pulling images or creating containers. */
  PENDING,
  /** All containers are created; what must happen before traffic may come is happening. */
  ACTIVATING,
  /** Every essential container runs. */
  RUNNING,
  /** It is to stop and is being taken out of traffic. */
  DEACTIVATING,
  /** Its containers are being stopped. */
  STOPPING,
  /** Its containers have ended; what belongs to it is being released. */
  DEPROVISIONING,
  /** Ended. Nothing of it runs and nothing of it will run again. */
  STOPPED;

  public boolean isBefore(TaskStatus other) {
    return compareTo(other) < 0;
  }
}
