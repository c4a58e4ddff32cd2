package io.longshore.simulation;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.DesiredStatus;
import io.longshore.scheduler.core.Outgoing;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.Task;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows what really happened, and holds what is written, sent and done against the promises. The
 * letters are those of the table of promises in {@code docs/testing.md}.
 */
final class Truth {
  private final Trace trace;
  private final Map<TaskId, Life> lives = new HashMap<>();

  /** Those that were there before the turn that is being written, and have not stopped in it. */
  private final Map<TaskId, Task> live = new LinkedHashMap<>();

  private final Map<RunnerId, Long> generations = new HashMap<>();
  private long commandsOffset;
  private long reportsOffset;
  private int launches;
  private final Heard heard;
  private final LowerBounds lowerBounds;
  private final Pace pace;
  private final LetGo letGo;
  private final Map<String, BooleanSupplier> excuses = new HashMap<>();

  /** Where tasks of services that allow no second copy have containers that run. */
  private final Map<TaskId, Copy> copies = new LinkedHashMap<>();

  /** A task as its host has it. */
  private static final class Copy {
    final int service;
    final String host;
    int running;

    Copy(int service, String host) {
      this.service = service;
      this.host = host;
    }
  }

  /** All that is known of one task. */
  private static final class Life {
    /** As it was last written; null before. */
    @Nullable Task recorded;

    /** The containers that were started once. */
    final Set<String> started = new HashSet<>();

    /** What the containers that have ended ended with. */
    final Map<String, Integer> exitCodes = new HashMap<>();

    boolean essentialEnded;
    boolean failedToStart;
    boolean cutOff;

    /** The versions that were published. */
    final BitSet published = new BitSet();

    /** The versions that stood in an outbox. */
    final BitSet toPublish = new BitSet();

    boolean isWanted() {
      return recorded != null && recorded.desired() == DesiredStatus.RUNNING;
    }
  }

  Truth(Trace trace, Log log, Policy policy) {
    this.trace = trace;
    this.heard = new Heard(log, policy);
    this.lowerBounds = new LowerBounds(policy);
    this.pace = new Pace(policy.budgets());
    this.letGo = new LetGo(log);
  }

  void balancers(List<BalancerNode> nodes) {
    letGo.balancers(nodes);
  }

  private Life life(TaskId task) {
    return lives.computeIfAbsent(task, id -> new Life());
  }

  int launches() {
    return launches;
  }

  // --- what engines do

  void created(TaskId task, String container) {
    if (life(task).started.contains(container)) {
      throw new Violation(
          "A3 at most one container per task",
          "container %s of task %s is created again after it had run".formatted(container, task));
    }
  }

  void started(String host, TaskId task, String container) {
    trace.add(task.value(), () -> "container %s of task %s starts".formatted(container, task));
    Life life = life(task);
    if (!life.started.add(container)) {
      throw new Violation(
          "A3 at most one container per task",
          "container %s of task %s runs a second time, on %s".formatted(container, task, host));
    }
    if (life.recorded == null) {
      throw new Violation(
          "A1 nothing runs that is not written", "task %s runs on %s".formatted(task, host));
    }
    int service = strictService(life.recorded);
    if (service >= 0) {
      copies.computeIfAbsent(task, id -> new Copy(service, host)).running++;
      countCopies();
    }
  }

  /** Its number; -1 for none. */
  private static int strictService(Task task) {
    Task.Membership membership = task.origin().service();
    for (int number = 0; membership != null && number < World.SERVICES; number++) {
      if (World.strictCount(number) > 0 && World.service(number).equals(membership.name())) {
        return number;
      }
    }
    return -1;
  }

  /** While this is so, what runs on a host is beyond its runner. */
  void excuses(String host, BooleanSupplier isExcused) {
    excuses.put(host, isExcused);
  }

  /** A task's runner ends it by itself. */
  void cutOff(TaskId task) {
    life(task).cutOff = true;
  }

  /** Of services that allow no second copy there are never more than wanted. */
  void countCopies() {
    Map<Integer, List<TaskId>> running = new HashMap<>();
    copies.forEach((task, copy) -> {
      if (!excuses.getOrDefault(copy.host, () -> false).getAsBoolean()) {
        running.computeIfAbsent(copy.service, number -> new ArrayList<>()).add(task);
      }
    });
    running.forEach((service, tasks) -> {
      if (tasks.size() > World.strictCount(service)) {
        throw new Violation(
            "A15 no second copy where none is allowed",
            "service %d wants %d and there run %s"
                .formatted(service, World.strictCount(service), tasks));
      }
    });
  }

  /** A container runs again that had run, because its policy wants that. */
  void restarted(TaskId task, String container) {
    trace.add(
        task.value(), () -> "container %s of task %s starts again".formatted(container, task));
    if (!life(task).started.contains(container)) {
      throw new Violation(
          "A3 at most one container per task",
          "container %s of task %s starts again and never ran".formatted(container, task));
    }
  }

  void ended(String host, TaskId task, ContainerSpec container, int exitCode) {
    trace.add(task.value(), () -> "a container of task %s ends on %s".formatted(task, host));
    Life life = life(task);
    life.exitCodes.put(container.name(), exitCode);
    life.essentialEnded |= container.essential();
    copies.computeIfPresent(task, (id, copy) -> --copy.running > 0 ? copy : null);
  }

  /**
   * A runner tells of a task.
   *
   * @param runs whether a container of it runs there
   */
  void told(TaskObservation seen, boolean runs) {
    if (runs && seen.lastStatus() == TaskStatus.STOPPED) {
      throw new Violation(
          "A2 every exit is reported",
          "task %s is told to have stopped, and runs".formatted(seen.task()));
    }
    for (ContainerObservation container : seen.containers()) {
      Integer code = life(seen.task()).exitCodes.get(container.name());
      if (container.exitCode() != null && !container.exitCode().equals(code)) {
        throw new Violation(
            "A2 every exit is reported",
            "container %s of task %s is told to have ended with %d, and ended with %d"
                .formatted(container.name(), seen.task(), container.exitCode(), code));
      }
    }
  }

  /**
   * A runner stops a container: the scheduler must have wanted that, or the task is ending, or it
   * must have no second copy.
   */
  void stopped(TaskId task) {
    Life life = life(task);
    Task row = life.recorded;
    boolean drains = row != null && row.traffic().drainsUntil() != null;
    if (drains && !life.essentialEnded && !life.failedToStart && !life.cutOff) {
      throw new Violation(
          "A19 no request is cut off",
          "task %s is stopped and load balancers have not let go of it".formatted(task));
    }
    if (life.isWanted() && !life.essentialEnded && !life.failedToStart && !life.cutOff) {
      throw new Violation(
          "A10 what runs keeps running",
          "task %s is stopped and nobody wanted that".formatted(task));
    }
  }

  boolean isRecordedRunning(TaskId task) {
    Task row = life(task).recorded;
    return row != null && row.status() == TaskStatus.RUNNING;
  }

  /** One of its containers could not be made or started, which ends the others. */
  void failedToStart(TaskId task) {
    life(task).failedToStart = true;
  }

  void removed(TaskId task) {
    Life life = life(task);
    Task row = life.recorded;
    if (row != null && row.status() != TaskStatus.STOPPED && !life.started.isEmpty()) {
      throw new Violation(
          "A2 every exit is reported",
          "the containers of task %s go before its end is recorded".formatted(task));
    }
  }

  // --- what is written

  void written(Store.Turn turn, Store store) {
    if (turn.commandsOffset() < commandsOffset || turn.reportsOffset() < reportsOffset) {
      throw new Violation("A9 former owners write nothing", "offsets go back");
    }
    commandsOffset = turn.commandsOffset();
    reportsOffset = turn.reportsOffset();
    heard.written(turn, store);
    letGo.begin(turn);
    Changes changes = turn.changes();
    List<Task> fresh = new ArrayList<>();
    for (Task task : changes.tasks()) {
      Life life = life(task.id());
      Task before = life.recorded;
      if (before == null) {
        fresh.add(task);
      } else if (task.status() == TaskStatus.STOPPED) {
        live.remove(task.id());
      } else {
        live.put(task.id(), task);
      }
      life.recorded = task;
      written(task, before);
      letGo.written(turn, task, before);
      heard.believed(task, before, store);
      lowerBounds.written(turn, task, before);
    }
    lowerBounds.check(turn, store, live.values());
    for (Service service : changes.services()) {
      Service before = store.services().get(service.uid());
      if (before != null && service.version() <= before.version() && !service.equals(before)) {
        throw new Violation("A8 versions grow", "service " + service.name());
      }
    }
    for (Outgoing record : turn.outbox().values()) {
      if (record instanceof Outgoing.ToRunner(Order order)
          && !(order instanceof Order.RegisterAgain)) {
        inOrder(order);
      } else if (record instanceof Outgoing.TaskChanged(Task task)) {
        life(task.id()).toPublish.set(Math.toIntExact(task.version()));
      }
    }
    if (!fresh.isEmpty()) {
      launches += fresh.size();
      Set<String> failing = failing(changes);
      fresh.forEach(task -> pace.launched(turn, task, failing.contains(task.serviceUid())));
      changes.services().forEach(service -> withinBounds(service, fresh, live.values(), store));
      capacity(fresh, live.values(), store);
    }
    for (Task task : fresh) {
      if (task.status() != TaskStatus.STOPPED) {
        live.put(task.id(), task);
      }
    }
  }

  /** The services whose last tasks have failed: whoever launches changes its service, too. */
  private static Set<String> failing(Changes changes) {
    Set<String> failing = new HashSet<>();
    for (Service service : changes.services()) {
      DeploymentState primary = service.deployments().getFirst();
      if (primary.failedTasks() > primary.forgivenTasks()) {
        failing.add(service.uid());
      }
    }
    return failing;
  }

  private void written(Task task, @Nullable Task before) {
    trace.add(
        task.id().value(),
        () ->
            "written: task %s of %s is %s and is to be %s"
                .formatted(task.id(), task.origin().group(), task.status(), task.desired()));
    if (TaskStatus.RUNNING.isBefore(task.status()) && task.desired() == DesiredStatus.RUNNING) {
      throw new Violation(
          "A6 states only move forward",
          "task %s is %s and wanted".formatted(task.id(), task.status()));
    }
    if (before == null) {
      return;
    }
    // Nobody outside is told of it.
    boolean onlyTraffic =
        task.version() == before.version()
            && task.status() == before.status()
            && task.desired() == before.desired()
            && task.seen() == before.seen();
    if (task.version() <= before.version() && !onlyTraffic) {
      throw new Violation("A8 versions grow", "task " + task.id());
    }
    if (task.status().isBefore(before.status())) {
      throw new Violation(
          "A6 states only move forward",
          "task %s goes from %s to %s".formatted(task.id(), before.status(), task.status()));
    }
    if (before.desired() == DesiredStatus.STOPPED && task.desired() == DesiredStatus.RUNNING) {
      throw new Violation(
          "A6 states only move forward", "task %s is wanted again".formatted(task.id()));
    }
    if (!task.runner().equals(before.runner())) {
      throw new Violation(
          "A3 at most one container per task", "task %s moves".formatted(task.id()));
    }
  }

  /** No turn launches beyond the upper bound. */
  private static void withinBounds(
      Service service, List<Task> fresh, Collection<Task> live, Store store) {
    if (service.settings().scheduling().daemon() || count(service, fresh) == 0) {
      return;
    }
    Service before = store.services().get(service.uid());
    long bound = Math.max(upperBound(service), before == null ? 0 : upperBound(before));
    long there = count(service, live);
    long launched = count(service, fresh);
    if (there + launched > bound) {
      throw new Violation(
          "A4 never more than desired and surge",
          "service %s has %d tasks and launches %d, the bound is %d"
              .formatted(service.name(), there, launched, bound));
    }
  }

  private static long upperBound(Service service) {
    return (long) service.desiredCount() * service.settings().maximumPercent() / 100;
  }

  private static long count(Service service, Collection<Task> tasks) {
    long count = 0;
    for (Task task : tasks) {
      if (service.uid().equals(task.serviceUid())) {
        count++;
      }
    }
    return count;
  }

  private void inOrder(Order order) {
    long last = generations.getOrDefault(order.runner(), 0L);
    if (order.generation() != last + 1) {
      throw new Violation(
          "A7 orders are counted",
          "runner %s is given generation %d after %d"
              .formatted(order.runner(), order.generation(), last));
    }
    generations.put(order.runner(), order.generation());
  }

  /** What tasks reserve on a host that is given another one is never more than it has. */
  private static void capacity(List<Task> fresh, Collection<Task> live, Store store) {
    Map<RunnerId, Integer> memory = new HashMap<>();
    for (Task task : fresh) {
      boolean there = task.status() != TaskStatus.STOPPED;
      memory.merge(task.runner(), there ? task.spec().reservedMemoryMiB() : 0, Integer::sum);
    }
    for (Task task : live) {
      memory.computeIfPresent(
          task.runner(), (id, reserved) -> reserved + task.spec().reservedMemoryMiB());
    }
    memory.forEach((id, reserved) -> {
      Runner runner = store.runners().get(id);
      if (runner != null && reserved > runner.host().memoryMiB()) {
        throw new Violation(
            "A4 hosts are never given more than they have",
            "runner %s has %d MiB and %d are reserved"
                .formatted(id, runner.host().memoryMiB(), reserved));
      }
    });
  }

  // --- what is published

  /** Something has come to the log that stood in an outbox. */
  void sent(Outgoing record) {
    if (record instanceof Outgoing.TaskChanged(Task task)) {
      published(task);
    } else if (record instanceof Outgoing.ToRunner(Order.StartTask start)) {
      pace.sent(start);
    }
  }

  /** Repeated events are allowed, new ones never come after a later one. */
  private void published(Task task) {
    BitSet versions = life(task.id()).published;
    int version = Math.toIntExact(task.version());
    if (version < versions.length() && !versions.get(version)) {
      throw new Violation(
          "A8 observers never see a task go back",
          "task %s: version %d comes after %d"
              .formatted(task.id(), version, versions.length() - 1));
    }
    versions.set(version);
  }

  /** Everything that stood in an outbox is on its topic, and the last version of every task. */
  void allSent(Store store, Log log) {
    generations.forEach((runner, last) -> {
      int sent = log.ordersOf(runner);
      if (sent != last) {
        throw new Violation(
            "A8 what is decided is told",
            "of %d orders to %s, %d were sent".formatted(last, runner, sent));
      }
    });
    lives.forEach((id, life) -> {
      BitSet missing = (BitSet) life.toPublish.clone();
      missing.andNot(life.published);
      if (!missing.isEmpty()) {
        throw new Violation(
            "A8 what is decided is told",
            "task %s: the versions %s were not published".formatted(id, missing));
      }
    });
    for (Task task : store.tasks().values()) {
      int last = life(task.id()).published.length() - 1;
      if (last != task.version()) {
        throw new Violation(
            "A8 what is decided is told",
            "task %s has version %d, the last one told is %d"
                .formatted(task.id(), task.version(), last));
      }
    }
  }
}
