package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Link;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.api.model.VolumesFrom;
import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerPrivileges;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskSpec;
import io.longshore.runner.engine.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What of a definition concerns storage, names, privileges and health, in the engine's words. */
final class DockerSettings {
  private static final long MIB = 1L << 20;
  private static final String NETWORK_CONTROLS = "net.";

  private DockerSettings() {}

  /**
   * @throws EngineException {@code REFUSED} for what no engine knows
   */
  static void apply(HostConfig host, TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    storage(host, assignment, spec);
    networking(host, assignment, spec);
    privileges(host, spec);
    namespaces(host, assignment, spec);
  }

  private static void storage(HostConfig host, TaskAssignment assignment, ContainerSpec spec) {
    ContainerStorage storage = spec.storage();
    List<Bind> binds = new ArrayList<>();
    for (ContainerStorage.MountPoint mount : storage.mountPoints()) {
      String source = DockerVolumes.source(assignment, mount.sourceVolume());
      binds.add(new Bind(source, new Volume(mount.containerPath()), mode(mount.readOnly())));
    }
    if (!binds.isEmpty()) {
      host.withBinds(binds);
    }
    if (!storage.volumesFrom().isEmpty()) {
      host.withVolumesFrom(
          storage.volumesFrom().stream()
              .map(from ->
                  new VolumesFrom(
                      DockerRequests.name(assignment, from.sourceContainer()),
                      mode(from.readOnly())))
              .toList());
    }
    Map<String, String> tmpfs = new LinkedHashMap<>();
    for (ContainerStorage.Tmpfs one : storage.tmpfs()) {
      List<String> options = new ArrayList<>(List.of("size=" + one.sizeMiB() + "m"));
      options.addAll(one.mountOptions());
      tmpfs.put(one.containerPath(), String.join(",", options));
    }
    if (!tmpfs.isEmpty()) {
      host.withTmpFs(tmpfs);
    }
  }

  private static AccessMode mode(boolean readOnly) {
    return readOnly ? AccessMode.ro : AccessMode.rw;
  }

  /** Who joins another's network has its names, too; engines refuse names of one's own. */
  private static void networking(HostConfig host, TaskAssignment assignment, ContainerSpec spec) {
    host.withNetworkMode(networkMode(assignment, spec));
    if (isOfTheTask(assignment.spec())) {
      return;
    }
    ContainerNetworking networking = spec.networking();
    List<Link> links = new ArrayList<>();
    for (String link : networking.links()) {
      String[] parts = link.split(":", 2);
      String alias = parts.length < 2 ? parts[0] : parts[1];
      links.add(new Link(DockerRequests.name(assignment, parts[0]), alias));
    }
    if (!links.isEmpty()) {
      host.withLinks(links);
    }
    host.withExtraHosts(
        networking.extraHosts().entrySet().stream()
            .map(entry -> entry.getKey() + ":" + entry.getValue())
            .toArray(String[]::new));
    names(host, networking.dnsServers(), networking.dnsSearchDomains());
  }

  static void names(HostConfig host, List<String> servers, List<String> domains) {
    if (!servers.isEmpty()) {
      host.withDns(servers);
    }
    if (!domains.isEmpty()) {
      host.withDnsSearch(domains);
    }
  }

  static String networkMode(TaskAssignment assignment, ContainerSpec spec) {
    if (isOfTheTask(assignment.spec())) {
      return "container:" + DockerPause.name(assignment);
    }
    return spec.networking().disabled() ? "none" : assignment.spec().networkMode();
  }

  /** Whether the network is the task's as a whole. */
  static boolean isOfTheTask(TaskSpec task) {
    return task.networkMode().equals("awsvpc");
  }

  /** Whether the engine has a port or an address to tell of it once it runs. */
  static boolean isReached(TaskAssignment assignment, ContainerSpec spec) {
    return switch (networkMode(assignment, spec)) {
      case "host", "none" -> false;
      default -> true;
    };
  }

  private static void privileges(HostConfig host, ContainerSpec spec) throws EngineException {
    ContainerPrivileges given = spec.privileges();
    host.withPrivileged(given.privileged());
    host.withCapAdd(capabilities(given.capabilitiesAdd()));
    host.withCapDrop(capabilities(given.capabilitiesDrop()));
    host.withDevices(given.devices().stream().map(DockerSettings::device).toList());
    host.withUlimits(
        given.ulimits().stream()
            .map(limit -> new Ulimit(limit.name(), limit.soft(), limit.hard()))
            .toList());
    if (given.initProcess()) {
      host.withInit(true);
    }
    if (!given.securityOptions().isEmpty()) {
      host.withSecurityOpts(given.securityOptions());
    }
    Integer shared = given.sharedMemoryMiB();
    if (shared != null) {
      host.withShmSize(shared * MIB);
    }
    Integer swap = given.maxSwapMiB();
    if (swap != null && spec.memoryMiB() != null) {
      host.withMemorySwap((spec.memoryMiB() + (long) swap) * MIB);
    }
    Integer swappiness = given.swappiness();
    if (swappiness != null) {
      host.withMemorySwappiness((long) swappiness);
    }
  }

  private static Capability[] capabilities(List<String> names) throws EngineException {
    List<Capability> known = new ArrayList<>();
    for (String name : names) {
      try {
        known.add(Capability.valueOf(name));
      } catch (IllegalArgumentException e) {
        throw EngineException.refused("there is no capability " + name);
      }
    }
    return known.toArray(new Capability[0]);
  }

  private static Device device(ContainerPrivileges.Device device) {
    StringBuilder permissions = new StringBuilder();
    for (String permission : device.permissions()) {
      permissions.append(permission.charAt(0));
    }
    return new Device(
        permissions.isEmpty() ? "rwm" : permissions.toString(),
        device.containerPath(),
        device.hostPath());
  }

  private static void namespaces(HostConfig host, TaskAssignment assignment, ContainerSpec spec) {
    TaskSpec task = assignment.spec();
    String pause = "container:" + DockerPause.name(assignment);
    if (task.pidMode() != null) {
      host.withPidMode(task.pidMode().equals("task") ? pause : task.pidMode());
    }
    if (task.ipcMode() != null) {
      host.withIpcMode(task.ipcMode().equals("task") ? pause : task.ipcMode());
    }
    Map<String, String> controls = new LinkedHashMap<>(spec.privileges().systemControls());
    if (isOfTheTask(task)) {
      controls.keySet().removeIf(name -> name.startsWith(NETWORK_CONTROLS));
    }
    if (!controls.isEmpty()) {
      host.withSysctls(controls);
    }
  }

  /** Kernel parameters of a network that all containers of a task have in common. */
  static Map<String, String> networkControls(TaskSpec task) {
    Map<String, String> controls = new LinkedHashMap<>();
    for (ContainerSpec spec : task.containers()) {
      spec.privileges()
          .systemControls()
          .forEach((name, value) -> {
            if (name.startsWith(NETWORK_CONTROLS)) {
              controls.put(name, value);
            }
          });
    }
    return controls;
  }

  /** An image's own check is switched off: ECS does not look at it either. */
  static HealthCheck health(ContainerOrdering.@Nullable HealthCheck check) {
    return check == null
        ? new HealthCheck().withTest(List.of("NONE"))
        : new HealthCheck()
            .withTest(check.command())
            .withInterval(TimeUnit.SECONDS.toNanos(check.intervalSeconds()))
            .withTimeout(TimeUnit.SECONDS.toNanos(check.timeoutSeconds()))
            .withRetries(check.retries())
            .withStartPeriod(TimeUnit.SECONDS.toNanos(check.startPeriodSeconds()));
  }
}
