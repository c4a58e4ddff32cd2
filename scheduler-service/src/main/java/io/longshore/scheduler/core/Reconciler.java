package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Compares one service as a whole with what it should be, and says what to do about the difference.
 * It does not matter what caused the look, nor how often it happens: with nothing to do it returns
 * nothing.
 *
 * <p>The policy, in this order:
 *
 * <ol>
 *   <li>A service that is DRAINING stops all its tasks and is INACTIVE once the last one has
 *       stopped.
 *   <li>Tasks of the primary deployment beyond the desired count are stopped: first those that do
 *       not run yet, then those in the fullest zone, then the youngest.
 *   <li>Tasks of earlier deployments are stopped: those that do not run at once, those that run as
 *       far as the lower bound (minimumHealthyPercent) lets them go.
 *   <li>Missing tasks of the primary deployment are launched, as far as the upper bound
 *       (maximumPercent) has room; tasks that are still stopping take room. Not before {@code
 *       notBefore}.
 *   <li>When the primary deployment alone is left and all its tasks run, it is complete and the
 *       service is steady.
 * </ol>
 */
public final class Reconciler {
  private final Policy policy;

  public Reconciler(Policy policy) {
    this.policy = policy;
  }

  /**
   * @param knownToWait whether the service was already told that there is no place for all its
   *     tasks
   */
  public List<Decision> plan(State state, Service service, boolean knownToWait, Instant now) {
    return switch (service.status()) {
      case ACTIVE -> new Plan(state, service, knownToWait, now).decide();
      case DRAINING -> drain(state, service);
      case INACTIVE -> List.of();
    };
  }

  private static List<Decision> drain(State state, Service service) {
    List<Task> tasks = state.tasksOf(service.uid());
    if (tasks.isEmpty()) {
      return List.of(new Decision.PutService(service.inactive()));
    }
    List<Decision> decisions = new ArrayList<>();
    for (Task task : tasks) {
      if (task.isWanted()) {
        decisions.add(stop(task, scaling(service)));
      }
    }
    return decisions;
  }

  private static Decision stop(Task task, String reason) {
    return new Decision.Stop(task.id(), StopCode.SERVICE_SCHEDULER_INITIATED, reason);
  }

  private static String scaling(Service service) {
    return "Scaling activity initiated by (deployment " + service.primary().id() + ")";
  }

  /** One look at one service. */
  private final class Plan {
    private final State state;
    private final Service service;
    private final boolean knownToWait;
    private final Instant now;
    private final List<Task> tasks;
    private final List<Task> current;
    private final List<Task> earlier;
    private final List<Decision> decisions = new ArrayList<>();
    private Service next;

    Plan(State state, Service service, boolean knownToWait, Instant now) {
      this.state = state;
      this.service = service;
      this.knownToWait = knownToWait;
      this.now = now;
      this.next = service;
      tasks = state.tasksOf(service.uid());
      Task.DeploymentId primary = new Task.DeploymentId(service.primary().id());
      current = tasks.stream().filter(Task::isWanted).filter(t -> t.isOf(primary)).toList();
      earlier = tasks.stream().filter(Task::isWanted).filter(t -> !t.isOf(primary)).toList();
    }

    List<Decision> decide() {
      stopSurplus();
      stopEarlier();
      launchMissing();
      forgetEmptyDeployments();
      settle();
      if (!next.equals(service)) {
        decisions.add(new Decision.PutService(next));
      }
      return decisions;
    }

    private void stopSurplus() {
      List<Task> left = new ArrayList<>(current);
      List<Task> victims = new ArrayList<>();
      while (left.size() > service.desiredCount()) {
        Map<String, Integer> zones = new HashMap<>();
        left.forEach(task -> zones.merge(task.zone(), 1, Integer::sum));
        Task victim =
            left.stream()
                .max(
                    Comparator.comparing((Task task) -> !task.isRunning())
                        .thenComparing(task -> zones.getOrDefault(task.zone(), 0))
                        .thenComparing(Task::createdAt)
                        .thenComparing(task -> task.id().value()))
                .orElseThrow();
        left.remove(victim);
        victims.add(victim);
      }
      victims.forEach(task -> decisions.add(stop(task, scaling(service))));
      announceStops(victims);
    }

    private void stopEarlier() {
      long running = tasks.stream().filter(Task::isWanted).filter(Task::isRunning).count();
      long mayStop = Math.max(0, running - service.lowerBound());
      List<Task> victims = new ArrayList<>();
      for (Task task : earlier) {
        if (!task.isRunning()) {
          victims.add(task);
        } else if (mayStop > 0) {
          mayStop--;
          victims.add(task);
        }
      }
      victims.forEach(task -> decisions.add(stop(task, scaling(service))));
      announceStops(victims);
    }

    private void launchMissing() {
      int missing = service.desiredCount() - current.size();
      int room = service.upperBound() - tasks.size();
      int count = Math.min(missing, Math.min(room, policy.launchesPerPlan()));
      if (count <= 0) {
        return;
      }
      Instant notBefore = service.notBefore();
      if (notBefore != null && notBefore.isAfter(now)) {
        decisions.add(new Decision.WakeAt(service.uid(), notBefore));
        return;
      }
      List<Task> launched = launch(count);
      if (!launched.isEmpty()) {
        next = next.withLaunches(service.launches() + launched.size());
        decisions.add(
            new Decision.Announce(
                service.uid(),
                "(service %s) has started %d tasks: %s."
                    .formatted(service.name(), launched.size(), names(launched))));
      }
      if (launched.size() == count && count < Math.min(missing, room)) {
        decisions.add(new Decision.WakeAt(service.uid(), now));
      }
    }

    private List<Task> launch(int count) {
      TaskSpec spec = service.primary().spec();
      Placement placement = new Placement(state, service.cluster(), tasks);
      List<Task> launched = new ArrayList<>();
      while (launched.size() < count) {
        Optional<Runner> place = placement.place(spec);
        if (place.isEmpty()) {
          refuse(placement, spec);
          break;
        }
        Task task = task(place.get(), service.launches() + launched.size());
        launched.add(task);
        decisions.add(new Decision.Launch(task));
      }
      return launched;
    }

    private void refuse(Placement placement, TaskSpec spec) {
      decisions.add(new Decision.AwaitCapacity(service.uid()));
      if (knownToWait) {
        return;
      }
      Placement.Refusal refusal = placement.refusal(spec);
      String closest =
          refusal.closest() == null
              ? ""
              : " The closest matching (container-instance %s) has insufficient %s."
                  .formatted(refusal.closest(), resource(refusal.reason()));
      decisions.add(
          new Decision.Announce(
              service.uid(),
              "(service %s) was unable to place a task because no container instance met all of its requirements.%s"
                  .formatted(service.name(), closest)));
    }

    private Task task(Runner runner, long ordinal) {
      DeploymentState primary = service.primary();
      TaskId id = new TaskId(Ids.derive("service-task", service.uid(), Long.toString(ordinal)));
      return Launches.task(
          id,
          new Task.Origin(
              service.cluster(),
              new Task.Membership(service.uid(), service.name(), primary.id()),
              primary.spec(),
              "service:" + service.name(),
              primary.id(),
              Json.EMPTY),
          runner,
          Map.of(),
          now);
    }

    private void announceStops(List<Task> victims) {
      List<Task> running = victims.stream().filter(Task::isRunning).toList();
      if (!running.isEmpty()) {
        decisions.add(
            new Decision.Announce(
                service.uid(),
                "(service %s) has stopped %d running tasks: %s."
                    .formatted(service.name(), running.size(), names(running))));
      }
    }

    private void forgetEmptyDeployments() {
      List<DeploymentState> kept =
          service.deployments().stream()
              .filter(deployment -> deployment == service.primary() || hasTasks(deployment))
              .toList();
      if (kept.size() < service.deployments().size()) {
        next = next.withDeployments(kept);
      }
    }

    private boolean hasTasks(DeploymentState deployment) {
      Task.DeploymentId id = new Task.DeploymentId(deployment.id());
      return tasks.stream().anyMatch(task -> task.isOf(id));
    }

    private void settle() {
      boolean steady =
          next.deployments().size() == 1
              && current.size() == service.desiredCount()
              && tasks.size() == current.size()
              && current.stream().allMatch(Task::isRunning);
      if (steady && next.primary().rolloutState() == DeploymentState.Rollout.IN_PROGRESS) {
        next = next.withPrimary(Deployments.completed(next.primary(), now));
        decisions.add(
            new Decision.Announce(
                service.uid(),
                "(service %s) (deployment %s) deployment completed."
                    .formatted(service.name(), next.primary().id())));
      }
      if (steady && !service.steady()) {
        decisions.add(
            new Decision.Announce(
                service.uid(), "(service " + service.name() + ") has reached a steady state."));
      }
      if (steady != service.steady()) {
        next = next.withSteady(steady);
      }
    }

    private static String names(List<Task> tasks) {
      return tasks.stream()
          .map(task -> "(task " + task.id() + ")")
          .collect(Collectors.joining(" "));
    }

    private static String resource(String reason) {
      return switch (reason) {
        case "RESOURCE:MEMORY" -> "memory available";
        case "RESOURCE:CPU" -> "CPU units available";
        case "RESOURCE:PORTS" -> "ports available";
        default -> "contact: its agent is disconnected";
      };
    }
  }
}
