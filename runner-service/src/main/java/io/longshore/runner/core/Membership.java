package io.longshore.runner.core;

import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The deciding half of one runner's membership in one cluster: what becomes of orders, lists and
 * the passing of time. It says what is to be done; whoever holds it does it, at once and in that
 * order. Not safe for use by several threads.
 *
 * <p>Time is that of a clock that only goes forward: the host's own may be set at any moment.
 */
public final class Membership {
  /** Why a runner registers again that has heard nothing. */
  public static final String NO_MANIFEST = "no manifest came";

  private static final Duration FIRST_WAIT_FOR_MANIFEST = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT_FOR_MANIFEST = Duration.ofSeconds(30);

  /** What is to be done. */
  public sealed interface Effect {}

  /**
   * Look after a task from now on.
   *
   * @param reported whether the scheduler is told of the state as it is by other means, as it is by
   *     the inventory of a registration
   */
  public record Own(TaskState state, boolean reported, Desired desired) implements Effect {}

  /** What is wanted of a task that is owned. */
  public record Want(TaskId task, Desired desired) implements Effect {}

  /** End a task that is owned at once: another copy of it may be started soon. */
  public record CutOff(TaskId task, String reason) implements Effect {}

  /** Report a task that is owned again, changed or not. */
  public record Repeat(TaskId task) implements Effect {}

  /** Report that a task nobody here knows is stopped. */
  public record ReportUnknown(TaskId task) implements Effect {}

  /** Send a registration with the inventory of all owned tasks. */
  public record Register(String incarnation, String reason) implements Effect {}

  /** Send a beat, and say by {@link #acknowledged} when it was sent once it has arrived. */
  public record Beat(String incarnation, long generation) implements Effect {}

  /** The host has left the cluster; say so. */
  public record Leave(String incarnation) implements Effect {}

  /** An order does not count; for the log. */
  public record PassedOver(Order order, String reason) implements Effect {}

  /** A task has containers and nobody asked for them: adopt it, to be forgotten. */
  public record Remove(TaskId task) implements Effect {}

  private final RunnerId runner;
  private final String lifeOfProcess;
  private final Set<TaskId> owned = new LinkedHashSet<>();
  private final Set<TaskId> strays = new HashSet<>();
  private final Set<TaskId> strict = new LinkedHashSet<>();
  private final Contact contact = new Contact();
  private Orders orders;
  private int incarnations;
  private boolean positioned;
  private boolean leaving;
  private boolean left;
  private long registerAgainAtNanos;
  private boolean registersAgain;
  private int unanswered;

  /**
   * @param lifeOfProcess a fresh one for every start of the process
   */
  public Membership(RunnerId runner, String lifeOfProcess) {
    this.runner = runner;
    this.lifeOfProcess = lifeOfProcess;
    this.orders = Orders.begin(runner, lifeOfProcess);
  }

  public String incarnation() {
    return orders.incarnation();
  }

  /** Whether it has its manifest, and so does what the scheduler wants. */
  public boolean isReady() {
    return !orders.waiting();
  }

  public boolean hasLeft() {
    return left;
  }

  /**
   * Takes up a task whose containers are there already: before anything else, or because {@link
   * Remove} said so.
   *
   * @param desired {@link Desired#HOLD} until a manifest names it, or {@link Desired#FORGET}
   */
  public List<Effect> adopt(
      TaskAssignment assignment, Map<String, Sighting> sightings, Desired desired, Instant now) {
    TaskState state = TaskState.adopted(assignment, sightings, now);
    boolean undo = desired == Desired.HOLD && TaskState.isUndoable(assignment, sightings);
    owned.add(state.task());
    return List.of(new Own(state, true, undo ? Desired.FORGET : desired));
  }

  /** Every order from here on will be seen: the manifest may be asked for. */
  public List<Effect> positioned(long nanos) {
    if (!positioned) {
      contact.begin(nanos);
    }
    positioned = true;
    return register("it has come up", nanos);
  }

  /** Orders may have been missed. */
  public List<Effect> doubt(String reason, long nanos) {
    if (!positioned) {
      return List.of();
    }
    orders = orders.inDoubt();
    return register(reason, nanos);
  }

  public List<Effect> take(Order order, boolean pullsFirst, long nanos) {
    List<Effect> effects = new ArrayList<>(watch(nanos));
    if (!leaving) {
      effects.addAll(takeIn(order, pullsFirst, nanos));
    }
    return effects;
  }

  private List<Effect> takeIn(Order order, boolean pullsFirst, long nanos) {
    return switch (orders.take(order)) {
      case Orders.PassOver passed -> List.of(new PassedOver(order, passed.reason()));
      case Orders.Register again -> {
        orders = again.next();
        if (again.newIncarnation()) {
          beginAnew(nanos);
        }
        unanswered = 0;
        yield register(again.reason(), nanos);
      }
      case Orders.Take taken when isFromBefore(taken.order(), nanos) -> {
        beginAnew(nanos);
        unanswered = 0;
        yield register("contact was lost, and a task must have no second copy", nanos);
      }
      case Orders.Take taken -> {
        orders = taken.next();
        registersAgain = false;
        unanswered = 0;
        yield follow(taken.order(), pullsFirst);
      }
    };
  }

  /** Whether it may be an order that another host has been given since. */
  private boolean isFromBefore(Order order, long nanos) {
    return order instanceof Order.StartTask start
        && start.assignment().strict()
        && !owned.contains(start.assignment().task())
        && !contact.isSure(nanos);
  }

  private void beginAnew(long nanos) {
    incarnations++;
    orders = Orders.begin(runner, lifeOfProcess + "-" + incarnations);
    if (contact.isOver(nanos) || strict.isEmpty()) {
      contact.begin(nanos);
    }
  }

  private List<Effect> follow(Order order, boolean pullsFirst) {
    return switch (order) {
      case Order.Manifest manifest -> manifest(manifest);
      case Order.StartTask start -> start(start.assignment(), pullsFirst);
      case Order.StopTask stop -> stop(stop.task());
      case Order.ForgetTask forget ->
          owned.contains(forget.task())
              ? List.of(new Want(forget.task(), Desired.FORGET))
              : List.of();
      // It stands outside the count and is never taken in.
      case Order.RegisterAgain again -> List.of();
    };
  }

  private List<Effect> manifest(Order.Manifest manifest) {
    Long lease = manifest.leaseMillis();
    contact.leaseIs(lease == null ? null : Duration.ofMillis(lease));
    Set<TaskId> run = Set.copyOf(manifest.run());
    Set<TaskId> stop = Set.copyOf(manifest.stop());
    List<Effect> effects = new ArrayList<>();
    for (TaskId task : owned) {
      if (run.contains(task)) {
        effects.add(new Want(task, Desired.RUN));
      } else if (!stop.contains(task)) {
        effects.add(new Want(task, Desired.FORGET));
      }
    }
    manifest.stop().forEach(task -> effects.addAll(stop(task)));
    return effects;
  }

  private List<Effect> start(TaskAssignment assignment, boolean pullsFirst) {
    if (owned.contains(assignment.task())) {
      return List.of(new Repeat(assignment.task()));
    }
    owned.add(assignment.task());
    if (assignment.strict()) {
      strict.add(assignment.task());
    }
    return List.of(new Own(TaskState.ordered(assignment, pullsFirst), false, Desired.RUN));
  }

  private List<Effect> stop(TaskId task) {
    return owned.contains(task)
        ? List.of(new Want(task, Desired.STOP), new Repeat(task))
        : List.of(new ReportUnknown(task));
  }

  private List<Effect> register(String why, long nanos) {
    if (leaving || !positioned) {
      return List.of();
    }
    registersAgain = true;
    registerAgainAtNanos = nanos + waitForManifestNanos();
    unanswered++;
    return List.of(new Register(orders.incarnation(), why));
  }

  private long waitForManifestNanos() {
    Duration wait = FIRST_WAIT_FOR_MANIFEST.multipliedBy(1L << Math.min(unanswered, 4));
    long millis = Math.min(wait.toMillis(), LONGEST_WAIT_FOR_MANIFEST.toMillis());
    // By a part that differs between runners, so that they do not all come back at once.
    return Duration.ofMillis(millis + Math.floorMod(runner.hashCode(), 1000)).toNanos();
  }

  /** A beat that was sent then has arrived. */
  public List<Effect> acknowledged(long sentNanos, long nanos) {
    List<Effect> effects = watch(nanos);
    contact.acknowledged(sentNanos, nanos);
    return effects;
  }

  /**
   * Time passes: called several times a second. Tasks that must have no second copy end while the
   * scheduler certainly waits for them still.
   */
  public List<Effect> watch(long nanos) {
    if (strict.isEmpty() || !contact.isOver(nanos)) {
      return List.of();
    }
    List<Effect> effects = new ArrayList<>();
    strict.forEach(task -> effects.add(new CutOff(task, TaskState.CONTACT_LOST)));
    strict.clear();
    return effects;
  }

  /** How long until {@link #watch} may have something to say if nothing happens before. */
  public long patienceNanos(long nanos) {
    return strict.isEmpty() ? Long.MAX_VALUE : contact.overInNanos(nanos);
  }

  /** Time passes: called once per beat interval. */
  public List<Effect> tick(long nanos) {
    List<Effect> effects = new ArrayList<>(watch(nanos));
    if (leaving) {
      effects.addAll(leaveIfDone());
      return effects;
    }
    if (!orders.waiting()) {
      effects.add(new Beat(orders.incarnation(), orders.generation()));
    }
    if (registersAgain && nanos - registerAgainAtNanos >= 0) {
      effects.addAll(register(NO_MANIFEST, nanos));
    }
    return effects;
  }

  /**
   * The engine listed every container of this runner.
   *
   * @param found whose containers it has; those of tasks that are owned are their keepers' business
   */
  public List<Effect> listed(Set<TaskId> found) {
    Set<TaskId> unowned = new LinkedHashSet<>();
    for (TaskId task : found) {
      if (!owned.contains(task)) {
        unowned.add(task);
      }
    }
    List<Effect> effects = new ArrayList<>();
    if (!orders.waiting() || leaving) {
      for (TaskId task : unowned) {
        // Only what was unowned in two lists running: the first may be from before a removal.
        if (strays.contains(task)) {
          effects.add(new Remove(task));
        }
      }
    }
    strays.clear();
    strays.addAll(unowned);
    return effects;
  }

  /** Nothing is left of a task. */
  public void gone(TaskId task) {
    owned.remove(task);
    strict.remove(task);
  }

  /** The cluster is no more: everything of it stops and goes, then the runner says it left. */
  public List<Effect> leave() {
    leaving = true;
    List<Effect> effects = new ArrayList<>();
    owned.forEach(task -> effects.add(new Want(task, Desired.FORGET)));
    effects.addAll(leaveIfDone());
    return effects;
  }

  private List<Effect> leaveIfDone() {
    if (left || !owned.isEmpty()) {
      return List.of();
    }
    left = true;
    return List.of(new Leave(orders.incarnation()));
  }
}
