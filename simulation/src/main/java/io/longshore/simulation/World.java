package io.longshore.simulation;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HostResources;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TargetPort;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskSpec;
import io.longshore.scheduler.core.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What all histories have in common: one cluster, its hosts and its recipes. */
final class World {
  static final ClusterName CLUSTER = new ClusterName("default");
  static final int HOSTS = 20;
  static final int SCHEDULERS = 2;
  static final int SERVICES = 10;
  static final int BALANCERS = 2;

  /** Of each task; a host takes about thirty. */
  static final int TASK_MEMORY = 64;

  private static final int HOST_MEMORY = 2048;
  private static final List<ServiceName> NAMES =
      IntStream.range(0, SERVICES).mapToObj(i -> new ServiceName("service-" + i)).toList();
  private static final List<String> ZONES = List.of("a", "b", "c");

  /** Shorter waits than in life, so that a history has more turns. */
  static final Policy POLICY =
      new Policy(
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(20),
          200,
          Duration.ofSeconds(2));

  private World() {}

  /** How many tasks a service may ever have at a time; 0 for one that does not care. */
  static int strictCount(int number) {
    return number == 8 ? 1 : number == 9 ? 3 : 0;
  }

  /** Whether a service is behind load balancers, where there are any. */
  static boolean isBalanced(int number) {
    return number < 4 || number == 8;
  }

  static final List<TargetPort> TARGETS = List.of(new TargetPort("group", "app", 80));

  static ServiceName service(int number) {
    return NAMES.get(number);
  }

  /** Of the recipes of a service. */
  static String family(int number) {
    return "family-" + number;
  }

  static HostResources host(int number) {
    return host(number, false);
  }

  /** One that lends itself to every cluster. */
  static HostResources sharedHost(int number) {
    return host(number, true);
  }

  private static HostResources host(int number, boolean shared) {
    return new HostResources(
        "host-" + number,
        64 * 1024,
        HOST_MEMORY,
        List.of(),
        Map.of(HostResources.ZONE_ATTRIBUTE, ZONES.get(number % ZONES.size())),
        "1",
        "1",
        shared);
  }

  /**
   * A recipe whose first container does what the command says; every third family has a second one
   * that serves.
   */
  static TaskSpec recipe(String family, int revision, int containers, String... command) {
    List<ContainerSpec> specs = new ArrayList<>();
    specs.add(container("app", true, List.of(command)));
    for (int i = 1; i < containers; i++) {
      specs.add(container("side-" + i, i == 1, List.of("serve")));
    }
    return new TaskSpec(new TaskDefinitionId(family, revision), "bridge", null, TASK_MEMORY, specs);
  }

  /** The same on the host's own network, where load balancers reach it. */
  static TaskSpec reachable(TaskSpec spec) {
    return new TaskSpec(spec.definition(), "host", null, TASK_MEMORY, spec.containers());
  }

  private static ContainerSpec container(String name, boolean essential, List<String> command) {
    return new ContainerSpec(
        name, "image", 16, null, null, essential, List.of(), command, Map.of(), List.of(), null,
        null, null, false, Map.of(), null, Map.of());
  }
}
