package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which tasks of a service come, and where: rules 7 and 8 of {@link Reconciler}. */
final class Starts {
  /** Whoever waits for a budget takes what has come together in this time at once. */
  private static final Duration BUDGET_INTERVAL = Duration.ofMillis(100);

  private final Plan plan;
  private final Service service;

  Starts(Plan plan) {
    this.plan = plan;
    this.service = plan.service;
  }

  void missing() {
    DeploymentState primary = service.primary();
    if (primary.rolloutState() == DeploymentState.Rollout.FAILED) {
      plan.await(
          Rule.GIVEN_UP,
          "Deployment %s was given up and nothing more is started until the next one: %s"
              .formatted(primary.id(), primary.rolloutStateReason()));
      return;
    }
    int missing = service.desiredCount() - (plan.current.size() - plan.unhealthy().size());
    int room = plan.room();
    int count = Math.min(missing, Math.min(room, plan.policy.launchesPerPlan()));
    if (room < missing) {
      awaitRoom(missing, Math.max(0, room));
    }
    if (count <= 0 || plan.mustWait()) {
      return;
    }
    int affordable = Math.min(count, affordable());
    List<Task> launched = affordable == 0 ? List.of() : launch(affordable, missing);
    if (!launched.isEmpty()) {
      plan.become(plan.next().withLaunches(plan.next().launches() + launched.size()));
      plan.say("has started " + launched.size() + " tasks: " + Plan.names(launched) + ".");
    }
    if (launched.size() == affordable && affordable < count) {
      awaitBudget();
    } else if (launched.size() == count && count < Math.min(missing, room)) {
      plan.wakeAt(plan.now);
    }
  }

  /** How many launches the service and its cluster have left. */
  private int affordable() {
    Policy.Budgets budgets = plan.policy.budgets();
    int own = plan.state.launchBudget().left(service.uid(), budgets.service(), plan.now);
    return Math.min(own, shared(service.cluster(), budgets.cluster()));
  }

  private int affordableOn(Placement.Choice place) {
    return shared(place.runner().id(), plan.policy.budgets().host());
  }

  /** A service whose tasks fail leaves half of what is for all to the others. */
  private int shared(Object whose, Policy.Rate rate) {
    int left = plan.state.launchBudget().left(whose, rate, plan.now);
    return plan.failures() == 0 ? left : Math.max(0, left - rate.burst() / 2);
  }

  private void awaitBudget() {
    plan.await(
        Rule.LAUNCH_BUDGET,
        "As many tasks have been launched as may be at a time: " + plan.policy.budgets() + ".");
    plan.wakeAt(plan.now.plus(BUDGET_INTERVAL));
  }

  private void awaitRoom(int missing, int room) {
    List<Task> old = plan.tasks.stream().filter(task -> !task.isWanted()).toList();
    int stopping = old.size();
    if (stopping > 0 && Copies.areStrict(service)) {
      plan.await(
          Rule.OLD_COPY,
          "The service allows no second copy, so replacements wait until their hosts say that %s have stopped, or are lost."
              .formatted(Plan.names(old)));
      return;
    }
    plan.await(
        Rule.UPPER_BOUND,
        missing
            + " tasks are missing and there is room for "
            + room
            + ": the upper bound is "
            + plan.bounds.upper()
            + ", and "
            + plan.tasks.size()
            + " tasks are there, of which "
            + stopping
            + " are stopping.");
  }

  /** A daemon's task goes where none is, or none of its deployment if two may be on one host. */
  private Placement.Ask ask() {
    Placement.Ask ask = Placement.Ask.of(service);
    if (!plan.hosts.daemon()) {
      return ask;
    }
    boolean alone = plan.bounds.upper() <= service.desiredCount();
    Set<RunnerId> taken =
        (alone ? plan.tasks : plan.current).stream().map(Task::runner).collect(Collectors.toSet());
    return ask.within(runner -> !taken.contains(runner.id())).onEachOnce();
  }

  private List<Task> launch(int count, int missing) {
    Placement placement = new Placement(plan.state, ask());
    TaskSpec recipe = Digests.pinned(service.primary());
    ProviderSplit providers = new ProviderSplit(service.document(), plan.current);
    List<Reason> replacements = replacements(missing);
    Reason otherwise = otherwise(missing);
    List<Task> launched = new ArrayList<>();
    Map<RunnerId, Integer> launchedOn = new HashMap<>();
    while (launched.size() < count) {
      TaskId id = taskId(plan.next().launches() + launched.size());
      Optional<Placement.Choice> place = placement.place(id);
      if (place.isEmpty()) {
        refuse(placement);
        break;
      }
      // A budget says when, never where: the best place is waited for.
      if (launchedOn.merge(place.get().runner().id(), 1, Integer::sum)
          > affordableOn(place.get())) {
        awaitBudget();
        break;
      }
      Task task = task(place.get().runner(), id, recipe, providers);
      Reason why =
          launched.size() < replacements.size() ? replacements.get(launched.size()) : otherwise;
      launched.add(task);
      plan.add(new Decision.Launch(task, why.at(place.get().why())));
    }
    return launched;
  }

  /** Whose places are to be taken, as far as it is known: at most as many as are missing. */
  private List<Reason> replacements(int missing) {
    if (plan.hosts.daemon()) {
      return List.of();
    }
    List<Reason> reasons = new ArrayList<>();
    Vacancies vacancies = plan.state.vacancies();
    List<Vacancies.Vacancy> free = vacancies.of(service);
    for (var vacancy : free.subList(Math.max(0, free.size() - missing), free.size())) {
      reasons.add(replacing(vacancy.task(), vacancy.why()));
    }
    for (Task task : plan.unhealthy()) {
      if (!vacancies.isReplaced(task)) {
        reasons.add(replacing(task.id(), "fails its health checks"));
      }
    }
    for (Task task : plan.leaving) {
      if (plan.isOfPrimary(task) && !vacancies.isReplaced(task)) {
        reasons.add(replacing(task.id(), "has to leave its host"));
      }
    }
    return reasons;
  }

  private static Reason replacing(TaskId task, String why) {
    return Reason.replacing(task, "It takes the place of task " + task + ", which " + why + ".");
  }

  /** Why tasks are missing that have no predecessor. */
  private Reason otherwise(int missing) {
    DeploymentState primary = service.primary();
    int wanted = service.desiredCount();
    if (plan.hosts.daemon()) {
      return Reason.of(
          Rule.DAEMON_HOST, "A daemon has one task on each host that suits it; this one had none.");
    }
    ServiceDeploymentState latest = service.rollouts().latest();
    if (primary.rolloutState() != DeploymentState.Rollout.IN_PROGRESS) {
      return Reason.of(
          Rule.SCALE_OUT,
          "The service wants " + wanted + " tasks and " + missing + " were missing.");
    }
    boolean first =
        latest != null && latest.sources().isEmpty() && latest.deploymentId().equals(primary.id());
    return first
        ? Reason.of(
            Rule.INITIAL_LAUNCH,
            "The service is new and wants %d tasks of %s; %d were missing."
                .formatted(wanted, primary.spec().definition(), missing))
        : Reason.of(
            Rule.DEPLOYMENT,
            primary.rolloutStateReason()
                + " It wants "
                + wanted
                + " tasks of "
                + primary.spec().definition()
                + "; "
                + missing
                + " were missing.");
  }

  private void refuse(Placement placement) {
    plan.add(new Decision.AwaitCapacity(service.uid()));
    List<Placement.Refusal> findings = placement.findings();
    Placement.Refusal refusal = Placement.closest(findings);
    plan.await(
        new Wait(
            Rule.NO_PLACE,
            refusal.closest() == null
                ? "There is no host that a task could be placed on."
                : "None of %d hosts has a place. Container instance %s was closest: %s."
                    .formatted(findings.size(), refusal.closest(), refusal.obstacle().detail()),
            null,
            Placement.counts(findings)));
    if (plan.knownToWait) {
      return;
    }
    String closest =
        refusal.closest() == null
            ? ""
            : " The closest matching (container-instance %s) %s."
                .formatted(refusal.closest(), refusal.obstacle().kind().inEvents());
    plan.say(
        "was unable to place a task because no container instance met all of its requirements."
            + closest);
  }

  private TaskId taskId(long ordinal) {
    return new TaskId(Ids.derive("service-task", service.uid(), Long.toString(ordinal)));
  }

  private Task task(Runner runner, TaskId id, TaskSpec recipe, ProviderSplit providers) {
    DeploymentState primary = service.primary();
    return Launches.task(
        id,
        new Task.Origin(
            service.cluster(),
            new Task.Membership(service.uid(), service.name(), primary.id()),
            recipe,
            service.group(),
            primary.id(),
            providers.next(Json.EMPTY)),
        runner,
        Launches.tags(service),
        plan.now);
  }

  /**
   * One task beyond the count starts in the emptiest zone once nothing else is to be done. When it
   * runs it is a surplus, and what is surplus is stopped in the fullest zone.
   */
  void move() {
    if (!plan.rebalances() || !plan.isComplete() || plan.bounds.upper() <= service.desiredCount()) {
      return;
    }
    Zones zones = plan.zones(plan.current);
    Optional<String> emptiest = zones.emptiest();
    if (!zones.areUneven() || emptiest.isEmpty() || plan.mustWait()) {
      return;
    }
    if (affordable() == 0) {
      awaitBudget();
      return;
    }
    Placement placement =
        new Placement(
            plan.state,
            Placement.Ask.of(service).within(runner -> runner.zone().equals(emptiest.get())));
    TaskId id = taskId(service.launches());
    Optional<Placement.Choice> place = placement.place(id);
    if (place.isEmpty()) {
      return;
    }
    if (affordableOn(place.get()) == 0) {
      awaitBudget();
      return;
    }
    ProviderSplit providers = new ProviderSplit(service.document(), plan.current);
    Task task = task(place.get().runner(), id, Digests.pinned(service.primary()), providers);
    Reason why =
        Reason.of(
            Rule.ZONE_MOVE,
            "Zones are uneven with %s: one task more here, then one less in the fullest."
                .formatted(zones));
    plan.add(new Decision.Launch(task, why.at(place.get().why())));
    plan.become(plan.next().withLaunches(service.launches() + 1));
    plan.say(
        "is not AZ balanced with %s. AZ Rebalancing in progress: has started 1 tasks in %s: %s."
            .formatted(zones, emptiest.get(), Plan.names(List.of(task))));
  }
}
