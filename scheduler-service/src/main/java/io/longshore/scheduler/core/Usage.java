package io.longshore.scheduler.core;

import io.longshore.messages.PortMapping;
import io.longshore.messages.TaskSpec;
import java.util.HashSet;
import java.util.Set;

/**
 * What is reserved on a host. Ports are those that tasks must have to themselves, written {@code
 * 80/tcp}.
 */
record Usage(int cpu, int memoryMiB, Set<String> ports) {
  static final Usage NONE = new Usage(0, 0, Set.of());

  static Usage of(TaskSpec spec) {
    Set<String> ports = new HashSet<>();
    spec.fixedHostPorts().forEach(mapping -> ports.add(port(mapping)));
    if (spec.networkMode().equals("host")) {
      // In the host's network a container's port is the host's port.
      spec.containers().stream()
          .flatMap(container -> container.portMappings().stream())
          .forEach(mapping -> ports.add(mapping.containerPort() + "/" + mapping.protocol()));
    }
    return new Usage(spec.reservedCpu(), spec.reservedMemoryMiB(), ports);
  }

  Usage plus(Usage other) {
    return new Usage(cpu + other.cpu, memoryMiB + other.memoryMiB, union(ports, other.ports));
  }

  Usage minus(Usage other) {
    Set<String> left = new HashSet<>(ports);
    left.removeAll(other.ports);
    return new Usage(cpu - other.cpu, memoryMiB - other.memoryMiB, left);
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    if (other.isEmpty()) {
      return one;
    }
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }

  private static String port(PortMapping mapping) {
    return mapping.hostPort() + "/" + mapping.protocol();
  }
}
