package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.ClusterNotice;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
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
    List<Outgoing> taken = outgoing;
    outgoing = new ArrayList<>();
    return taken;
  }

  /** Hands over what is to be written. */
  public Changes takeChanges() {
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

  /** Marks the services whose wait is over. */
  public void markDue(Instant now) {
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
    return wakeAt.values().stream().min(Instant::compareTo).orElse(null);
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
      case Decision.PutRunner(Runner runner) -> {
        put(runner);
        outgoing.add(new Outgoing.RunnerChanged(runner));
        capacityChanged(runner.cluster());
      }
      case Decision.PutTask(Task task) -> put(task);
      case Decision.Announce(String uid, String message) -> changes.announce(uid, message, now);
      case Decision.Launch(Task task) -> {
        put(task);
        order(task.runner(), generation -> start(task, generation));
      }
      case Decision.Stop(TaskId id, StopCode code, String reason) -> stop(id, code, reason);
      case Decision.Observe(TaskId id, TaskObservation seen) -> observe(id, seen, now);
      case Decision.Lose(TaskId id, StopCode code, String reason) -> lose(id, code, reason, now);
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
    if (service.steady() && (before == null || !before.steady())) {
      outgoing.add(new Outgoing.ServiceActed(service, "SERVICE_STEADY_STATE"));
    }
  }

  private void put(Runner runner) {
    state.put(runner);
    changes.put(runner);
  }

  private void put(Task task) {
    state.put(task);
    changes.put(task);
    outgoing.add(new Outgoing.TaskChanged(task));
    String uid = task.serviceUid();
    if (uid != null) {
      dirty.add(uid);
    }
  }

  private void stop(TaskId id, StopCode code, String reason) {
    Task task = state.task(id);
    if (task == null || !task.isWanted()) {
      return;
    }
    put(task.stopping(code, reason));
    order(task.runner(), generation -> new Order.StopTask(task.runner(), generation, id, reason));
  }

  private void observe(TaskId id, TaskObservation seen, Instant now) {
    Task task = state.task(id);
    if (task == null) {
      return;
    }
    Task next = task.observed(seen);
    put(next);
    if (next.isStopped()) {
      ended(task, next, now);
      order(next.runner(), generation -> new Order.ForgetTask(next.runner(), generation, id));
    }
  }

  private void lose(TaskId id, StopCode code, String reason, Instant now) {
    Task task = state.task(id);
    if (task == null) {
      return;
    }
    Task next = task.stopping(code, reason).observed(over(task.seen(), now));
    put(next);
    ended(task, next, now);
  }

  /** What is left to say of a task nobody can be asked about: over, with the exit codes unknown. */
  private static TaskObservation over(TaskObservation last, Instant now) {
    List<ContainerObservation> containers =
        last.containers().stream()
            .map(seen ->
                new ContainerObservation(
                    seen.name(),
                    seen.runtimeId(),
                    ContainerStatus.STOPPED,
                    seen.exitCode(),
                    seen.reason(),
                    seen.imageDigest(),
                    List.of()))
            .toList();
    return new TaskObservation(
        last.task(),
        TaskStatus.STOPPED,
        containers,
        null,
        null,
        last.pullStartedAt(),
        last.pullStoppedAt(),
        last.startedAt(),
        last.stoppingAt() == null ? now : last.stoppingAt(),
        last.executionStoppedAt() == null ? now : last.executionStoppedAt(),
        now);
  }

  private void ended(Task before, Task after, Instant now) {
    Service service = after.serviceUid() == null ? null : state.service(after.serviceUid());
    if (service != null && before.isWanted()) {
      Deaths.Account account = Deaths.account(service, before, after, policy, now);
      put(account.service());
      changes.announce(service.uid(), account.message(), now);
      if (account.impaired()) {
        outgoing.add(new Outgoing.ServiceActed(service, "SERVICE_TASK_START_IMPAIRED"));
      }
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
                tasks.stream().filter(Task::isWanted).map(Task::id).toList(),
                tasks.stream().filter(task -> !task.isWanted()).map(Task::id).toList()));
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
            task.spec()));
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

  /** A service has found places for all it wanted. */
  public void placed(Service service) {
    Set<String> waiting = awaitingCapacity.get(service.cluster());
    if (waiting != null) {
      waiting.remove(service.uid());
    }
  }
}
