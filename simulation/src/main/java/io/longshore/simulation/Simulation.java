package io.longshore.simulation;

import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One history. For a while everything goes wrong that can, and after every step the promises of
 * safety hold; then nothing goes wrong any more, and within a bound everything is as it was asked
 * for, and stays so.
 */
public final class Simulation {
  private static final long TROUBLE_FROM = Timeline.seconds(15);
  private static final long TROUBLE_TO = Timeline.seconds(105);
  private static final long CALM_AT = Timeline.seconds(140);
  private static final long CONVERGED_BY = Timeline.seconds(260);
  private static final long REST = Timeline.seconds(60);
  private static final int LEAST_FAULTS = 30;
  private static final int MOST_FAULTS = 45;
  // The others have room for what they ran.
  private static final int DEAD_HOSTS_MAX = 4;

  private final Timeline timeline = new Timeline();
  private final Chance chance;
  private final Trace trace;
  private final Truth truth;
  private final Store store;
  private final Log log;
  private final Client client;
  private final List<SchedulerNode> schedulers = new ArrayList<>();
  private final Group group;
  private final List<Host> hosts = new ArrayList<>();
  private final List<Fault> faults;
  private long steps;

  /**
   * How a history went.
   *
   * @param promise the one that was broken; empty for none
   * @param failure how, and when
   * @param history the last of what happened, if it was asked for
   * @param steps how much happened
   * @param launches how many tasks were made
   * @param digest of everything that happened
   */
  public record Verdict(
      long seed,
      String promise,
      String failure,
      List<Fault> faults,
      List<String> history,
      long steps,
      int launches,
      long digest) {
    public boolean isBroken() {
      return !promise.isEmpty();
    }
  }

  private Simulation(long seed, List<Fault> faults, boolean readable) {
    this.faults = faults;
    trace = new Trace(timeline, readable);
    truth = new Truth(trace);
    store = new Store(truth::written);
    chance = new Chance(seed);
    log = new Log(timeline, chance.fork(), trace);
    client = new Client(timeline, chance.fork(), log);
    for (int i = 0; i < World.SCHEDULERS; i++) {
      schedulers.add(
          new SchedulerNode(timeline, chance.fork(), log, store, World.POLICY, client::replied));
    }
    group = new Group(timeline, chance.fork(), log, schedulers, Timeline.seconds(6));
    for (int i = 0; i < World.HOSTS; i++) {
      hosts.add(new Host(timeline, chance.fork(), log, truth, i));
    }
  }

  /** The faults a seed stands for. */
  public static List<Fault> faultsOf(long seed) {
    Chance chance = new Chance(~seed);
    return Fault.plan(chance, chance.between(LEAST_FAULTS, MOST_FAULTS), TROUBLE_FROM, TROUBLE_TO);
  }

  /** Runs the history of a seed. */
  public static Verdict run(long seed) {
    return run(seed, faultsOf(seed), false);
  }

  /**
   * Runs the history of a seed with other faults than its own.
   *
   * @param readable whether it is to be told, too
   */
  static Verdict run(long seed, List<Fault> faults, boolean readable) {
    Simulation simulation = new Simulation(seed, faults, readable);
    try {
      simulation.run();
      return simulation.verdict(seed, "", "");
    } catch (Violation e) {
      return simulation.verdict(seed, e.promise(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      return simulation.verdict(
          seed, "nothing fails by itself", e + " at " + List.of(e.getStackTrace()).getFirst());
    }
  }

  private Verdict verdict(long seed, String promise, String failure) {
    String when = promise.isEmpty() ? "" : "%.3f s: ".formatted(timeline.nanos() / 1e9);
    return new Verdict(
        seed,
        promise,
        when + failure,
        faults,
        trace.lines(),
        steps,
        truth.launches(),
        trace.digest());
  }

  private void run() {
    faults.forEach(fault -> timeline.at(fault.atNanos(), () -> strike(fault)));
    client.begin();
    timeline.in(Timeline.seconds(1), this::countCopies);
    until(CALM_AT);
    client.comeToRest();
    converge();
    int launches = truth.launches();
    until(timeline.nanos() + REST);
    if (truth.launches() != launches) {
      throw new Violation(
          "A5 at rest nothing flaps",
          "%d tasks were launched after everything was as it should be"
              .formatted(truth.launches() - launches));
    }
    asItShouldBe();
  }

  private void countCopies() {
    truth.countCopies();
    timeline.in(Timeline.seconds(1), this::countCopies);
  }

  private void until(long nanos) {
    while (timeline.step(nanos)) {
      steps++;
      log.takeEvents().forEach(truth::published);
    }
  }

  private void converge() {
    Violation last = null;
    while (timeline.nanos() < CONVERGED_BY) {
      until(timeline.nanos() + Timeline.seconds(5));
      try {
        asItShouldBe();
        return;
      } catch (Violation e) {
        last = e;
      }
    }
    throw last == null ? new Violation("A5 it comes to rest", "it does not") : last;
  }

  private void asItShouldBe() {
    require(client.isDone(), "A1 every call is answered", "some are not");
    client
        .wanted()
        .forEach((number, wanted) -> {
          Service service = serviceOf(number);
          if (wanted.count() == null) {
            require(
                service == null,
                "A1 no acknowledged command is lost",
                "service %d is there and was deleted".formatted(number));
            return;
          }
          if (service == null) {
            throw new Violation(
                "A1 no acknowledged command is lost", "service %d is not there".formatted(number));
          }
          require(
              service.desiredCount() == wanted.count(),
              "A1 no acknowledged command is lost",
              "service %d wants %d and %d was acknowledged"
                  .formatted(number, service.desiredCount(), wanted.count()));
          long running =
              store.live().values().stream()
                  .filter(task -> service.uid().equals(task.serviceUid()))
                  .filter(task -> task.status() == TaskStatus.RUNNING)
                  .count();
          long live =
              store.live().values().stream()
                  .filter(task -> service.uid().equals(task.serviceUid()))
                  .count();
          require(
              running == service.desiredCount() && live == running,
              "A5 it comes to rest",
              "service %d wants %d, %d run and %d have not stopped"
                  .formatted(number, service.desiredCount(), running, live));
          require(
              service.deployments().size() == 1,
              "A5 it comes to rest",
              "service %d has %d deployments".formatted(number, service.deployments().size()));
          // Until its last task is healthy, it may still be about to move one between zones.
          require(
              service.steady(),
              "A5 it comes to rest",
              "service %d has not reached a steady state".formatted(number));
        });
    jobsAreOver();
    enginesAgree();
    require(store.unsent() == 0, "A8 what is decided is told", "the outbox is not empty");
    truth.allPublished(store);
  }

  private @Nullable Service serviceOf(int number) {
    for (Service service : store.services().values()) {
      if (service.name().equals(World.service(number))
          && service.status() != Service.Status.INACTIVE) {
        return service;
      }
    }
    return null;
  }

  private void jobsAreOver() {
    Set<TaskId> jobs = new HashSet<>();
    for (Task task : store.tasks().values()) {
      if (task.serviceUid() == null) {
        jobs.add(task.id());
        require(
            task.status() == TaskStatus.STOPPED,
            "A2 every exit is reported and acted on",
            "task %s is %s".formatted(task.id(), task.status()));
      }
    }
    require(
        jobs.equals(client.jobs()),
        "A14 a call has one effect",
        "%d tasks were run directly and %d acknowledged"
            .formatted(jobs.size(), client.jobs().size()));
  }

  private void enginesAgree() {
    for (Host host : hosts) {
      if (host.isDead()) {
        continue;
      }
      Set<TaskId> there = new HashSet<>(host.engine().tasksWithContainers());
      for (TaskId task : there) {
        Task row = store.live().get(task);
        require(
            row != null && row.runner().equals(host.runner()),
            "A5 it comes to rest",
            "%s has containers of task %s, which is over".formatted(host.runner(), task));
      }
    }
    for (Task task : store.live().values()) {
      Host host = hostOf(task.runner());
      require(
          host.engine().tasksWithContainers().contains(task.id()),
          "A2 every exit is reported and acted on",
          "task %s is %s and its host does not have it".formatted(task.id(), task.status()));
    }
    for (Runner runner : store.runners().values()) {
      require(
          runner.connected() != hostOf(runner.id()).isDead(),
          "A5 it comes to rest",
          "%s is %s".formatted(runner.id(), runner.connected() ? "connected" : "not connected"));
    }
  }

  private Host hostOf(RunnerId runner) {
    return hosts.stream().filter(h -> h.runner().equals(runner)).findFirst().orElseThrow();
  }

  private static void require(boolean holds, String promise, String otherwise) {
    if (!holds) {
      throw new Violation(promise, otherwise);
    }
  }

  // --- what goes wrong

  private void strike(Fault fault) {
    trace.add(fault.kind().name(), fault::toString);
    SchedulerNode owner = group.owner();
    Host host = hosts.get(fault.target());
    int amount = fault.amount();
    Duration jump = Duration.ofSeconds((long) amount * (amount % 2 == 0 ? 60 : -60));
    switch (fault.kind()) {
      case SCHEDULER_KILLED -> owner.kill();
      case SCHEDULER_KILLED_BEFORE_COMMIT -> owner.killAt(SchedulerNode.KillPoint.BEFORE_COMMIT);
      case SCHEDULER_KILLED_BEFORE_COMMIT_OF_A_COMMAND ->
          owner.killAt(SchedulerNode.KillPoint.BEFORE_COMMIT_OF_A_COMMAND);
      case SCHEDULER_KILLED_AFTER_COMMIT -> owner.killAt(SchedulerNode.KillPoint.AFTER_COMMIT);
      case SCHEDULER_KILLED_AFTER_SEND -> owner.killAt(SchedulerNode.KillPoint.AFTER_SEND);
      case COMMIT_OUTCOME_UNKNOWN -> owner.killAt(SchedulerNode.KillPoint.OUTCOME_UNKNOWN);
      case SCHEDULER_PAUSED -> during(fault, owner::pause, owner::resume);
      case SCHEDULER_PAUSED_BEFORE_COMMIT -> during(fault, owner::pauseBeforeCommit, owner::resume);
      case SCHEDULER_CLOCK_JUMPS -> owner.jump(jump);
      case REBALANCE -> group.rebalance();
      case BROKERS_DOWN -> during(fault, () -> log.set(false), () -> log.set(true));
      case STORE_DOWN -> during(fault, () -> store.set(false), () -> store.set(true));
      case RUNNER_KILLED -> host.kill();
      case RUNNER_PAUSED -> during(fault, host::pause, host::resume);
      case HOST_CUT_OFF ->
          during(fault, () -> host.cutOff(true, true), () -> host.cutOff(false, false));
      case HOST_NOT_HEARD ->
          during(fault, () -> host.cutOff(false, true), () -> host.cutOff(false, false));
      case HOST_HEARS_NOTHING ->
          during(fault, () -> host.cutOff(true, false), () -> host.cutOff(false, false));
      case HOST_FADES -> {
        host.late(Timeline.millis(3_000 + 20L * amount));
        timeline.in(Timeline.seconds(2), () -> host.cutOff(false, true));
        timeline.in(
            Timeline.seconds(22),
            () -> {
              host.late(0);
              host.cutOff(false, false);
            });
      }
      case HOST_REBOOTS -> host.reboot();
      case HOST_LOSES_CONTAINERS -> host.loseContainers();
      case HOST_DIES -> {
        if (hosts.stream().filter(Host::isDead).count() < DEAD_HOSTS_MAX) {
          host.die();
        }
      }
      case HOST_CLOCK_JUMPS -> host.jump(jump);
      case HALF_THE_HOSTS_CUT_OFF -> {
        List<Host> half = hosts.subList(0, World.HOSTS / 2);
        during(
            fault,
            () -> half.forEach(one -> one.cutOff(true, true)),
            () -> half.forEach(one -> one.cutOff(false, false)));
      }
      case ENGINE_HANGS -> during(fault, () -> host.hang(true), () -> host.hang(false));
      case ENGINE_LOSES_EVENTS ->
          during(fault, () -> host.engine().lose(amount, 0), () -> host.engine().lose(0, 0));
      case ENGINE_LOSES_ANSWERS ->
          during(fault, () -> host.engine().lose(0, amount / 2), () -> host.engine().lose(0, 0));
      case CONTAINER_DIES -> host.engine().accident(chance);
      case CONTAINERS_DIE -> {
        for (Host each : hosts) {
          each.engine().accident(chance);
        }
      }
      // Nobody can know of what was removed before its runner could say that it ran: it is started
      // again. So only what is known to run is removed.
      case CONTAINER_REMOVED -> host.engine().removal(chance, truth::isRecordedRunning);
    }
  }

  private void during(Fault fault, Runnable begin, Runnable end) {
    begin.run();
    timeline.in(fault.lastsNanos(), end);
  }
}
