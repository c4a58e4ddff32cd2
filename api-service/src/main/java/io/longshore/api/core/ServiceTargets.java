package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;
import static io.longshore.api.core.EcsException.unsupported;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TargetPort;
import io.longshore.messages.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The {@code loadBalancers} of a service: which ports of its containers belong into which target
 * groups.
 */
public final class ServiceTargets {
  /** ECS's limit of target groups for a service. */
  private static final int MOST = 5;

  private static final int LARGEST_PORT = 65_535;

  private ServiceTargets() {}

  /** What can be refused without knowing the definition and the groups. */
  static void check(Members request) {
    for (Members each : Rules.atMost("loadBalancers", request.objects("loadBalancers"), MOST)) {
      if (each.has("loadBalancerName")) {
        throw unsupported(
            "Classic load balancers are not supported: name a target group with targetGroupArn.");
      }
      if (each.object("advancedConfiguration") != null) {
        throw unsupported(
            "loadBalancers.advancedConfiguration is not supported: a blue/green deployment shifts the traffic of the target group itself.");
      }
      Rules.required(each, "targetGroupArn");
      Rules.required(each, "containerName");
      if (!each.has("containerPort")) {
        throw invalid("loadBalancers.containerPort must be given.");
      }
      Rules.range("loadBalancers.containerPort", each.integer("containerPort", 0), 1, LARGEST_PORT);
    }
    if (of(request).stream().distinct().count() < request.objects("loadBalancers").size()) {
      throw invalid("loadBalancers must not name the same target group and port twice.");
    }
  }

  /**
   * @param document of a service
   */
  public static List<TargetPort> of(Members document) {
    List<TargetPort> targets = new ArrayList<>();
    for (Members each : document.objects("loadBalancers")) {
      targets.add(
          new TargetPort(
              each.text("targetGroupArn", ""),
              each.text("containerName", ""),
              each.integer("containerPort", 0)));
    }
    return targets;
  }

  /** Refuses targets that a task of this recipe does not have. */
  public static void checkFit(List<TargetPort> targets, TaskSpec spec) {
    Map<String, ContainerSpec> containers =
        spec.containers().stream()
            .collect(Collectors.toMap(ContainerSpec::name, container -> container));
    for (TargetPort target : targets) {
      ContainerSpec container = containers.get(target.container());
      if (container == null) {
        throw invalid(
            "The container %s does not exist in the task definition."
                .formatted(Rules.shown(target.container())));
      }
      if (container.portMappings().stream()
          .noneMatch(mapping -> mapping.containerPort() == target.port())) {
        throw invalid(
            "The container %s did not have a container port %d defined."
                .formatted(container.name(), target.port()));
      }
    }
  }

  /**
   * Refuses groups that nothing is sent to.
   *
   * @param balancers the load balancers that send to each group there is
   */
  public static void checkGroups(
      List<TargetPort> targets, Map<String, ? extends List<String>> balancers) {
    for (TargetPort target : targets) {
      List<String> of = balancers.get(target.groupArn());
      if (of == null) {
        throw invalid(
            "The target group with targetGroupArn %s does not exist."
                .formatted(Rules.shown(target.groupArn())));
      }
      if (of.isEmpty()) {
        throw invalid(
            "The target group with targetGroupArn %s does not have an associated load balancer."
                .formatted(target.groupArn()));
      }
    }
  }
}
