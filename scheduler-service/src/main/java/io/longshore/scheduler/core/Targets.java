package io.longshore.scheduler.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.DeploymentProgress.Stage;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import io.longshore.messages.TargetPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks of a service load balancers send to.
 *
 * <ol>
 *   <li>A task is a target from the moment it is RUNNING, in every group that its deployment names.
 *   <li>In a blue/green deployment, green ones are none before the production traffic shifts, and
 *       blue ones are on their way out from then on; while it shifts, both are. Green ones are on
 *       their way out when it is given up. Those of a green one that was superseded go on as they
 *       are until they are stopped.
 *   <li>One that is to be stopped gets nothing new. Its stop is ordered when all load balancers
 *       have let go of it; see {@link BalancerViews}.
 * </ol>
 */
final class Targets {
  private Targets() {}

  /** What a task is to load balancers. */
  enum Role {
    NONE,
    SERVES,
    /** It stays, and gets nothing new. */
    RESTS,
    /** It goes on as it is. */
    KEEPS
  }

  static Role role(Task task, @Nullable Service service) {
    if (service == null || task.spec().targets().isEmpty() || !task.isRunning()) {
      return Role.NONE;
    }
    DeploymentState blue = Sides.blue(service);
    if (blue == null || service.primary().progress() == null) {
      return Role.SERVES;
    }
    int shifts = service.primary().progress().stage().compareTo(Stage.PRODUCTION_TRAFFIC_SHIFT);
    boolean isBlue = task.isOf(new Task.DeploymentId(blue.id()));
    if (isBlue) {
      return shifts > 0 && !isGivenUp(service) ? Role.RESTS : Role.SERVES;
    }
    if (!task.isOf(new Task.DeploymentId(service.primary().id()))) {
      return Role.KEEPS;
    }
    if (shifts < 0) {
      return Role.NONE;
    }
    return isGivenUp(service) ? Role.RESTS : Role.SERVES;
  }

  private static boolean isGivenUp(Service service) {
    return service.primary().rolloutState() == DeploymentState.Rollout.FAILED;
  }

  /** What has to change so that each task of a service is the target that it should be. */
  static List<Decision> followed(State state, Service service) {
    if (!mayHave(service)) {
      return List.of();
    }
    List<Decision> decisions = new ArrayList<>();
    for (Task task : state.tasksOf(service.uid())) {
      if (!task.isWanted() || task.spec().targets().isEmpty()) {
        continue;
      }
      List<Target> targets = targets(state, task, role(task, service));
      if (!targets.equals(task.traffic().targets())) {
        decisions.add(new Decision.PutTargets(task.id(), targets));
      }
    }
    return decisions;
  }

  /** Those it has stay as they are known. */
  private static List<Target> targets(State state, Task task, Role role) {
    if (role == Role.NONE) {
      return List.of();
    }
    List<Target> targets = new ArrayList<>();
    for (TargetPort port : task.spec().targets()) {
      address(state, task, port)
          .ifPresent(fresh -> {
            Optional<Target> known =
                task.traffic().targets().stream().filter(fresh::isAt).findFirst();
            boolean rested =
                known.filter(target -> target.state() == TargetState.DRAINING).isPresent();
            if (role == Role.SERVES) {
              targets.add(rested ? fresh : known.orElse(fresh));
            } else {
              // What never was one need not let go.
              boolean asItIs = rested || role == Role.KEEPS;
              known.ifPresent(target -> targets.add(asItIs ? target : target.draining()));
            }
          });
    }
    return targets;
  }

  /**
   * Where a container's port is reached: by a port of the host, else at an address of its own.
   * Empty for one that is not up, or that nothing outside can reach.
   */
  private static Optional<Target> address(State state, Task task, TargetPort port) {
    Runner runner = state.runner(task.runner());
    for (ContainerObservation seen : task.seen().containers()) {
      if (runner == null
          || !seen.name().equals(port.container())
          || seen.lastStatus() != ContainerStatus.RUNNING) {
        continue;
      }
      String host = runner.host().address();
      for (NetworkBinding binding : seen.networkBindings()) {
        if (binding.containerPort() == port.port() && !binding.protocol().equals("udp")) {
          String bound = binding.bindIp();
          boolean anywhere = bound.isEmpty() || bound.equals("0.0.0.0") || bound.equals("::");
          return Optional.of(fresh(port, anywhere ? host : bound, binding.hostPort()));
        }
      }
      if (task.spec().networkMode().equals("host")) {
        return Optional.of(fresh(port, host, port.port()));
      }
      String own = seen.privateIpv4Address();
      return own == null ? Optional.empty() : Optional.of(fresh(port, own, port.port()));
    }
    return Optional.empty();
  }

  private static Target fresh(TargetPort port, String host, int hostPort) {
    return Target.fresh(port.groupArn(), port.container(), host, hostPort);
  }

  /** Whether any task of a service may be a target. */
  static boolean mayHave(Service service) {
    for (DeploymentState deployment : service.deployments()) {
      if (!deployment.spec().targets().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** What load balancers are told of a service. */
  static Route.ServiceTargets route(State state, Service service) {
    List<Route.TaskTarget> told = new ArrayList<>();
    for (Task task : state.tasksOf(service.uid())) {
      for (Target target : task.traffic().targets()) {
        told.add(
            new Route.TaskTarget(
                target.groupArn(),
                task.id(),
                target.container(),
                target.host(),
                target.port(),
                task.isDraining() || target.state() == TargetState.DRAINING));
      }
    }
    return new Route.ServiceTargets(service.cluster(), service.name(), told);
  }

  /** Whether load balancers have found every target of a task able to serve. */
  static boolean passed(Task task) {
    List<Target> targets = task.traffic().targets();
    return targets.size() == task.spec().targets().size()
        && targets.stream().allMatch(target -> serves(target.state()));
  }

  /** What nobody checks is taken for well. */
  private static boolean serves(TargetState state) {
    return state == TargetState.HEALTHY
        || state == TargetState.UNUSED
        || state == TargetState.UNAVAILABLE;
  }

  /** The first target that load balancers find unable to serve; null for none. */
  static @Nullable Target unhealthy(Task task) {
    for (Target target : task.traffic().targets()) {
      if (target.state() == TargetState.UNHEALTHY) {
        return target;
      }
    }
    return null;
  }
}
