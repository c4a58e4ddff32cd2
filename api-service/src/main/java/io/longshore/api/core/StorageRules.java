package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import io.longshore.messages.ContainerStorage;
import io.longshore.messages.ContainerStorage.MountPoint;
import io.longshore.messages.ContainerStorage.Tmpfs;
import io.longshore.messages.ContainerStorage.VolumesFrom;
import io.longshore.messages.Ids;
import io.longshore.messages.Volume;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Volumes of a task, and what its containers mount. */
final class StorageRules {
  /** Storage services of AWS: a host has none of them, and an empty folder would be a lie. */
  private static final List<String> ELSEWHERE =
      List.of(
          "efsVolumeConfiguration",
          "fsxWindowsFileServerVolumeConfiguration",
          "s3filesVolumeConfiguration");

  private static final int MOST_TMPFS_MIB = 1024 * 1024;

  private StorageRules() {}

  static List<Volume> volumes(Members request) {
    Set<String> names = new HashSet<>();
    for (Members volume : request.objects("volumes")) {
      String name = volume.text("name", "");
      if (!Ids.isName(name)) {
        throw client(
            "volumes.name must be 1 to 255 letters, digits, underscores and hyphens, not '%s'."
                .formatted(Rules.shown(name)));
      }
      if (!names.add(name)) {
        throw client("volumes has the name '%s' twice.".formatted(name));
      }
      check(volume, name);
    }
    return request.objects("volumes").stream().map(StorageRules::volume).toList();
  }

  private static void check(Members volume, String name) {
    for (String member : ELSEWHERE) {
      if (volume.has(member)) {
        throw client(
            "volumes: '%s' has an %s; volumes here are of a host or of its Docker engine."
                .formatted(name, member));
      }
    }
    if (volume.flag("configuredAtLaunch")) {
      throw client(
          "volumes: '%s' is configuredAtLaunch; volumes here are of a host or of its Docker engine."
              .formatted(name));
    }
    String path = hostPath(volume);
    if (path != null && volume.has("dockerVolumeConfiguration")) {
      throw client(
          "volumes: '%s' must not have both a host.sourcePath and a dockerVolumeConfiguration."
              .formatted(name));
    }
    if (path != null) {
      path("host.sourcePath of volume '" + name + "'", path);
    }
    Members docker = volume.object("dockerVolumeConfiguration");
    String scope = docker == null ? "task" : docker.text("scope", "task");
    if (!scope.equals("task") && !scope.equals("shared")) {
      throw client(
          "dockerVolumeConfiguration.scope must be task or shared, not '%s'."
              .formatted(Rules.shown(scope)));
    }
  }

  private static @Nullable String hostPath(Members volume) {
    Members host = volume.object("host");
    String path = host == null ? "" : host.text("sourcePath", "");
    return path.isEmpty() ? null : path;
  }

  private static Volume volume(Members volume) {
    Members docker = volume.object("dockerVolumeConfiguration");
    return new Volume(
        volume.text("name", ""),
        hostPath(volume),
        docker == null
            ? null
            : new Volume.Docker(
                docker.text("scope", "task").equals("shared"),
                docker.flag("autoprovision"),
                docker.text("driver", "local"),
                docker.map("driverOpts"),
                docker.map("labels")));
  }

  static void checkTogether(List<Members> containers, List<Volume> volumes) {
    for (Members container : containers) {
      String name = container.text("name", "");
      Set<String> paths = new HashSet<>();
      for (Members mount : container.objects("mountPoints")) {
        String source = mount.text("sourceVolume", "");
        if (volumes.stream().noneMatch(volume -> volume.name().equals(source))) {
          throw client(
              "Unknown volume '%s': it is in mountPoints of container '%s' and not in volumes."
                  .formatted(Rules.shown(source), name));
        }
        mounted(paths, "mountPoints", mount, name);
      }
      for (Members tmpfs : tmpfs(container)) {
        mounted(paths, "linuxParameters.tmpfs", tmpfs, name);
        if (!tmpfs.has("size")) {
          throw client("linuxParameters.tmpfs of container '%s' needs a size.".formatted(name));
        }
        ContainerRules.within(tmpfs, name, "size", 1, MOST_TMPFS_MIB);
      }
    }
  }

  private static void mounted(Set<String> paths, String member, Members mount, String name) {
    String path = mount.text("containerPath", "");
    path("containerPath in %s of container '%s'".formatted(member, name), path);
    if (!paths.add(path)) {
      throw client(
          "%s of container '%s' has the containerPath '%s' twice."
              .formatted(member, name, Rules.shown(path)));
    }
  }

  /** Engines separate the parts of a mount by colons. */
  private static void path(String what, String path) {
    if (!path.startsWith("/") || path.contains(":") || path.chars().anyMatch(c -> c < ' ')) {
      throw client(
          "%s must be an absolute path without colons, not '%s'."
              .formatted(what, Rules.shown(path)));
    }
  }

  private static List<Members> tmpfs(Members container) {
    Members linux = container.object("linuxParameters");
    return linux == null ? List.of() : linux.objects("tmpfs");
  }

  static ContainerStorage spec(Members container) {
    return new ContainerStorage(
        container.objects("mountPoints").stream()
            .map(mount ->
                new MountPoint(
                    mount.text("sourceVolume", ""),
                    mount.text("containerPath", ""),
                    mount.flag("readOnly")))
            .toList(),
        container.objects("volumesFrom").stream()
            .map(from -> new VolumesFrom(from.text("sourceContainer", ""), from.flag("readOnly")))
            .toList(),
        tmpfs(container).stream()
            .map(tmpfs ->
                new Tmpfs(
                    tmpfs.text("containerPath", ""),
                    tmpfs.integer("size", 1),
                    tmpfs.texts("mountOptions")))
            .toList());
  }
}
