package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.StopCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 *   <li>The desired count of a daemon is the number of its {@link Hosts}.
 *   <li>A deployment whose circuit breaker trips is given up. If that is wanted, the last one that
 *       was completed becomes the primary again; if not, nothing more is launched.
 *   <li>Tasks of the primary deployment beyond the desired count are stopped: first those that do
 *       not run yet, then those that are not healthy, then those in the fullest zone, then the
 *       youngest. Unhealthy ones do not count; they are the next rule's.
 *   <li>Unhealthy tasks of the primary deployment are stopped: at once in the middle of a
 *       deployment or beyond the upper bound; otherwise when others are healthy in their stead; one
 *       at a time where there is no room for others.
 *   <li>Tasks of earlier deployments and on draining hosts are stopped: those that are not healthy
 *       at once, the others as far as the lower bound (minimumHealthyPercent) of healthy tasks lets
 *       them go. If the primary deployment was given up they stay, as far as they are needed.
 *   <li>Missing tasks of the primary deployment are launched, as far as the upper bound
 *       (maximumPercent) has room; tasks that are still stopping take room. Not before {@code
 *       notBefore}.
 *   <li>When nothing else is to be done and zones have become uneven, one task starts in the
 *       emptiest zone, and then one is surplus in the fullest.
 *   <li>When the primary deployment alone is left and all its tasks are healthy, it passes its last
 *       {@link Stages}, of which one may take its time. Then it is complete and the service steady.
 * </ol>
 *
 * <p>A service with a blue/green deployment under way is divided, and rules 4 to 8 hold for each of
 * its {@link Sides}.
 *
 * <p>A task without a check that runs, and not for long enough yet, may be healthy for all we know:
 * how long it has been up is by the clock of whoever saw it. It helps no other one go, and goes
 * itself only if enough are left all the same, the youngest first.
 *
 * <p>What is healthy, {@link Health} says. Neither a surplus nor an earlier deployment nor draining
 * stops a task while it is protected.
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
      case ACTIVE -> {
        Hosts hosts = Hosts.of(state, service);
        Service counted = hosts.counted(service, now);
        // Whoever changes a service is asked again at once.
        yield counted.equals(service)
            ? decide(new Plan(state, service, hosts, policy, knownToWait, now))
            : List.of(new Decision.PutService(counted));
      }
      case DRAINING -> drain(state, service);
      case INACTIVE -> List.of();
    };
  }

  private static List<Decision> drain(State state, Service service) {
    List<Task> tasks = state.tasksOf(service.uid());
    List<Decision> decisions = new ArrayList<>();
    if (!state.waits(service.uid()).isEmpty()) {
      decisions.add(new Decision.PutWaits(service.uid(), List.of()));
    }
    if (tasks.isEmpty()) {
      decisions.add(new Decision.PutService(service.inactive()));
    }
    for (Task task : tasks) {
      if (task.isWanted()) {
        decisions.add(
            new Decision.Stop(
                task.id(),
                StopCode.SERVICE_SCHEDULER_INITIATED,
                scaling(service),
                Reason.of(Rule.SERVICE_DELETED, "The service was deleted.")));
      }
    }
    return decisions;
  }

  /** In ECS's words. */
  static Decision rollingBack(Service service, DeploymentState target) {
    return new Decision.Announce(
        service.uid(),
        "(service %s) rolling back to deployment %s.".formatted(service.name(), target.id()));
  }

  /** In ECS's words. */
  static String scaling(Service service) {
    return "Scaling activity initiated by (deployment " + service.primary().id() + ")";
  }

  private static List<Decision> decide(Plan plan) {
    if (CircuitBreakers.trips(plan.service)) {
      giveUp(plan);
      return plan.decisions();
    }
    countAnew(plan);
    List<Plan> sides = Sides.of(plan);
    for (Plan side : sides) {
      Stops stops = new Stops(side);
      stops.surplus();
      stops.unhealthy();
      stops.leaving();
    }
    for (Plan side : Sides.inTurn(sides)) {
      // Where the one side has placed tasks, the other one cannot see yet; its turn comes at once.
      if (plan.next().launches() == plan.service.launches()) {
        Starts starts = new Starts(side);
        starts.missing();
        starts.move();
      }
    }
    forgetEmptyDeployments(plan);
    settle(plan);
    awaitHealth(plan);
    follow(plan);
    plan.tellWaits();
    return plan.decisions();
  }

  /** What is left to do about it, the next plan does. */
  private static void giveUp(Plan plan) {
    follow(plan);
    Service service = plan.service;
    plan.say(
        "(deployment %s) deployment failed: tasks failed to start."
            .formatted(service.primary().id()));
    DeploymentState target =
        service.settings().circuitBreaker().rollback() ? Deployments.wayBack(service) : null;
    if (target == null) {
      plan.become(Deployments.givenUp(plan.next(), Deployments.Cause.BREAKER, plan.now));
    } else {
      plan.become(Deployments.rolledBack(plan.next(), target, Deployments.Cause.BREAKER, plan.now));
      plan.add(rollingBack(service, target));
    }
  }

  /** A task without a check that has come through since the last failure was a success. */
  private static void countAnew(Plan plan) {
    DeploymentState primary = plan.service.primary();
    if (Deaths.inARow(primary) == 0
        || primary.rolloutState() != DeploymentState.Rollout.IN_PROGRESS
        || Health.isChecked(primary.spec())) {
      return;
    }
    for (Task task : plan.current) {
      Instant since = task.runningSince();
      Instant proved = since == null ? Instant.MIN : since.plus(plan.policy.proof());
      if (proved.isAfter(plan.now)) {
        plan.wakeAt(proved);
      } else if (proved.isAfter(primary.updatedAt())) {
        plan.become(Deaths.succeeded(plan.next(), plan.policy, plan.now));
      }
    }
  }

  private static void forgetEmptyDeployments(Plan plan) {
    Service service = plan.service;
    if (service.deployments().size() == 1) {
      return;
    }
    DeploymentState blue = Sides.blue(service);
    List<DeploymentState> kept =
        plan.next().deployments().stream()
            .filter(deployment ->
                deployment.id().equals(service.primary().id())
                    || (blue != null && deployment.id().equals(blue.id()))
                    || hasTasks(plan, deployment))
            .toList();
    if (kept.size() < service.deployments().size()) {
      plan.become(plan.next().withDeployments(kept));
    }
  }

  private static boolean hasTasks(Plan plan, DeploymentState deployment) {
    Task.DeploymentId id = new Task.DeploymentId(deployment.id());
    return plan.tasks.stream().anyMatch(task -> task.isOf(id));
  }

  private static void settle(Plan plan) {
    Stages.advance(plan);
    DeploymentState primary = plan.next().primary();
    boolean inProgress = primary.rolloutState() == DeploymentState.Rollout.IN_PROGRESS;
    if (inProgress && plan.isAlone() && Stages.arePassed(primary)) {
      plan.become(Deployments.completed(plan.next(), plan.now));
      plan.say("(deployment %s) deployment completed.".formatted(primary.id()));
      inProgress = false;
    }
    boolean steady = plan.isAlone() && !inProgress;
    if (steady && !plan.service.steady()) {
      plan.say("has reached a steady state.");
    }
    if (steady != plan.service.steady()) {
      plan.become(plan.next().withSteady(steady));
    }
  }

  private static void awaitHealth(Plan plan) {
    Map<Rule, Integer> counts = new EnumMap<>(Rule.class);
    Map<Rule, Instant> ends = new EnumMap<>(Rule.class);
    @Nullable Instant next = null;
    for (Task task : plan.tasks) {
      Health health = plan.health(task);
      Rule rule = health.waits();
      Instant changesAt = health.changesAt();
      if (changesAt != null) {
        next = next == null || changesAt.isBefore(next) ? changesAt : next;
      }
      if (rule != null && task.isWanted()) {
        counts.merge(rule, 1, Integer::sum);
        if (changesAt != null) {
          ends.merge(rule, changesAt, (one, other) -> one.isBefore(other) ? one : other);
        }
      }
    }
    if (next != null) {
      plan.wakeAt(next);
    }
    counts.forEach((rule, count) ->
        plan.await(new Wait(rule, count + Health.waiting(rule), ends.get(rule), null)));
  }

  private static void follow(Plan plan) {
    ServiceDeploymentState latest = plan.next().rollouts().latest();
    if (latest != null) {
      ServiceDeploymentState followed = Stories.followed(latest, plan.next(), plan.now);
      if (!followed.equals(latest)) {
        plan.become(plan.next().withRollouts(plan.next().rollouts().with(followed)));
      }
    }
  }
}
