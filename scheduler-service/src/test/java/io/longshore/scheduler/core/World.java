package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.PortMapping;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The deciding half of a scheduler without the world around it: commands and reports go in, orders
 * and events come out, and time passes when the test says so.
 */
final class World {
  static final ClusterName CLUSTER = new ClusterName("default");
  static final ServiceName WEB = new ServiceName("web");
  static final String INCARNATION = "first";
  static final Policy POLICY =
      new Policy(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          200);

  final State state = State.of(List.of(), List.of(), List.of(), List.of(), List.of());
  final Ledger ledger = new Ledger(state, new Arns("us-east-1", "000000000000"), POLICY);
  final List<Order> orders = new ArrayList<>();
  final List<Outgoing> outgoing = new ArrayList<>();
  final List<String> events = new ArrayList<>();
  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  final Leases leases = new Leases(POLICY.runnerLease(), now);
  private final Reconciler reconciler = new Reconciler(POLICY);
  private final CommandDecider commands = new CommandDecider();
  private final ReportDecider reports = new ReportDecider();
  private int correlation;

  Outcome command(Command command) {
    CommandEnvelope envelope =
        new CommandEnvelope("correlation-" + correlation++, "api", null, null, "", command);
    CommandDecider.Decided decided = commands.decide(state, envelope, now);
    ledger.apply(decided.decisions(), now);
    settle();
    return decided.outcome();
  }

  void report(Report report) {
    leases.heard(report, now);
    ledger.apply(reports.decide(state, report, now), now);
    settle();
  }

  void expireLeases() {
    ledger.apply(leases.expire(state, now), now);
    settle();
  }

  void pass(Duration duration) {
    now = now.plus(duration);
    ledger.markDue(now);
    settle();
  }

  void sweep() {
    ledger.markAll();
    settle();
  }

  private void settle() {
    Service service = ledger.nextDirty();
    for (int plans = 0; service != null; plans++) {
      if (plans > 1000) {
        throw new AssertionError("planning does not come to rest: " + service);
      }
      boolean waiting = ledger.awaitsCapacity(service);
      ledger.placed(service);
      ledger.apply(reconciler.plan(state, service, waiting, now), now);
      service = ledger.nextDirty();
    }
    for (Outgoing record : ledger.takeOutgoing()) {
      outgoing.add(record);
      if (record instanceof Outgoing.ToRunner(var order)) {
        orders.add(order);
      }
    }
    ledger.takeChanges().events().forEach(event -> events.add(event.message()));
  }

  /** The orders given since the last call. */
  List<Order> takeOrders() {
    List<Order> taken = List.copyOf(orders);
    orders.clear();
    return taken;
  }

  List<String> takeEvents() {
    List<String> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  // --- hosts

  static RunnerId runner(String name) {
    return new RunnerId(Ids.derive(name));
  }

  static HostResources host(String zone, int cpu, int memoryMiB) {
    return new HostResources(
        "host-" + zone,
        cpu,
        memoryMiB,
        List.of(22),
        Map.of(HostResources.ZONE_ATTRIBUTE, zone),
        "1",
        "1",
        false);
  }

  void addRunner(String name, String zone) {
    addRunner(name, host(zone, 64 * 1024, 64 * 1024));
  }

  void addRunner(String name, HostResources host) {
    report(new Report.RunnerRegistered(CLUSTER, runner(name), INCARNATION, host, List.of()));
  }

  // --- recipes and services

  static ContainerSpec container(String name, int cpu, int memoryMiB, PortMapping... ports) {
    return new ContainerSpec(
        name,
        "busybox",
        cpu,
        memoryMiB,
        null,
        true,
        List.of(),
        List.of(),
        Map.of(),
        List.of(ports),
        null,
        null,
        null,
        false,
        Map.of(),
        null,
        Map.of());
  }

  static TaskSpec spec(int revision) {
    return spec(revision, container("app", 64, 64));
  }

  static TaskSpec spec(int revision, ContainerSpec... containers) {
    return new TaskSpec(
        new TaskDefinitionId("web", revision), "bridge", null, null, List.of(containers));
  }

  Outcome createService(int count) {
    return createService(count, spec(1), new ServiceSettings(100, 200));
  }

  Outcome createService(int count, TaskSpec spec, ServiceSettings settings) {
    return command(
        new Command.CreateService(CLUSTER, WEB, spec, count, settings, Json.EMPTY, Map.of()));
  }

  Outcome scale(int count) {
    return command(new Command.UpdateService(CLUSTER, WEB, null, count, null, false, Json.EMPTY));
  }

  Outcome deploy(int revision) {
    return command(
        new Command.UpdateService(CLUSTER, WEB, spec(revision), null, null, false, Json.EMPTY));
  }

  Service web() {
    Service service = state.service(CLUSTER, WEB);
    if (service == null) {
      throw new AssertionError("there is no service");
    }
    return service;
  }

  List<Task> tasks() {
    return state.tasksOf(web().uid());
  }

  // --- what runners say

  void running(TaskId id) {
    observe(id, TaskStatus.RUNNING, null, null, null);
  }

  void allRunning() {
    for (Task task : List.copyOf(state.tasks())) {
      if (task.isWanted() && task.status().isBefore(TaskStatus.RUNNING)) {
        running(task.id());
      }
    }
  }

  void exited(TaskId id, int code) {
    observe(
        id,
        TaskStatus.STOPPED,
        code,
        StopCode.ESSENTIAL_CONTAINER_EXITED,
        "Essential container in task exited");
  }

  void failedToStart(TaskId id) {
    observe(
        id,
        TaskStatus.STOPPED,
        null,
        StopCode.TASK_FAILED_TO_START,
        "CannotPullContainerError: no such image");
  }

  /** Everything that was told to stop has stopped. */
  void allStopped() {
    for (Task task : List.copyOf(state.tasks())) {
      if (!task.isWanted()) {
        observe(task.id(), TaskStatus.STOPPED, 143, null, null);
      }
    }
  }

  void observe(
      TaskId id,
      TaskStatus status,
      @Nullable Integer exitCode,
      @Nullable StopCode code,
      @Nullable String reason) {
    Task task = state.task(id);
    if (task == null) {
      throw new AssertionError("no such task: " + id);
    }
    report(
        new Report.TaskObserved(
            CLUSTER,
            task.runner(),
            INCARNATION,
            observation(task, status, exitCode, code, reason)));
  }

  TaskObservation observation(
      Task task,
      TaskStatus status,
      @Nullable Integer exitCode,
      @Nullable StopCode code,
      @Nullable String reason) {
    boolean over = status == TaskStatus.STOPPED;
    List<ContainerObservation> containers =
        task.spec().containers().stream()
            .map(container ->
                new ContainerObservation(
                    container.name(),
                    "engine-" + task.id(),
                    over ? ContainerStatus.STOPPED : ContainerStatus.RUNNING,
                    exitCode,
                    null,
                    null,
                    List.of()))
            .toList();
    Instant started = task.seen().startedAt();
    Instant startedNow = status == TaskStatus.RUNNING ? now : null;
    return new TaskObservation(
        task.id(),
        status,
        containers,
        code,
        reason,
        null,
        null,
        started == null ? startedNow : started,
        over ? now : null,
        over ? now : null,
        over ? now : null);
  }
}
