package io.longshore.scheduler.core;

import io.longshore.messages.ContainerSpec;
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
    return new Usage(spec.reservedCpu(), spec.reservedMemoryMiB(), ports(spec));
  }

  /** Most tasks have none. */
  private static Set<String> ports(TaskSpec spec) {
    boolean onHost = spec.networkMode().equals("host");
    Set<String> ports = Set.of();
    for (ContainerSpec container : spec.containers()) {
      for (PortMapping mapping : container.portMappings()) {
        ports = ports.isEmpty() ? new HashSet<>() : ports;
        if (mapping.hostPort() != 0) {
          ports.add(mapping.hostPort() + "/" + mapping.protocol());
        }
        if (onHost) {
          // In the host's network a container's port is the host's port.
          ports.add(mapping.containerPort() + "/" + mapping.protocol());
        }
      }
    }
    return ports;
  }

  Usage plus(Usage other) {
    return new Usage(cpu + other.cpu, memoryMiB + other.memoryMiB, union(ports, other.ports));
  }

  Usage minus(Usage other) {
    return new Usage(cpu - other.cpu, memoryMiB - other.memoryMiB, without(ports, other.ports));
  }

  private static Set<String> without(Set<String> all, Set<String> gone) {
    if (gone.isEmpty()) {
      return all;
    }
    Set<String> left = new HashSet<>(all);
    left.removeAll(gone);
    return left;
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    if (other.isEmpty()) {
      return one;
    }
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }
}
