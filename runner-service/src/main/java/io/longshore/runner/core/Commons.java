package io.longshore.runner.core;

import io.longshore.messages.TaskSpec;
import io.longshore.messages.Volume;

/** What the containers of a task have in common and what therefore outlives each of them. */
public final class Commons {
  private Commons() {}

  /** Whether anything is left of a task when its containers are gone. */
  public static boolean has(TaskSpec spec) {
    return sharesNamespaces(spec) || spec.volumes().stream().anyMatch(Commons::isOfTheTask);
  }

  /** Whether a network, processes or memory are to be the task's rather than a container's. */
  public static boolean sharesNamespaces(TaskSpec spec) {
    return spec.networkMode().equals("awsvpc")
        || "task".equals(spec.pidMode())
        || "task".equals(spec.ipcMode());
  }

  /** Whether a volume ends with the task. */
  public static boolean isOfTheTask(Volume volume) {
    Volume.Docker docker = volume.docker();
    return volume.hostPath() == null && (docker == null || !docker.shared());
  }
}
