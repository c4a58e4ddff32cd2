package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import io.longshore.messages.ContainerPrivileges;
import io.longshore.messages.ContainerPrivileges.Device;
import io.longshore.messages.ContainerPrivileges.Ulimit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a container may do, and what of its host's kernel is set for it. */
final class PrivilegeRules {
  private static final Set<String> ULIMITS =
      Set.of(
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack");
  private static final Set<String> PERMISSIONS = Set.of("read", "write", "mknod");
  private static final int MOST_MIB = 64 * 1024 * 1024;

  private PrivilegeRules() {}

  static void check(Members container, String name) {
    for (Members limit : container.objects("ulimits")) {
      String word = limit.text("name", "");
      if (!ULIMITS.contains(word)) {
        throw client(
            "ulimits of container '%s' has no limit of the name '%s'."
                .formatted(name, Rules.shown(word)));
      }
      int soft = limit.integer("softLimit", 0);
      int hard = limit.integer("hardLimit", 0);
      if (soft < -1 || hard < -1 || (hard != -1 && (soft == -1 || soft > hard))) {
        throw client(
            "ulimits of container '%s': the softLimit of %s must not be above its hardLimit."
                .formatted(name, word));
      }
    }
    for (Members control : container.objects("systemControls")) {
      if (!control.text("namespace", "").matches("[A-Za-z0-9_.-]{1,255}")) {
        throw client(
            "systemControls of container '%s' has the invalid namespace '%s'."
                .formatted(name, Rules.shown(control.text("namespace", ""))));
      }
    }
    Members linux = container.object("linuxParameters");
    if (linux != null) {
      checkLinux(linux, name);
    }
  }

  private static void checkLinux(Members linux, String name) {
    ContainerRules.within(linux, name, "sharedMemorySize", 1, MOST_MIB);
    ContainerRules.within(linux, name, "maxSwap", 0, MOST_MIB);
    ContainerRules.within(linux, name, "swappiness", 0, 100);
    for (String list : List.of("add", "drop")) {
      for (String capability : capabilities(linux, list)) {
        if (!capability.matches("[A-Z_]{1,40}")) {
          throw client(
              "linuxParameters.capabilities.%s of container '%s' has no capability of the name '%s'."
                  .formatted(list, name, Rules.shown(capability)));
        }
      }
    }
    for (Members device : linux.objects("devices")) {
      if (!device.text("hostPath", "").startsWith("/")) {
        throw client(
            "linuxParameters.devices of container '%s' needs an absolute hostPath."
                .formatted(name));
      }
      if (!PERMISSIONS.containsAll(device.texts("permissions"))) {
        throw client(
            "linuxParameters.devices of container '%s' may have the permissions read, write and mknod only."
                .formatted(name));
      }
    }
  }

  private static List<String> capabilities(Members linux, String list) {
    Members capabilities = linux.object("capabilities");
    return capabilities == null ? List.of() : capabilities.texts(list);
  }

  static ContainerPrivileges spec(Members container) {
    Members given = container.object("linuxParameters");
    Members linux = given == null ? Members.NONE : given;
    Map<String, String> controls = new LinkedHashMap<>();
    container
        .objects("systemControls")
        .forEach(control -> controls.put(control.text("namespace", ""), control.text("value", "")));
    return new ContainerPrivileges(
        container.flag("privileged"),
        capabilities(linux, "add"),
        capabilities(linux, "drop"),
        linux.objects("devices").stream().map(PrivilegeRules::device).toList(),
        linux.flag("initProcessEnabled"),
        linux.integer("sharedMemorySize"),
        linux.integer("maxSwap"),
        linux.integer("swappiness"),
        container.objects("ulimits").stream()
            .map(limit ->
                new Ulimit(
                    limit.text("name", ""),
                    limit.integer("softLimit", 0),
                    limit.integer("hardLimit", 0)))
            .toList(),
        controls,
        container.texts("dockerSecurityOptions"),
        container.flag("interactive"),
        container.flag("pseudoTerminal"));
  }

  private static Device device(Members device) {
    String host = device.text("hostPath", "");
    return new Device(host, device.text("containerPath", host), device.texts("permissions"));
  }
}
