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
import io.longshore.runner.core.Membership;
import io.longshore.runner.core.Observations;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskState;
import io.longshore.runner.engine.Card;
import io.longshore.runner.engine.Found;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One runner identity: a host's membership in one cluster. It has a {@link Membership} decide what
 * becomes of orders, lists and time, and does that: tells the owners of the tasks, registers and
 * beats.
 *
 * <p>Its methods may be called from any thread. None of them waits: orders come from the thread
 * that reads Kafka, ticks and lists from the {@link Fleet}'s.
 */
public final class Agent implements TaskOwner.Surroundings {
  private static final Logger LOG = Logger.getLogger(Agent.class);

  /**
   * Who an agent is.
   *
   * @param incarnation a fresh one for every start of the process
   */
  public record Identity(
      ClusterName cluster, RunnerId runner, String incarnation, boolean claimed) {
    /** Of a runner whose id is its own. */
    public Identity(ClusterName cluster, RunnerId runner, String incarnation) {
      this(cluster, runner, incarnation, false);
    }
  }

  private final Identity identity;
  private final HostResources host;
  private final Hands hands;
  private final Reports reports;
  private final InstantSource clock;
  private final ConcurrentHashMap<TaskId, TaskOwner> owners = new ConcurrentHashMap<>();
  private final Membership membership;

  /**
   * @param clock one that only goes forward, such as a {@link io.longshore.messages.SteadyClock}
   */
  public Agent(
      Identity identity, HostResources host, Hands hands, Reports reports, InstantSource clock) {
    this.identity = identity;
    this.host = host;
    this.hands = hands;
    this.reports = reports;
    this.clock = clock;
    this.membership = new Membership(identity.runner(), identity.incarnation());
  }

  public RunnerId runner() {
    return identity.runner();
  }

  public ClusterName cluster() {
    return identity.cluster();
  }

  /** Takes up the tasks whose containers are there already. Before anything else. */
  synchronized void adopt(List<Found> found) {
    Map<TaskId, List<Found>> byTask = byTask(found);
    byTask.forEach((task, own) -> adopt(task, own, Desired.HOLD));
    LOG.infof(
        "Runner %s of cluster %s took up %d tasks it found running or ended.",
        runner(), cluster(), byTask.size());
  }

  private void adopt(TaskId task, List<Found> found, Desired desired) {
    TaskAssignment assignment;
    try {
      assignment = Card.read(found.getFirst().card());
    } catch (UnreadableMessageException e) {
      LOG.warnf("The containers of task %s are left alone: %s", task, e.getMessage());
      return;
    }
    Map<String, Sighting> sightings = new HashMap<>();
    found.forEach(one -> sightings.put(one.sighting().container(), one.sighting()));
    follow(membership.adopt(assignment, sightings, desired, clock.instant()), null);
  }

  /** The order feed now shows this agent every order from here on: it may ask for its manifest. */
  public synchronized void positioned() {
    follow(membership.positioned(nanos()), null);
  }

  /** Orders may have been missed. */
  public synchronized void doubt(String reason) {
    follow(membership.doubt(reason, nanos()), null);
  }

  public synchronized void take(Order order, @Nullable String traceparent) {
    boolean waited = !membership.isReady();
    List<Membership.Effect> effects = membership.take(order, hands.pullsFirst(), nanos());
    if (order instanceof Order.StopTask stop
        && effects.stream().anyMatch(Membership.Want.class::isInstance)) {
      LOG.infof("Task %s is to stop: %s", stop.task(), stop.reason());
    }
    follow(effects, traceparent);
    if (order instanceof Order.Manifest manifest && waited && membership.isReady()) {
      LOG.infof(
          "Runner %s of cluster %s has its manifest, generation %d: %d tasks to run, %d to stop.",
          runner(),
          cluster(),
          manifest.generation(),
          manifest.run().size(),
          manifest.stop().size());
    }
  }

  private long nanos() {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private void follow(List<Membership.Effect> effects, @Nullable String traceparent) {
    effects.forEach(effect -> follow(effect, traceparent));
  }

  private void follow(Membership.Effect effect, @Nullable String traceparent) {
    switch (effect) {
      case Membership.Own own -> own(own, traceparent);
      case Membership.Want want -> {
        TaskOwner owner = owners.get(want.task());
        if (owner != null) {
          owner.want(want.desired());
        }
      }
      case Membership.CutOff cutOff -> {
        TaskOwner owner = owners.get(cutOff.task());
        if (owner != null) {
          LOG.warnf("Task %s is killed: %s", cutOff.task(), cutOff.reason());
          owner.cutOff(cutOff.reason());
        }
      }
      case Membership.Repeat repeat -> {
        TaskOwner owner = owners.get(repeat.task());
        if (owner != null) {
          owner.repeat();
        }
      }
      case Membership.ReportUnknown unknown ->
          report(Observations.unknown(unknown.task(), clock.instant()), traceparent);
      case Membership.Register register -> register(register);
      case Membership.Beat beat -> {
        // Before it is sent: what counts from then on is over earlier rather than later.
        long sentAt = nanos();
        reports.send(
            new Report.RunnerBeat(cluster(), runner(), beat.incarnation(), beat.generation()),
            null,
            () -> acknowledged(sentAt));
      }
      case Membership.Leave leave ->
          reports.send(new Report.RunnerLeft(cluster(), runner(), leave.incarnation()), null);
      // Lists alone lead to it, and they see to it themselves.
      case Membership.Remove remove -> {}
      case Membership.PassedOver passed ->
          LOG.debugf(
              "%s of generation %d is passed over: %s",
              passed.order().getClass().getSimpleName(),
              passed.order().generation(),
              passed.reason());
    }
  }

  private void own(Membership.Own own, @Nullable String traceparent) {
    TaskOwner owner =
        new TaskOwner(own.state(), own.reported(), runner().value(), traceparent, this, clock);
    owners.put(owner.task(), owner);
    owner.begin();
    owner.want(own.desired());
  }

  private void register(Membership.Register register) {
    String why =
        identity.claimed() && register.reason().equals(Membership.NO_MANIFEST)
            ? register.reason() + ": is this container instance registered in this cluster?"
            : register.reason();
    LOG.infof(
        "Runner %s registers with cluster %s (%s); %d tasks in its inventory.",
        runner(), cluster(), why, owners.size());
    reports.register(runner(), () -> registration(register.incarnation()));
  }

  private Report.RunnerRegistered registration(String incarnation) {
    List<TaskObservation> inventory = owners.values().stream().map(TaskOwner::latest).toList();
    return new Report.RunnerRegistered(
        cluster(), runner(), incarnation, host, inventory, identity.claimed());
  }

  private synchronized void acknowledged(long sentAt) {
    follow(membership.acknowledged(sentAt, nanos()), null);
  }

  /** Time passes: called several times a second. */
  synchronized void watch() {
    follow(membership.watch(nanos()), null);
  }

  /** Time passes: called once per beat interval. */
  synchronized void tick() {
    follow(membership.tick(nanos()), null);
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
    for (Membership.Effect effect : membership.listed(byTask.keySet())) {
      if (effect instanceof Membership.Remove(TaskId task)) {
        LOG.warnf("Task %s has containers and nobody asked for them: they are removed.", task);
        adopt(task, byTask.getOrDefault(task, List.of()), Desired.FORGET);
      }
    }
  }

  void seen(TaskId task, Sighting sighting) {
    TaskOwner owner = owners.get(task);
    if (owner != null) {
      owner.seen(sighting);
    }
  }

  /** The cluster is no more: everything of it stops and goes, then the runner says it left. */
  synchronized void leave() {
    follow(membership.leave(), null);
  }

  synchronized boolean hasLeft() {
    return membership.hasLeft();
  }

  /** Whether it has its manifest, and so does what the scheduler wants. */
  public synchronized boolean isReady() {
    return membership.isReady();
  }

  /** What is known of a task at the moment; null if it is none of this runner's. */
  @Nullable TaskSnapshot snapshot(TaskId task) {
    TaskOwner owner = owners.get(task);
    return owner == null
        ? null
        : new TaskSnapshot(owner.snapshot(), host.attributes().get(HostResources.ZONE_ATTRIBUTE));
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
    return membership.incarnation();
  }

  @Override
  public void perform(TaskState state, Step.Call step, TaskOwner owner) {
    hands.perform(runner(), state, step, owner);
  }

  @Override
  public synchronized void gone(TaskOwner owner) {
    owners.remove(owner.task(), owner);
    membership.gone(owner.task());
  }

  private static Map<TaskId, List<Found>> byTask(List<Found> found) {
    Map<TaskId, List<Found>> byTask = new HashMap<>();
    found.forEach(one -> byTask.computeIfAbsent(one.task(), task -> new ArrayList<>()).add(one));
    return byTask;
  }
}
