package io.longshore.messages;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container may do, and what of its host's kernel is set for it (ECS {@code
 * linuxParameters}, {@code ulimits}, {@code systemControls} and what goes with them).
 *
 * @param capabilitiesAdd names without {@code CAP_}, or {@code ALL}
 * @param initProcess whether the engine puts a process before the container's that reaps children
 * @param sharedMemoryMiB size of {@code /dev/shm}; null for the engine's default
 * @param maxSwapMiB swap beyond memory; 0 for none, null for the engine's default
 * @param swappiness 0 to 100; null for the host's
 * @param systemControls namespaced kernel parameters
 * @param securityOptions as the engine takes them
 * @param interactive whether standard input stays open
 * @param pseudoTerminal whether a terminal is allocated
 */
public record ContainerPrivileges(
    boolean privileged,
    List<String> capabilitiesAdd,
    List<String> capabilitiesDrop,
    List<Device> devices,
    boolean initProcess,
    @Nullable Integer sharedMemoryMiB,
    @Nullable Integer maxSwapMiB,
    @Nullable Integer swappiness,
    List<Ulimit> ulimits,
    Map<String, String> systemControls,
    List<String> securityOptions,
    boolean interactive,
    boolean pseudoTerminal) {
  public static final ContainerPrivileges NONE =
      new ContainerPrivileges(
          false, List.of(), List.of(), List.of(), false, null, null, null, List.of(), Map.of(),
          List.of(), false, false);

  /**
   * @param permissions of {@code read}, {@code write}, {@code mknod}; empty for all of them
   */
  public record Device(String hostPath, String containerPath, List<String> permissions) {}

  /**
   * @param name e.g. {@code nofile}
   */
  public record Ulimit(String name, long soft, long hard) {}
}
