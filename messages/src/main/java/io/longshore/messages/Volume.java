package io.longshore.messages;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume of a task (ECS {@code Volume}).
 *
 * @param hostPath a folder of the host; null for a volume of the engine's
 * @param docker how the engine makes it; null for one of the task's own that ends with it
 */
public record Volume(String name, @Nullable String hostPath, @Nullable Docker docker) {

  /**
   * ECS {@code DockerVolumeConfiguration}.
   *
   * @param shared whether it outlives the task, and all tasks on the host that name it have it in
   *     common
   * @param autoprovision whether a shared one is made where there is none
   */
  public record Docker(
      boolean shared,
      boolean autoprovision,
      String driver,
      Map<String, String> driverOptions,
      Map<String, String> labels) {}
}
