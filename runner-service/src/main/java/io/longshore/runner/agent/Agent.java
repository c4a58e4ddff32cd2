package io.longshore.runner.agent;

import io.longshore.messages.ClusterName;
import io.longshore.messages.HostResources;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.core.Desired;
import io.longshore.runner.core.Observations;
import io.longshore.runner.core.Orders;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskState;
import io.longshore.runner.engine.Card;
import io.longshore.runner.engine.Found;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One runner identity: a host's membership in one cluster. It takes in orders, hands them to the
 * owners of the tasks, registers and beats.
 *
 * <p>Its methods may be called from any thread. None of them waits: orders come from the thread
 * that reads Kafka, ticks and lists from the {@link Fleet}'s.
 */
public final class Agent implements TaskOwner.Surroundings {
  private static final Logger LOG = Logger.getLogger(Agent.class);
  private static final Duration FIRST_WAIT_FOR_MANIFEST = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT_FOR_MANIFEST = Duration.ofSeconds(30);

  /**
   * Who an agent is.
   *
   * @param incarnation a fresh one for every start of the process
   */
  public record Identity(ClusterName cluster, RunnerId runner, String incarnation) {}

  private final Identity identity;
  private final HostResources host;
  private final Hands hands;
  private final Reports reports;
  private final InstantSource clock;
  private final ConcurrentHashMap<TaskId, TaskOwner> owners = new ConcurrentHashMap<>();
  private final Set<TaskId> strays = new HashSet<>();

  private Orders orders;
  private int incarnations;
  private boolean positioned;
  private boolean leaving;
  private boolean left;
  private Instant registerAgainAt = Instant.MAX;
  private int unanswered;

  public Agent(
      Identity identity, HostResources host, Hands hands, Reports reports, InstantSource clock) {
    this.identity = identity;
    this.host = host;
    this.hands = hands;
    this.reports = reports;
    this.clock = clock;
    this.orders = Orders.begin(identity.runner(), identity.incarnation());
  }

  public RunnerId runner() {
    return identity.runner();
  }

  public ClusterName cluster() {
    return identity.cluster();
  }

  /** Takes up the tasks whose containers are there already. Before anything else. */
  synchronized void adopt(List<Found> found) {
    int adopted = 0;
    for (Map.Entry<TaskId, List<Found>> task : byTask(found).entrySet()) {
      adopted += adopt(task.getKey(), task.getValue(), Desired.HOLD) ? 1 : 0;
    }
    LOG.infof(
        "Runner %s of cluster %s took up %d tasks it found running or ended.",
        runner(), cluster(), adopted);
  }

  private boolean adopt(TaskId task, List<Found> found, Desired desired) {
    TaskAssignment assignment;
    try {
      assignment = Card.read(found.getFirst().card());
    } catch (UnreadableMessageException e) {
      LOG.warnf("The containers of task %s are left alone: %s", task, e.getMessage());
      return false;
    }
    Map<String, Sighting> sightings = new HashMap<>();
    found.forEach(one -> sightings.put(one.sighting().container(), one.sighting()));
    TaskState state = TaskState.adopted(assignment, sightings, clock.instant());
    boolean undo = desired == Desired.HOLD && TaskState.isUndoable(assignment, sightings);
    own(undo ? state.wanting(Desired.FORGET, clock.instant()) : state, true, null).want(desired);
    return !undo;
  }

  /** The order feed now shows this agent every order from here on: it may ask for its manifest. */
  public synchronized void positioned() {
    positioned = true;
    register("it has come up");
  }

  /** Orders may have been missed. */
  public synchronized void doubt(String reason) {
    if (positioned) {
      orders = orders.inDoubt();
      register(reason);
    }
  }

  public synchronized void take(Order order, @Nullable String traceparent) {
    if (leaving) {
      return;
    }
    switch (orders.take(order)) {
      case Orders.PassOver passed ->
          LOG.debugf(
              "%s of generation %d is passed over: %s",
              order.getClass().getSimpleName(), order.generation(), passed.reason());
      case Orders.Register again -> {
        orders = again.next();
        if (again.newIncarnation()) {
          incarnations++;
          orders = Orders.begin(runner(), identity.incarnation() + "-" + incarnations);
        }
        unanswered = 0;
        register(again.reason());
      }
      case Orders.Take taken -> {
        orders = taken.next();
        registerAgainAt = Instant.MAX;
        unanswered = 0;
        follow(taken.order(), traceparent);
      }
    }
  }

  private void follow(Order order, @Nullable String traceparent) {
    switch (order) {
      case Order.Manifest manifest -> manifest(manifest);
      case Order.StartTask start -> start(start.assignment(), traceparent);
      case Order.StopTask stop -> {
        LOG.infof("Task %s is to stop: %s", stop.task(), stop.reason());
        stop(stop.task(), traceparent);
      }
      case Order.ForgetTask forget -> {
        TaskOwner owner = owners.get(forget.task());
        if (owner != null) {
          owner.want(Desired.FORGET);
        }
      }
      // It stands outside the count and is never taken in.
      case Order.RegisterAgain again -> {}
    }
  }

  private void manifest(Order.Manifest manifest) {
    Set<TaskId> run = Set.copyOf(manifest.run());
    Set<TaskId> stop = Set.copyOf(manifest.stop());
    int foreign = 0;
    for (TaskOwner owner : owners.values()) {
      if (run.contains(owner.task())) {
        owner.want(Desired.RUN);
      } else if (!stop.contains(owner.task())) {
        owner.want(Desired.FORGET);
        foreign++;
      }
    }
    stop.forEach(task -> stop(task, null));
    LOG.infof(
        "Runner %s of cluster %s has its manifest, generation %d:"
            + " %d tasks to run, %d to stop, %d to forget.",
        runner(), cluster(), manifest.generation(), run.size(), stop.size(), foreign);
  }

  private void start(TaskAssignment assignment, @Nullable String traceparent) {
    TaskOwner known = owners.get(assignment.task());
    if (known != null) {
      known.repeat();
      return;
    }
    own(TaskState.ordered(assignment, hands.pullsFirst()), false, traceparent);
  }

  private void stop(TaskId task, @Nullable String traceparent) {
    TaskOwner owner = owners.get(task);
    if (owner == null) {
      report(Observations.unknown(task, clock.instant()), traceparent);
      return;
    }
    owner.want(Desired.STOP);
    owner.repeat();
  }

  private TaskOwner own(TaskState state, boolean reported, @Nullable String traceparent) {
    TaskOwner owner = new TaskOwner(state, reported, runner().value(), traceparent, this, clock);
    owners.put(owner.task(), owner);
    owner.begin();
    return owner;
  }

  private void register(String why) {
    if (leaving || !positioned) {
      return;
    }
    List<TaskObservation> inventory = owners.values().stream().map(TaskOwner::latest).toList();
    LOG.infof(
        "Runner %s registers with cluster %s (%s); %d tasks in its inventory.",
        runner(), cluster(), why, inventory.size());
    reports.send(
        new Report.RunnerRegistered(cluster(), runner(), orders.incarnation(), host, inventory),
        null);
    registerAgainAt = clock.instant().plus(waitForManifest());
    unanswered++;
  }

  private Duration waitForManifest() {
    Duration wait = FIRST_WAIT_FOR_MANIFEST.multipliedBy(1L << Math.min(unanswered, 4));
    long millis = Math.min(wait.toMillis(), LONGEST_WAIT_FOR_MANIFEST.toMillis());
    // By a part that differs between runners, so that they do not all come back at once.
    return Duration.ofMillis(millis + Math.floorMod(runner().hashCode(), 1000));
  }

  /** Time passes: called once per beat interval. */
  synchronized void tick() {
    if (leaving) {
      leaveIfDone();
      return;
    }
    if (!orders.waiting()) {
      reports.send(
          new Report.RunnerBeat(cluster(), runner(), orders.incarnation(), orders.generation()),
          null);
    }
    if (!clock.instant().isBefore(registerAgainAt)) {
      register("no manifest came");
    }
  }

  /**
   * @param askedAtNanos {@link System#nanoTime} when the list was asked for
   * @param found of this runner
   */
  synchronized void listed(long askedAtNanos, List<Found> found) {
    Map<TaskId, List<Found>> byTask = byTask(found);
    for (TaskOwner owner : owners.values()) {
      List<Found> own = byTask.getOrDefault(owner.task(), List.of());
      owner.listed(askedAtNanos, own.stream().map(Found::sighting).toList());
    }
    Set<TaskId> unowned = new HashSet<>(byTask.keySet());
    unowned.removeAll(owners.keySet());
    if (!orders.waiting() || leaving) {
      // Only what was unowned in two lists running: the first may be from before a removal.
      for (TaskId task : unowned) {
        if (strays.contains(task)) {
          LOG.warnf("Task %s has containers and nobody asked for them: they are removed.", task);
          adopt(task, byTask.getOrDefault(task, List.of()), Desired.FORGET);
        }
      }
    }
    strays.clear();
    strays.addAll(unowned);
  }

  void seen(TaskId task, Sighting sighting) {
    TaskOwner owner = owners.get(task);
    if (owner != null) {
      owner.seen(sighting);
    }
  }

  /** The cluster is no more: everything of it stops and goes, then the runner says it left. */
  synchronized void leave() {
    leaving = true;
    owners.values().forEach(owner -> owner.want(Desired.FORGET));
    leaveIfDone();
  }

  private void leaveIfDone() {
    if (!left && owners.isEmpty()) {
      left = true;
      reports.send(new Report.RunnerLeft(cluster(), runner(), orders.incarnation()), null);
    }
  }

  synchronized boolean hasLeft() {
    return left;
  }

  /** Whether it has its manifest, and so does what the scheduler wants. */
  public synchronized boolean isReady() {
    return !orders.waiting();
  }

  int taskCount() {
    return owners.size();
  }

  /** Ends the threads and nothing else. */
  void close() {
    owners.values().forEach(TaskOwner::close);
  }

  @Override
  public void report(TaskObservation observation, @Nullable String traceparent) {
    reports.send(
        new Report.TaskObserved(cluster(), runner(), incarnation(), observation), traceparent);
  }

  private synchronized String incarnation() {
    return orders.incarnation();
  }

  @Override
  public void perform(TaskState state, Step.Call step, TaskOwner owner) {
    hands.perform(runner(), state, step, owner);
  }

  @Override
  public void gone(TaskOwner owner) {
    owners.remove(owner.task(), owner);
  }

  private static Map<TaskId, List<Found>> byTask(List<Found> found) {
    Map<TaskId, List<Found>> byTask = new HashMap<>();
    found.forEach(one -> byTask.computeIfAbsent(one.task(), task -> new ArrayList<>()).add(one));
    return byTask;
  }
}
