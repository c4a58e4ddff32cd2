package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.ClusterNotice;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies decisions to the state, and is the only one that does. What has to be written and sent
 * for them it notes in {@link Changes}; which services have to be looked at again, it remembers.
 *
 * <p>If the changes cannot be committed, the ledger and its state are worth nothing any more and
 * have to be made anew from the database.
 */
public final class Ledger {
  private final State state;
  private final Arns arns;
  private final Policy policy;
  private final Set<String> dirty = new LinkedHashSet<>();
  private final Map<String, Instant> wakeAt = new HashMap<>();
  private final Map<ClusterName, Set<String>> awaitingCapacity = new HashMap<>();
  private final Routes routes = new Routes();
  private Changes changes = new Changes();
  private List<Outgoing> outgoing = new ArrayList<>();

  public Ledger(State state, Arns arns, Policy policy) {
    this.state = state;
    this.arns = arns;
    this.policy = policy;
  }

  public State state() {
    return state;
  }

  /** Hands over what is to be sent, in the order it was decided. */
  public List<Outgoing> takeOutgoing() {
    List<Outgoing> changed = routes.take(state.loadBalancing());
    if (outgoing.isEmpty()) {
      return changed;
    }
    List<Outgoing> taken = outgoing;
    taken.addAll(changed);
    outgoing = new ArrayList<>();
    return taken;
  }

  /** Hands over what is to be written. */
  public Changes takeChanges() {
    if (changes.isEmpty()) {
      return Changes.NONE;
    }
    Changes taken = changes;
    changes = new Changes();
    return taken;
  }

  /** Marks every service for another look; for the sweep and after taking over a shard. */
  public void markAll() {
    for (Service service : state.services()) {
      if (service.status() != Service.Status.INACTIVE) {
        dirty.add(service.uid());
      }
    }
  }

  /** Tells every route again. */
  public void tellRoutes() {
    state.loadBalancing().all().forEach(routes::changed);
    state.services().forEach(routes::changed);
  }

  /** Tells what has changed of the targets of services. */
  public void tellTargets() {
    outgoing.addAll(routes.takeTargets(state));
  }

  /** Marks the services whose wait is over. */
  public void markDue(Instant now) {
    if (wakeAt.isEmpty()) {
      return;
    }
    wakeAt
        .entrySet()
        .removeIf(entry -> {
          boolean due = !entry.getValue().isAfter(now);
          if (due) {
            dirty.add(entry.getKey());
          }
          return due;
        });
  }

  /** When {@link #markDue} has something to mark; null for never. */
  public @Nullable Instant nextWake() {
    Instant next = null;
    for (Instant at : wakeAt.values()) {
      next = next == null || at.isBefore(next) ? at : next;
    }
    return next;
  }

  /** Takes one service that has to be looked at; null for none. */
  public @Nullable Service nextDirty() {
    while (!dirty.isEmpty()) {
      String uid = dirty.iterator().next();
      dirty.remove(uid);
      Service service = state.service(uid);
      if (service != null) {
        return service;
      }
    }
    return null;
  }

  public void apply(List<Decision> decisions, Instant now) {
    for (Decision decision : decisions) {
      apply(decision, now);
    }
  }

  private void apply(Decision decision, Instant now) {
    switch (decision) {
      case Decision.PutCluster(Cluster cluster) -> put(cluster);
      case Decision.AddDefinition(var definition, var spec, var document) -> {
        state.put(definition);
        changes.add(new Changes.NewDefinition(definition, spec, document));
      }
      case Decision.PutDefinition(Definition definition) -> {
        state.put(definition);
        changes.put(definition);
      }
      case Decision.PutService(Service service) -> put(service);
      case Decision.AddRevision(Revision revision) -> changes.add(revision);
      case Decision.PutRunner(Runner runner) -> {
        put(runner);
        outgoing.add(new Outgoing.RunnerChanged(runner));
        capacityChanged(runner.cluster());
        hostsChanged(runner);
      }
      case Decision.PutTask(Task task) -> put(task);
      case Decision.PutCapacityProvider(CapacityProvider provider) -> {
        state.put(provider);
        changes.put(provider);
      }
      case Decision.PutAccountSetting(AccountSetting setting) -> changes.add(setting);
      case Decision.PutBalanced(Balanced resource) -> {
        state.loadBalancing().put(resource);
        changes.put(resource);
        routes.changed(resource);
      }
      case Decision.DropBalanced(Balanced resource) -> {
        state.loadBalancing().remove(resource);
        changes.drop(resource);
        routes.changed(resource);
      }
      case Decision.PutSeen(Balanced.TargetGroup group) -> {
        state.loadBalancing().put(group);
        changes.put(group);
      }
      case Decision.PutTargets(TaskId id, List<Target> targets) -> putTargets(id, targets, now);
      case Decision.StopDrained(TaskId id) -> stopDrained(id);
      case Decision.Announce(String uid, String message) -> changes.announce(uid, message, now);
      case Decision.Launch(Task task, Reason why) -> launch(task, why, now);
      case Decision.Stop stop -> stop(stop, now);
      case Decision.Observe(TaskId id, TaskObservation seen) -> observe(id, seen, now);
      case Decision.Lose lose -> lose(lose, now);
      case Decision.SendManifest(RunnerId runner) -> sendManifest(runner);
      case Decision.StartAgain(TaskId id) -> {
        Task task = state.task(id);
        if (task != null && task.isWanted()) {
          order(task.runner(), generation -> start(task, generation));
        }
      }
      case Decision.Dismiss(RunnerId runner, TaskId task, boolean ended) ->
          order(
              runner,
              generation ->
                  ended
                      ? new Order.ForgetTask(runner, generation, task)
                      : new Order.StopTask(
                          runner, generation, task, "The task is over for the cluster."));
      case Decision.RegisterAgain(RunnerId runner, String incarnation) ->
          outgoing.add(new Outgoing.ToRunner(new Order.RegisterAgain(runner, incarnation)));
      case Decision.WakeAt(String uid, Instant at) ->
          wakeAt.merge(uid, at, (one, other) -> one.isBefore(other) ? one : other);
      case Decision.PutWaits(String uid, List<Wait> waits) -> {
        state.putWaits(uid, waits);
        changes.put(new Changes.Waiting(uid, waits, now));
      }
      case Decision.AwaitCapacity(String uid) -> awaitCapacity(uid);
    }
  }

  private void put(Cluster cluster) {
    Cluster before = state.cluster(cluster.name());
    state.put(cluster);
    changes.put(cluster);
    if (before == null || before.isActive() != cluster.isActive()) {
      outgoing.add(new Outgoing.Notice(new ClusterNotice(cluster.name(), cluster.isActive())));
    }
  }

  private void put(Service service) {
    Service before = state.service(service.uid());
    state.put(service);
    changes.put(service);
    dirty.add(service.uid());
    routes.changed(service);
    tellRollouts(before, service);
    if (service.status() == Service.Status.INACTIVE) {
      state.vacancies().closed(service.uid());
    }
    if (service.steady() && (before == null || !before.steady())) {
      state.vacancies().closed(service.uid());
      outgoing.add(new Outgoing.ServiceActed(service, "SERVICE_STEADY_STATE"));
    }
  }

  private void tellRollouts(@Nullable Service before, Service service) {
    ServiceDeploymentState latest = service.rollouts().latest();
    if (latest != null && (before == null || !latest.equals(before.rollouts().latest()))) {
      changes.put(new Changes.Rollout(service, latest));
    }
    for (DeploymentState deployment : service.deployments()) {
      boolean told =
          before != null
              && before.deployments().stream()
                  .anyMatch(known ->
                      known.id().equals(deployment.id())
                          && known.rolloutState() == deployment.rolloutState());
      if (!told) {
        outgoing.add(new Outgoing.DeploymentChanged(service, deployment));
      }
    }
  }

  private void put(Runner runner) {
    state.put(runner);
    changes.put(runner);
  }

  private void put(Task task) {
    keep(task);
    outgoing.add(new Outgoing.TaskChanged(task));
  }

  /** Without telling anybody outside. */
  private void keep(Task task) {
    state.put(task);
    changes.put(task);
    Service service = task.serviceUid() == null ? null : state.service(task.serviceUid());
    if (service != null) {
      dirty.add(service.uid());
      routes.changed(service);
    }
  }

  private void putTargets(TaskId id, List<Target> targets, Instant now) {
    Task task = state.task(id);
    if (task == null) {
      return;
    }
    Task next = task.with(new Task.Traffic(List.copyOf(targets), task.traffic().drainsUntil()));
    keep(next);
    prove(task, next, now);
  }

  private void stopDrained(TaskId id) {
    Task task = state.task(id);
    if (task == null || !task.isDraining()) {
      return;
    }
    keep(task.with(Task.Traffic.NONE));
    orderStop(task, String.valueOf(task.stoppedReason()));
  }

  private void orderStop(Task task, String reason) {
    order(
        task.runner(),
        generation -> new Order.StopTask(task.runner(), generation, task.id(), reason));
  }

  private void prove(Task before, Task after, Instant now) {
    Service service = after.serviceUid() == null ? null : state.service(after.serviceUid());
    if (service != null && Deaths.proves(service, before, after)) {
      put(Deaths.succeeded(service, policy, now));
    }
  }

  private void launch(Task task, Reason why, Instant now) {
    put(task);
    changes.explain(task, true, why, now);
    String uid = task.serviceUid();
    if (uid != null) {
      Policy.Budgets budgets = policy.budgets();
      state.launchBudget().take(uid, budgets.service(), now);
      state.launchBudget().take(task.runner(), budgets.host(), now);
      state.launchBudget().take(task.cluster(), budgets.cluster(), now);
    }
    TaskId inPlaceOf = why.inPlaceOf();
    if (uid != null && inPlaceOf != null) {
      state.vacancies().taken(uid, inPlaceOf, state.task(inPlaceOf) != null);
    }
    order(task.runner(), generation -> start(task, generation));
  }

  private void stop(Decision.Stop stop, Instant now) {
    Task task = state.task(stop.task());
    if (task == null || !task.isWanted()) {
      return;
    }
    Task stopping = task.stopping(stop.code(), stop.reason());
    // What is sent to it already has to end before it does.
    boolean drains = task.isRunning() && !task.traffic().targets().isEmpty();
    put(drains ? stopping.draining(now.plus(BalancerViews.LONGEST_DRAIN)) : stopping);
    changes.explain(task, false, stop.why(), now);
    String vacates = stop.why().rule().vacates();
    if (vacates != null) {
      state.vacancies().left(task, vacates);
    }
    if (!drains) {
      orderStop(task, stop.reason());
    }
  }

  private void observe(TaskId id, TaskObservation seen, Instant now) {
    Task task = state.task(id);
    if (task == null) {
      return;
    }
    Task next = task.observed(seen, now);
    put(next);
    learnImages(next);
    if (next.isStopped()) {
      ended(task, next, Rule.ENDED, now);
      order(next.runner(), generation -> new Order.ForgetTask(next.runner(), generation, id));
      return;
    }
    prove(task, next, now);
  }

  private void learnImages(Task task) {
    Task.Membership membership = task.origin().service();
    Service service = membership == null ? null : state.service(membership.serviceUid());
    if (membership == null || service == null) {
      return;
    }
    Map<String, String> news = Digests.news(service, task);
    if (news.isEmpty()) {
      return;
    }
    String deployment = membership.deploymentId();
    put(Digests.told(service, new Task.DeploymentId(deployment), news));
    news.forEach((container, digest) ->
        changes.add(new Changes.Digest(service.uid(), deployment, container, digest)));
  }

  private void lose(Decision.Lose lose, Instant now) {
    Task task = state.task(lose.task());
    if (task == null) {
      return;
    }
    Task next =
        task.stopping(lose.code(), lose.reason()).observed(Deaths.over(task.seen(), now), now);
    put(next);
    ended(task, next, lose.rule(), now);
  }

  private void ended(Task before, Task after, Rule rule, Instant now) {
    String reason = Deaths.reason(after);
    Reason why = Reason.of(rule, reason + ".");
    Service service = after.serviceUid() == null ? null : state.service(after.serviceUid());
    if (service != null && before.isWanted()) {
      Deaths.Account account = Deaths.account(service, before, after, policy, now);
      put(account.service());
      state.vacancies().left(after, "has stopped: " + reason);
      why = Reason.of(rule, reason + "." + account.counts());
      changes.announce(service.uid(), account.message(), now);
      if (account.impaired()) {
        outgoing.add(new Outgoing.ServiceActed(service, "SERVICE_TASK_START_IMPAIRED"));
      }
    }
    if (before.isWanted()) {
      changes.explain(after, false, why, now);
    }
    capacityChanged(after.cluster());
  }

  private void sendManifest(RunnerId id) {
    Runner runner = state.runner(id);
    if (runner == null) {
      return;
    }
    List<Task> tasks = state.tasksOn(id);
    order(
        id,
        generation ->
            new Order.Manifest(
                id,
                generation,
                runner.incarnation(),
                tasks.stream().filter(Ledger::isToRun).map(Task::id).toList(),
                tasks.stream().filter(task -> !isToRun(task)).map(Task::id).toList(),
                policy.runnerLease().toMillis()));
  }

  /** Whether its runner has not been told to stop it. */
  private static boolean isToRun(Task task) {
    return task.isWanted() || task.isDraining();
  }

  private Order start(Task task, long generation) {
    Task.Membership service = task.origin().service();
    return new Order.StartTask(
        task.runner(),
        generation,
        new TaskAssignment(
            task.id(),
            arns.task(task.cluster(), task.id()),
            task.cluster(),
            service == null ? null : service.name(),
            task.spec(),
            Copies.areStrict(state, task)));
  }

  /** The one place where a runner's orders are counted. */
  private void order(RunnerId id, OrderAt orderAt) {
    Runner runner = state.runner(id);
    if (runner == null) {
      return;
    }
    Runner next = runner.withGeneration(runner.generation() + 1);
    put(next);
    outgoing.add(new Outgoing.ToRunner(orderAt.generation(next.generation())));
  }

  private interface OrderAt {
    Order generation(long generation);
  }

  private void awaitCapacity(String uid) {
    Service service = state.service(uid);
    if (service != null) {
      awaitingCapacity.computeIfAbsent(service.cluster(), c -> new LinkedHashSet<>()).add(uid);
    }
  }

  /** Whether a service is known to lack a place, so that it need not be said again. */
  public boolean awaitsCapacity(Service service) {
    return awaitingCapacity.getOrDefault(service.cluster(), Set.of()).contains(service.uid());
  }

  private void capacityChanged(ClusterName cluster) {
    dirty.addAll(awaitingCapacity.getOrDefault(cluster, Set.of()));
  }

  /**
   * Marks the services to which it matters which hosts there are, or that have tasks on this one.
   */
  private void hostsChanged(Runner runner) {
    for (Task task : state.tasksOn(runner.id())) {
      String uid = task.serviceUid();
      if (uid != null) {
        dirty.add(uid);
      }
    }
    for (Service service : state.services()) {
      ServiceSettings.Scheduling scheduling = service.settings().scheduling();
      if (service.status() == Service.Status.ACTIVE
          && service.cluster().equals(runner.cluster())
          && (scheduling.daemon() || scheduling.rebalanceZones())) {
        dirty.add(service.uid());
      }
    }
  }

  /** A service has found places for all it wanted. */
  public void placed(Service service) {
    Set<String> waiting = awaitingCapacity.get(service.cluster());
    if (waiting != null) {
      waiting.remove(service.uid());
    }
  }
}
