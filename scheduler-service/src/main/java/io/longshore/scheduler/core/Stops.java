package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.TaskId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which tasks of a service go: rules 4 to 6 of {@link Reconciler}. */
final class Stops {
  private final Plan plan;
  private final Service service;

  Stops(Plan plan) {
    this.plan = plan;
    this.service = plan.service;
  }

  void surplus() {
    List<Task> left = new ArrayList<>(plan.current);
    left.removeAll(plan.unhealthy());
    List<Task> victims = new ArrayList<>();
    int most = service.desiredCount() + (isMoving(left) ? 1 : 0);
    Set<TaskId> spare = left.size() > most ? spareWhileProving() : Set.of();
    while (left.size() > most) {
      Map<String, Integer> zones = new HashMap<>();
      left.forEach(task -> zones.merge(task.zone(), 1, Integer::sum));
      long healthy =
          plan.healthy(plan.current) + plan.healthy(plan.leaving) - plan.healthy(victims);
      Optional<Task> victim =
          left.stream()
              .filter(task -> plan.mayStop(task) && isSpare(task, healthy, spare))
              .max(
                  Comparator.comparing((Task task) -> !task.isRunning())
                      .thenComparing(task -> !plan.is(task, Health.State.HEALTHY))
                      .thenComparing(task -> zones.getOrDefault(task.zone(), 0))
                      .thenComparing(Task::createdAt)
                      .thenComparing(task -> task.id().value()));
      if (victim.isEmpty()) {
        break;
      }
      left.remove(victim.get());
      victims.add(victim.get());
    }
    int there = left.size() + victims.size();
    victims.forEach(task -> plan.stop(task, Reconciler.scaling(service), surplus(task, there)));
    announce(victims);
  }

  private Reason surplus(Task task, int there) {
    DeploymentState primary = service.primary();
    if (plan.side == Sides.GREEN && primary.rolloutState() == DeploymentState.Rollout.FAILED) {
      return Reason.of(
          Rule.SURPLUS,
          "Deployment %s of %s was given up, and the one before it goes on."
              .formatted(primary.id(), primary.spec().definition()));
    }
    String state =
        task.isRunning()
            ? plan.is(task, Health.State.HEALTHY) ? "is healthy" : "is not healthy yet"
            : "does not run yet";
    return Reason.of(
        Rule.SURPLUS,
        service.desiredCount()
            + " tasks are wanted and "
            + there
            + " were there. This one "
            + state
            + " and is in zone "
            + task.zone()
            + "; first go those that do not run, then those that are not healthy, then those in the"
            + " fullest zone, then the youngest.");
  }

  /** Whether a task beyond the count is on its way up that will make zones more even. */
  private boolean isMoving(List<Task> left) {
    if (!plan.rebalances()
        || left.size() != service.desiredCount() + 1
        || left.size() > plan.bounds.upper()) {
      return false;
    }
    List<Task> up = left.stream().filter(task -> plan.is(task, Health.State.HEALTHY)).toList();
    if (up.size() != service.desiredCount()) {
      return false;
    }
    Zones before = plan.zones(up);
    return before.areUneven()
        && left.stream()
            .anyMatch(
                task -> !plan.is(task, Health.State.HEALTHY) && before.isEmptiest(task.zone()));
  }

  private Set<TaskId> spareWhileProving() {
    List<Task> all = new ArrayList<>(plan.current);
    all.addAll(plan.leaving);
    return plan.spareWhileProving(all, plan.bounds.lower());
  }

  /** Whether nobody can miss it: it is not healthy, or enough are left if it is. */
  private boolean isWorthless(Task task, Set<TaskId> spare) {
    return plan.isProving(task) ? spare.contains(task.id()) : !plan.is(task, Health.State.HEALTHY);
  }

  /** Where what would go first is protected, the next ones may be healthy and needed. */
  private boolean isSpare(Task task, long healthy, Set<TaskId> spareWhileProving) {
    boolean healthyAndSpare = plan.is(task, Health.State.HEALTHY) && healthy > plan.bounds.lower();
    if (healthyAndSpare || isWorthless(task, spareWhileProving)) {
      return true;
    }
    awaitLowerBound(healthy);
    return false;
  }

  private void awaitLowerBound(long healthy) {
    plan.await(
        Rule.LOWER_BOUND,
        "No further healthy task may go: "
            + healthy
            + " are healthy and the lower bound is "
            + plan.bounds.lower()
            + ".");
  }

  void unhealthy() {
    List<Task> unhealthy = plan.unhealthy();
    if (unhealthy.isEmpty()) {
      return;
    }
    boolean rolling =
        plan.side == Sides.GREEN || plan.leaving.stream().anyMatch(task -> !plan.isOfPrimary(task));
    long standIns = rolling ? 0 : Math.max(0, service.desiredCount() - plan.healthy(plan.current));
    long beyond =
        plan.current.size() + plan.leaving.size() - plan.stoppedCount() - plan.bounds.upper();
    int count =
        (int) Math.clamp(beyond, Math.max(0, unhealthy.size() - standIns), unhealthy.size());
    boolean crowded = count == 0 && isCrowded();
    if (crowded) {
      count = 1;
    }
    List<Task> victims = unhealthy.subList(0, count);
    victims.forEach(task -> plan.say("(task %s) %s.".formatted(task.id(), Health.failed(task))));
    Reason why = Reason.of(Rule.FAILED_HEALTH_CHECKS, failed(rolling, standIns, beyond, crowded));
    victims.forEach(task -> plan.stop(task, "Task " + Health.failed(task), why));
    announce(victims);
    if (count < unhealthy.size()) {
      plan.await(
          Rule.STAND_IN,
          (unhealthy.size() - count)
              + " unhealthy tasks stay until others are healthy in their stead.");
    }
    DeploymentState primary = plan.next().primary();
    if (count > 0
        && plan.side != Sides.BLUE
        && primary.rolloutState() == DeploymentState.Rollout.IN_PROGRESS) {
      plan.become(
          Deaths.counted(plan.next(), primary.failedTasks() + count, plan.policy, plan.now));
    }
  }

  private static String failed(boolean rolling, long standIns, long beyond, boolean crowded) {
    String fails = "It fails its health checks, and ";
    if (crowded) {
      return fails + "there is no room for another one beside it.";
    } else if (rolling) {
      return fails + "a deployment that cannot become healthy should fail soon.";
    }
    return fails
        + (beyond > standIns
            ? "there are more tasks than the upper bound."
            : "others are healthy in its stead.");
  }

  /** Whether a task has to go before another one can come, and none is on its way already. */
  private boolean isCrowded() {
    boolean atRest =
        plan.tasks.stream()
            .allMatch(task -> task.isWanted() && !plan.is(task, Health.State.COMING));
    return atRest && (plan.room() <= 0 || plan.knownToWait);
  }

  /** Tasks of earlier deployments, and those that must not stay where they are. */
  void leaving() {
    if (plan.leaving.isEmpty()) {
      return;
    }
    List<Task> victims = new ArrayList<>();
    List<Task> counted = new ArrayList<>();
    for (Task task : plan.leaving) {
      // A daemon has no bounds to keep where it is not to be.
      boolean unbounded = plan.hosts.daemon() && plan.hosts.mustLeave(plan.state, task);
      (unbounded && plan.mayStop(task) ? victims : counted).add(task);
    }
    victims.addAll(withinBounds(counted));
    for (Task task : victims) {
      if (plan.hosts.mustLeave(plan.state, task)) {
        String why = Hosts.whyLeave(plan.state, task);
        plan.stop(task, why, Reason.of(Rule.HOST_LEFT, why));
      } else {
        plan.stop(task, Reconciler.scaling(service), earlier(task));
      }
    }
    announce(victims);
  }

  private Reason earlier(Task task) {
    return Reason.of(
        Rule.EARLIER_DEPLOYMENT,
        "It is of "
            + task.spec().definition()
            + ", and deployment "
            + service.primary().id()
            + " of "
            + service.primary().spec().definition()
            + " has taken over.");
  }

  private List<Task> withinBounds(List<Task> counted) {
    if (counted.isEmpty()) {
      return List.of();
    }
    boolean givenUp = service.primary().rolloutState() == DeploymentState.Rollout.FAILED;
    long needed = givenUp ? service.desiredCount() : plan.bounds.lower();
    long healthy = plan.healthy(plan.current) + plan.healthy(counted);
    if (givenUp && healthy < needed) {
      return List.of();
    }
    boolean held = false;
    long mayStop = Math.max(0, healthy - needed);
    List<Task> victims = new ArrayList<>();
    Set<TaskId> spare = spareWhileProving();
    for (Task task : counted) {
      if (!plan.mayStop(task)) {
        continue;
      }
      if (isWorthless(task, spare)) {
        victims.add(task);
      } else if (mayStop > 0 && plan.is(task, Health.State.HEALTHY)) {
        mayStop--;
        victims.add(task);
      } else {
        held = true;
      }
    }
    if (held && !givenUp) {
      awaitLowerBound(healthy - plan.healthy(victims));
    }
    return victims;
  }

  private void announce(List<Task> victims) {
    if (victims.isEmpty()) {
      return;
    }
    List<Task> running = victims.stream().filter(Task::isRunning).toList();
    if (!running.isEmpty()) {
      plan.say("has stopped " + running.size() + " running tasks: " + Plan.names(running) + ".");
    }
  }
}
