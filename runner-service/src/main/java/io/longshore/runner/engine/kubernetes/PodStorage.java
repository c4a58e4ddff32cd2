package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.TaskSpec;
import io.longshore.runner.engine.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The volumes of a Pod: folders of the node, and folders that end with the Pod.
 *
 * @param mounts by container and path
 */
record PodStorage(List<Volume> volumes, Map<String, Map<String, VolumeMount>> mounts) {
  private static final String SHARED_MEMORY = "/dev/shm";

  /**
   * @throws EngineException {@code REFUSED} for volumes that outlive the task: those are an
   *     engine's
   */
  static PodStorage of(TaskSpec task) throws EngineException {
    List<Volume> volumes = new ArrayList<>();
    for (io.longshore.messages.Volume volume : task.volumes()) {
      volumes.add(volume(volume));
    }
    Map<String, Map<String, VolumeMount>> mounts = new LinkedHashMap<>();
    for (ContainerSpec spec : task.containers()) {
      Map<String, VolumeMount> own = new LinkedHashMap<>();
      for (ContainerStorage.MountPoint mount : spec.storage().mountPoints()) {
        own.put(
            mount.containerPath(),
            mount(PodPlace.label(mount.sourceVolume()), mount.containerPath(), mount.readOnly()));
      }
      for (ContainerStorage.Tmpfs tmpfs : spec.storage().tmpfs()) {
        memory(volumes, own, tmpfs.containerPath(), tmpfs.sizeMiB());
      }
      Integer shared = spec.privileges().sharedMemoryMiB();
      if (shared != null) {
        memory(volumes, own, SHARED_MEMORY, shared);
      }
      mounts.put(spec.name(), own);
    }
    return new PodStorage(volumes, withOthers(task, mounts));
  }

  private static Volume volume(io.longshore.messages.Volume volume) throws EngineException {
    VolumeBuilder built = new VolumeBuilder().withName(PodPlace.label(volume.name()));
    if (volume.hostPath() != null) {
      return built.withHostPath(new HostPathVolumeSource(volume.hostPath(), null)).build();
    }
    io.longshore.messages.Volume.Docker docker = volume.docker();
    if (docker != null && (docker.shared() || !docker.driver().equals("local"))) {
      throw EngineException.refused(
          "the kubernetes driver has no volumes that outlive a task, nor Docker's drivers of them: "
              + volume.name());
    }
    return built.withEmptyDir(new EmptyDirVolumeSource()).build();
  }

  private static void memory(
      List<Volume> volumes, Map<String, VolumeMount> own, String path, int sizeMiB) {
    String name = "memory-" + volumes.size();
    Quantity size = new Quantity(sizeMiB + "Mi");
    volumes.add(
        new VolumeBuilder()
            .withName(name)
            .withEmptyDir(new EmptyDirVolumeSource("Memory", size))
            .build());
    own.put(path, mount(name, path, false));
  }

  private static VolumeMount mount(String volume, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(volume)
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }

  /** Of a path that is mounted twice a container's own mount counts. */
  private static Map<String, Map<String, VolumeMount>> withOthers(
      TaskSpec task, Map<String, Map<String, VolumeMount>> own) {
    Map<String, Map<String, VolumeMount>> all = new LinkedHashMap<>();
    for (ContainerSpec spec : task.containers()) {
      Map<String, VolumeMount> mounts = new LinkedHashMap<>();
      for (ContainerStorage.VolumesFrom from : spec.storage().volumesFrom()) {
        own.getOrDefault(from.sourceContainer(), Map.of())
            .forEach((path, mount) -> {
              boolean readOnly = from.readOnly() || Boolean.TRUE.equals(mount.getReadOnly());
              mounts.put(path, mount(mount.getName(), path, readOnly));
            });
      }
      mounts.putAll(own.getOrDefault(spec.name(), Map.of()));
      all.put(spec.name(), mounts);
    }
    return all;
  }

  List<VolumeMount> mounts(ContainerSpec spec) {
    return List.copyOf(mounts.getOrDefault(spec.name(), Map.of()).values());
  }
}
