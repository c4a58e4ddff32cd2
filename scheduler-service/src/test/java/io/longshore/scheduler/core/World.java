package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.Order;
import io.longshore.messages.Placing;
import io.longshore.messages.PortMapping;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
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
          200,
          Duration.ZERO);

  final State state = State.of(List.of(), List.of(), List.of(), List.of(), List.of());
  final Ledger ledger;
  final List<Order> orders = new ArrayList<>();
  final List<Outgoing> outgoing = new ArrayList<>();
  final List<String> events = new ArrayList<>();

  /** Why tasks of services were started and stopped, in order. */
  final List<Changes.Explained> explained = new ArrayList<>();

  /** Why any task was started and stopped. */
  final Map<TaskId, Reason> starts = new HashMap<>();

  final Map<TaskId, Reason> stops = new HashMap<>();

  /** Is shown every plan before it is carried out. */
  BiConsumer<Service, List<Decision>> inspector = (service, decisions) -> {};

  /** What has been written of rollouts. */
  private final Map<String, ServiceDeploymentState> stories = new HashMap<>();

  /** What the planner said, in order. */
  final List<Decision> planned = new ArrayList<>();

  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  final Leases leases;
  final BalancerViews balancers;
  private final Reconciler reconciler;
  private final CommandDecider commands = new CommandDecider();
  private final ReportDecider reports = new ReportDecider();
  private int correlation;

  World() {
    this(POLICY);
  }

  World(Policy policy) {
    ledger = new Ledger(state, new Arns("us-east-1", "000000000000"), policy);
    reconciler = new Reconciler(policy);
    leases = new Leases(policy, now);
    balancers = new BalancerViews(now.minus(BalancerViews.LEASE));
  }

  Outcome command(Command command) {
    return command(command, null);
  }

  /** A command that expects a version of what it changes. */
  Outcome command(Command command, @Nullable Long expectedVersion) {
    CommandEnvelope envelope =
        new CommandEnvelope(
            "correlation-" + correlation++, "api", null, null, "", command, expectedVersion);
    CommandDecider.Decided decided = commands.decide(state, envelope, now);
    ledger.apply(decided.decisions(), now);
    settle();
    return decided.outcome();
  }

  void report(Report report) {
    switch (report) {
      case Report.OfRunner ofRunner -> {
        leases.heard(ofRunner, now);
        ledger.apply(reports.decide(state, ofRunner, now), now);
      }
      case Report.OfBalancer ofBalancer ->
          ledger.apply(balancers.heard(state, ofBalancer, now), now);
    }
    settle();
  }

  void expireLeases() {
    ledger.apply(leases.expire(state, now), now);
    ledger.apply(balancers.expire(state, now), now);
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
      ledger.apply(Targets.followed(state, service), now);
      List<Decision> decisions = reconciler.plan(state, service, waiting, now);
      planned.addAll(decisions);
      inspector.accept(service, decisions);
      ledger.apply(decisions, now);
      service = ledger.nextDirty();
    }
    ledger.tellTargets();
    for (Outgoing record : ledger.takeOutgoing()) {
      outgoing.add(record);
      if (record instanceof Outgoing.ToRunner(var order)) {
        orders.add(order);
      }
    }
    Changes changes = ledger.takeChanges();
    changes.events().forEach(event -> events.add(event.message()));
    explained.addAll(changes.explained());
    for (Task task : changes.tasks()) {
      Changes.Because because = changes.because(task.id());
      if (because.start() != null) {
        starts.putIfAbsent(task.id(), because.start());
      }
      if (because.stop() != null) {
        stops.putIfAbsent(task.id(), because.stop());
      }
    }
    changes.rollouts().forEach(rollout -> stories.put(rollout.story().id(), rollout.story()));
  }

  /** What is told of a rollout, also of one that is over. */
  ServiceDeploymentState told(String id) {
    return Objects.requireNonNull(stories.get(id));
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

  /** A revision whose container has a health check. */
  static TaskSpec checkedSpec(int revision) {
    var check = new HealthCheck(List.of("CMD", "true"), 5, 2, 3, 0);
    return spec(
        revision,
        container("app", 64, 64).withOrdering(new ContainerOrdering(List.of(), null, check, null)));
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
    return deploy(spec(revision));
  }

  Outcome deploy(TaskSpec spec) {
    return command(new Command.UpdateService(CLUSTER, WEB, spec, null, null, false, Json.EMPTY));
  }

  Outcome configure(ServiceSettings settings) {
    return command(
        new Command.UpdateService(CLUSTER, WEB, null, null, settings, false, Json.EMPTY));
  }

  Outcome force() {
    return command(new Command.UpdateService(CLUSTER, WEB, null, null, null, true, Json.EMPTY));
  }

  Outcome stopDeployment(Command.StopType stopType) {
    ServiceDeploymentState latest = web().rollouts().latest();
    if (latest == null) {
      throw new AssertionError("there is no deployment");
    }
    return command(new Command.StopServiceDeployment(CLUSTER, WEB, latest.id(), stopType));
  }

  static ServiceSettings breaker(int minimum, int maximum, boolean rollback) {
    return new ServiceSettings(
        minimum,
        maximum,
        ServiceSettings.Scheduling.REPLICA,
        new ServiceSettings.CircuitBreaker(
            true, rollback, ServiceSettings.CircuitBreaker.OFF.threshold()),
        Placing.ANYWHERE);
  }

  /** A service whose deployments come up beside the one before, with a circuit breaker. */
  static ServiceSettings blueGreen(int bakeMinutes, boolean rollback) {
    return breaker(100, 200, rollback)
        .with(new ServiceSettings.Deploying(DeploymentProgress.Strategy.BLUE_GREEN, bakeMinutes));
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

  /** It runs, and its health check says so much. */
  void says(TaskId id, HealthStatus health) {
    Task task = task(id);
    report(
        new Report.TaskObserved(
            CLUSTER,
            task.runner(),
            INCARNATION,
            withHealth(observation(task, TaskStatus.RUNNING, null, null, null), health)));
  }

  /** It runs, and its containers are of the image with this digest. */
  void runs(TaskId id, String digest) {
    Task task = task(id);
    report(
        new Report.TaskObserved(
            CLUSTER,
            task.runner(),
            INCARNATION,
            with(observation(task, TaskStatus.RUNNING, null, null, null), digest, null)));
  }

  /** It runs, and each of its containers is reached there. */
  void runsAt(TaskId id, NetworkBinding binding) {
    Task task = task(id);
    TaskObservation plain = observation(task, TaskStatus.RUNNING, null, null, null);
    List<ContainerObservation> containers =
        plain.containers().stream()
            .map(seen ->
                new ContainerObservation(
                    seen.name(),
                    seen.runtimeId(),
                    seen.lastStatus(),
                    null,
                    null,
                    null,
                    List.of(binding)))
            .toList();
    report(
        new Report.TaskObserved(
            CLUSTER,
            task.runner(),
            INCARNATION,
            new TaskObservation(
                id,
                TaskStatus.RUNNING,
                containers,
                null,
                null,
                null,
                null,
                plain.startedAt(),
                null,
                null,
                null)));
  }

  static TaskObservation withHealth(TaskObservation plain, HealthStatus health) {
    return with(plain, null, health);
  }

  private static TaskObservation with(
      TaskObservation plain, @Nullable String digest, @Nullable HealthStatus health) {
    List<ContainerObservation> containers =
        plain.containers().stream()
            .map(seen ->
                new ContainerObservation(
                    seen.name(),
                    seen.runtimeId(),
                    seen.lastStatus(),
                    null,
                    null,
                    digest,
                    List.of(),
                    health == null ? HealthStatus.UNKNOWN : health,
                    null))
            .toList();
    return new TaskObservation(
        plain.task(),
        plain.lastStatus(),
        containers,
        null,
        null,
        null,
        null,
        plain.startedAt(),
        null,
        null,
        null);
  }

  private Task task(TaskId id) {
    Task task = state.task(id);
    if (task == null) {
      throw new AssertionError("no such task: " + id);
    }
    return task;
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
    Task task = task(id);
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
