package io.longshore.messages;

import java.util.List;

/**
 * What a container sees of storage outside its image.
 *
 * @param mountPoints volumes of the task
 * @param volumesFrom containers whose mounts this one gets too
 * @param tmpfs file systems in memory
 */
public record ContainerStorage(
    List<MountPoint> mountPoints, List<VolumesFrom> volumesFrom, List<Tmpfs> tmpfs) {
  public static final ContainerStorage NONE = new ContainerStorage(List.of(), List.of(), List.of());

  /**
   * @param sourceVolume the name of one of the task's volumes
   */
  public record MountPoint(String sourceVolume, String containerPath, boolean readOnly) {}

  public record VolumesFrom(String sourceContainer, boolean readOnly) {}

  /**
   * @param sizeMiB 1 or more
   * @param mountOptions as mount(8) has them
   */
  public record Tmpfs(String containerPath, int sizeMiB, List<String> mountOptions) {}
}
