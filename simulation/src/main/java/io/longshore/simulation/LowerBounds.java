package io.longshore.simulation;

import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.DesiredStatus;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.Target;
import io.longshore.scheduler.core.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has to stay up of a service. Tasks that have come up are not stopped by anybody's decision
 * below the lower bound, and in a deployment beside the one before one whole set is always left:
 * the earlier one until the new one is up.
 */
final class LowerBounds {
  private static final String PROMISE = "A4 never under the lower bound by our own doing";
  // An owner's clock follows its machine's by one part in 2,000.
  private static final double CLOCK_BEHIND = 1.001;

  private final long healthyNanos;
  private final Map<TaskId, Long> upSince = new HashMap<>();

  /** What the turn that is being written stops although it is healthy, by service. */
  private final Map<String, List<Task>> stopped = new LinkedHashMap<>();

  LowerBounds(Policy policy) {
    this.healthyNanos = (long) (policy.healthyAfter().toNanos() * CLOCK_BEHIND);
  }

  void written(Store.Turn turn, Task task, @Nullable Task before) {
    boolean drains = task.traffic().drainsUntil() != null;
    if (task.status() != TaskStatus.RUNNING && !drains) {
      return;
    }
    long now = turn.decided().nanos();
    long since = upSince.computeIfAbsent(task.id(), id -> now);
    String service = task.serviceUid();
    if (service != null
        && before != null
        && before.desired() == DesiredStatus.RUNNING
        && task.desired() == DesiredStatus.STOPPED
        && task.stopCode() == StopCode.SERVICE_SCHEDULER_INITIATED
        && wasHealthy(drains ? task : before, now - since)) {
      stopped.computeIfAbsent(service, uid -> new ArrayList<>()).add(task);
    }
  }

  /** By what load balancers found, where they send to it. */
  private boolean wasHealthy(Task task, long upNanos) {
    List<Target> targets = task.traffic().targets();
    return targets.isEmpty()
        ? upNanos >= healthyNanos
        : targets.stream().allMatch(target -> target.state() == TargetState.HEALTHY);
  }

  /**
   * @param live those that have not stopped when the turn is written
   */
  void check(Store.Turn turn, Store store, Collection<Task> live) {
    if (stopped.isEmpty() && turn.changes().services().isEmpty()) {
      return;
    }
    Map<String, Service> changed = new HashMap<>();
    turn.changes().services().forEach(service -> changed.put(service.uid(), service));
    List<Service> takenOver =
        changed.values().stream()
            .filter(service -> hasTakenOver(service, store.services().get(service.uid())))
            .toList();
    if (stopped.isEmpty() && takenOver.isEmpty()) {
      return;
    }
    takenOver.forEach(service -> isUp(service, running(service.uid(), live)));
    stopped.forEach((uid, victims) -> {
      Service before = store.services().get(uid);
      Service after = changed.getOrDefault(uid, before);
      if (after != null && after.status() == Service.Status.ACTIVE) {
        check(before, after, victims, running(uid, live));
      }
    });
    stopped.clear();
  }

  /** Whether from this turn on nothing is left to be done but to let the deployment before go. */
  private static boolean hasTakenOver(Service service, @Nullable Service before) {
    DeploymentState primary = service.deployments().getFirst();
    return service.status() == Service.Status.ACTIVE
        && isCleaningUpAfterAnother(primary)
        && (before == null
            || !before.deployments().getFirst().id().equals(primary.id())
            || !isCleaningUpAfterAnother(before.deployments().getFirst()));
  }

  private static boolean isCleaningUpAfterAnother(DeploymentState deployment) {
    DeploymentProgress progress = deployment.progress();
    return progress != null
        && progress.blue() != null
        && progress.stage() == DeploymentProgress.Stage.CLEAN_UP;
  }

  private static void isUp(Service service, List<Task> running) {
    long up = of(service.deployments().getFirst().id(), running);
    if (up < service.desiredCount()) {
      throw new Violation(
          PROMISE,
          "service %s wants %d, and the new deployment takes over with %d"
              .formatted(service.name(), service.desiredCount(), up));
    }
  }

  private static List<Task> running(String service, Collection<Task> live) {
    return live.stream()
        .filter(task -> service.equals(task.serviceUid()))
        .filter(task -> task.desired() == DesiredStatus.RUNNING)
        .filter(task -> task.status() == TaskStatus.RUNNING)
        .toList();
  }

  private static void check(
      @Nullable Service before, Service after, List<Task> victims, List<Task> running) {
    Set<String> kept = new HashSet<>();
    addKept(before, kept);
    addKept(after, kept);
    if (kept.isEmpty()) {
      long lower =
          ((long) after.desiredCount() * after.settings().minimumHealthyPercent() + 99) / 100;
      if (running.size() < lower) {
        throw new Violation(
            PROMISE,
            "service %s stops %d healthy tasks, %d are left and the bound is %d"
                .formatted(after.name(), victims.size(), running.size(), lower));
      }
      return;
    }
    for (Task victim : victims) {
      String deployment = deployment(victim);
      if (kept.contains(deployment)
          && of(deployment, running) < after.desiredCount()
          && of(after.deployments().getFirst().id(), running) < after.desiredCount()) {
        throw new Violation(
            PROMISE,
            "service %s wants %d, stops a task of the deployment before and leaves %d of it and %d of the new one"
                .formatted(
                    after.name(),
                    after.desiredCount(),
                    of(deployment, running),
                    of(after.deployments().getFirst().id(), running)));
      }
    }
  }

  /** The deployment that stays as it is while another one comes up beside it. */
  private static void addKept(@Nullable Service service, Set<String> kept) {
    if (service == null) {
      return;
    }
    DeploymentProgress progress = service.deployments().getFirst().progress();
    if (progress != null
        && progress.strategy() == DeploymentProgress.Strategy.BLUE_GREEN
        && progress.blue() != null
        && progress.stage() != DeploymentProgress.Stage.CLEAN_UP
        && service.deployments().stream()
            .map(DeploymentState::id)
            .anyMatch(progress.blue()::equals)) {
      kept.add(progress.blue());
    }
  }

  private static String deployment(Task task) {
    Task.Membership service = task.origin().service();
    return service == null ? "" : service.deploymentId();
  }

  private static long of(String deployment, List<Task> running) {
    return running.stream().filter(task -> deployment(task).equals(deployment)).count();
  }
}
