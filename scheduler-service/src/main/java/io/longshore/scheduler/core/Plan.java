package io.longshore.scheduler.core;

import io.longshore.messages.DeploymentState;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One look at one service: what there is of it, and what has been decided about it so far. The
 * rules of {@link Reconciler} work on it in their order, so that a later one sees what the earlier
 * ones have stopped.
 */
final class Plan {
  final State state;
  final Service service;
  final Hosts hosts;
  final Policy policy;
  final Instant now;

  /** All that have not stopped. */
  final List<Task> tasks;

  /** Those that are wanted, are of the primary deployment and may stay where they are. */
  final List<Task> current = new ArrayList<>();

  /** The others that are wanted. */
  final List<Task> leaving = new ArrayList<>();

  /** Whether the service was already told that there is no place for all its tasks. */
  final boolean knownToWait;

  /** Which part of the service it is about. */
  final Sides side;

  final Sides.Bounds bounds;

  private final Map<TaskId, Health> health;
  private final Draft draft;

  /** What all sides of a service have decided so far. */
  private static final class Draft {
    private final Set<TaskId> stopped = new HashSet<>();
    private final Map<TaskId, Instant> kept = new LinkedHashMap<>();
    private final Map<Rule, Wait> waits = new EnumMap<>(Rule.class);
    private final List<Decision> decisions = new ArrayList<>();
    private Service next;

    Draft(Service service) {
      next = service;
    }
  }

  Plan(State state, Service service, Hosts hosts, Policy policy, boolean knownToWait, Instant now) {
    this.state = state;
    this.service = service;
    this.hosts = hosts;
    this.policy = policy;
    this.knownToWait = knownToWait;
    this.now = now;
    side = Sides.WHOLE;
    bounds = Sides.Bounds.of(service);
    draft = new Draft(service);
    tasks = state.tasksOf(service.uid());
    health = HashMap.newHashMap(tasks.size());
    for (Task task : tasks) {
      health.put(task.id(), Health.of(task, service, policy, now));
    }
    sortOut();
  }

  private Plan(Plan whole, Sides side, Service service, List<Task> tasks, Sides.Bounds bounds) {
    this.state = whole.state;
    this.service = service;
    this.hosts = whole.hosts;
    this.policy = whole.policy;
    this.knownToWait = whole.knownToWait;
    this.now = whole.now;
    this.side = side;
    this.bounds = bounds;
    this.draft = whole.draft;
    this.tasks = tasks;
    this.health = whole.health;
    sortOut();
  }

  /** The same look at a part of the service, as if that were all of it. */
  Plan side(Sides which, Service view, List<Task> ofIt, Sides.Bounds within) {
    return new Plan(this, which, view, ofIt, within);
  }

  /** Whether they stay as they are, or leave. */
  private void sortOut() {
    Task.DeploymentId primary = new Task.DeploymentId(service.primary().id());
    for (Task task : tasks) {
      if (task.isWanted()) {
        (task.isOf(primary) && !hosts.mustLeave(state, task) ? current : leaving).add(task);
      }
    }
  }

  // --- what there is

  boolean isOfPrimary(Task task) {
    return task.isOf(new Task.DeploymentId(service.primary().id()));
  }

  boolean is(Task task, Health.State state) {
    return health(task).state() == state;
  }

  Health health(Task task) {
    return health.getOrDefault(task.id(), Health.NOT_UP);
  }

  long healthy(List<Task> among) {
    long healthy = 0;
    for (Task task : among) {
      if (is(task, Health.State.HEALTHY) && !hasStopped(task)) {
        healthy++;
      }
    }
    return healthy;
  }

  /**
   * The tasks among these that run, and not for long enough yet, of which enough others are left if
   * they go. How long a task has been up is not certain: clocks of two schedulers differ, and it
   * may well be healthy. Which of two came up first is certain, so the youngest may go as long as
   * enough are left that are healthy if they are.
   */
  Set<TaskId> spareWhileProving(List<Task> among, long needed) {
    List<Task> proving = new ArrayList<>();
    for (Task task : among) {
      if (isProving(task)) {
        proving.add(task);
      }
    }
    long healthy = healthy(among);
    if (healthy < needed) {
      proving.sort(Comparator.comparing(Task::upSince).reversed());
      long spare = Math.clamp(healthy + proving.size() - needed, 0, proving.size());
      proving.subList((int) spare, proving.size()).clear();
    }
    return proving.stream().map(Task::id).collect(Collectors.toSet());
  }

  /**
   * Whether it may be healthy for all we know: time alone will make it so, or load balancers have
   * not agreed yet.
   */
  boolean isProving(Task task) {
    Rule waits = health(task).waits();
    return (waits == Rule.HEALTHY_AFTER || waits == Rule.TARGET_HEALTH) && !hasStopped(task);
  }

  List<Task> unhealthy() {
    List<Task> unhealthy = new ArrayList<>();
    for (Task task : current) {
      if (is(task, Health.State.UNHEALTHY)) {
        unhealthy.add(task);
      }
    }
    return unhealthy;
  }

  /** Room for further tasks; less than 0 when a bound has shrunk. */
  int room() {
    long occupied =
        hosts.daemon()
            ? tasks.stream().filter(task -> hosts.suitable().contains(task.runner())).count()
            : tasks.size();
    return bounds.upper() - (int) occupied;
  }

  /** Whether there is what should be, all of it healthy, and nothing else. */
  boolean isComplete() {
    return current.size() == service.desiredCount()
        && tasks.size() == current.size()
        && healthy(current) == current.size();
  }

  /** Whether it is complete and there is no other deployment. */
  boolean isAlone() {
    return draft.next.deployments().size() == 1 && isComplete();
  }

  /** How the tasks lie over the zones that could take tasks. */
  Zones zones(List<Task> counted) {
    Placement placement = new Placement(state, Placement.Ask.of(service));
    return Zones.of(placement.suitable().stream().map(Runner::zone).toList(), counted);
  }

  boolean rebalances() {
    return service.settings().scheduling().rebalanceZones()
        && !hosts.daemon()
        && Preference.spreadsZonesFirst(service.settings().placing());
  }

  // --- what is decided

  /** The service as it will be. */
  Service next() {
    return draft.next;
  }

  void become(Service changed) {
    draft.next = changed;
  }

  void add(Decision decision) {
    draft.decisions.add(decision);
  }

  /** Says it in the events of the service, after its name. */
  void say(String text) {
    add(new Decision.Announce(service.uid(), "(service " + service.name() + ") " + text));
  }

  void wakeAt(Instant then) {
    add(new Decision.WakeAt(service.uid(), then));
  }

  /** The task will not count any more. */
  void stop(Task task, String reason, Reason why) {
    draft.stopped.add(task.id());
    add(new Decision.Stop(task.id(), StopCode.SERVICE_SCHEDULER_INITIATED, reason, why));
  }

  /** Most looks stop none, and all of them ask of every task. */
  private boolean hasStopped(Task task) {
    return !draft.stopped.isEmpty() && draft.stopped.contains(task.id());
  }

  /** How many tasks this look has stopped. */
  int stoppedCount() {
    int count = 0;
    for (Task task : tasks) {
      count += hasStopped(task) ? 1 : 0;
    }
    return count;
  }

  /** Not while a task is protected; the service is looked at again when that is over. */
  boolean mayStop(Task task) {
    Instant until = task.protectedUntil();
    if (until == null || !task.isProtected(now)) {
      return true;
    }
    wakeAt(until);
    draft.kept.put(task.id(), until);
    return false;
  }

  /** Whether launches have to wait after failures. */
  boolean mustWait() {
    Instant notBefore = draft.next.notBefore();
    if (notBefore == null || !notBefore.isAfter(now)) {
      return false;
    }
    if (notBefore.isAfter(now.plus(policy.backoffCeiling()))) {
      // No wait is as long: it was said by a scheduler whose clock was ahead of this one.
      return false;
    }
    wakeAt(notBefore);
    await(
        Rule.BACK_OFF,
        failures() + " tasks in a row have failed, so the next one waits.",
        notBefore);
    return true;
  }

  /** Of whichever deployment has more: both wait for the same time. */
  int failures() {
    int failed = Deaths.inARow(draft.next.primary());
    DeploymentState blue = Sides.blue(draft.next);
    return blue == null ? failed : Math.max(failed, Deaths.inARow(blue));
  }

  /** Something is not done yet. */
  void await(Rule rule, String text) {
    await(new Wait(rule, text, null, null));
  }

  /** Something is not done before then. */
  void await(Rule rule, String text, Instant until) {
    await(new Wait(rule, text, until, null));
  }

  void await(Wait wait) {
    draft.waits.put(wait.rule(), wait);
  }

  /** Tells what keeps the service from being what it should be, if that has changed. */
  void tellWaits() {
    if (!draft.kept.isEmpty()) {
      await(
          Rule.PROTECTED,
          draft.kept.size() + " tasks that would be stopped are protected.",
          Collections.min(draft.kept.values()));
    }
    List<Wait> now = List.copyOf(draft.waits.values());
    if (!now.equals(state.waits(service.uid()))) {
      add(new Decision.PutWaits(service.uid(), now));
    }
  }

  List<Decision> decisions() {
    if (!draft.next.equals(service)) {
      add(new Decision.PutService(draft.next));
    }
    return draft.decisions;
  }

  static String names(List<Task> tasks) {
    StringBuilder names = new StringBuilder();
    for (Task task : tasks) {
      names.append(names.isEmpty() ? "(task " : " (task ").append(task.id()).append(')');
    }
    return names.toString();
  }
}
