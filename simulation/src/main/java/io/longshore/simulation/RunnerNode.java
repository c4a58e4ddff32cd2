package io.longshore.simulation;

import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.core.Desired;
import io.longshore.runner.core.Membership;
import io.longshore.runner.core.Observations;
import io.longshore.runner.core.Outcome;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskKeeper;
import io.longshore.runner.core.TaskState;
import io.longshore.runner.engine.EngineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A runner's process from its start to its end: what its loops do, around the shipping {@link
 * Membership} and {@link TaskKeeper}. It can be paused and ended between any two steps.
 */
final class RunnerNode {
  private static final long BEAT = Timeline.seconds(2);
  private static final long LIST = Timeline.seconds(5);
  private static final int POLL_MILLIS = 10;
  // What a runner has of its lease, and how late it looks.
  private static final long CONTACT = World.POLICY.runnerLease().toNanos() / 4 * 3;
  private static final long LOOKS_LATE = Timeline.millis(200);

  private final Host host;
  private final SimEngine engine;
  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final Truth truth;
  private final Crashes crashes;
  private final Membership membership;
  private final Log.Pipe pipe;
  private final Map<TaskId, TaskKeeper> keepers = new LinkedHashMap<>();

  /** When a task is looked at again because of the time, of all such moments the last planned. */
  private final Map<TaskId, Long> wakes = new HashMap<>();

  private final Map<String, Sending> sendings = new HashMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private final @Nullable RunnerOutput output;
  private int position = -1;
  private boolean polls;
  private boolean leaves;
  private boolean paused;
  private boolean over;
  private boolean watches;
  private long acknowledgedLateNanos;
  private long heardNanos = -CONTACT;

  /**
   * The newest report about something, which is written when it is sent, and whether an earlier one
   * is on its way.
   */
  private static final class Sending {
    @Nullable Supplier<Report.OfRunner> waiting;
    Runnable arrived = () -> {};
    boolean underWay;
  }

  RunnerNode(
      Host host,
      Timeline timeline,
      Chance chance,
      Log log,
      Truth truth,
      Crashes crashes,
      String incarnation) {
    this.host = host;
    this.engine = host.engine();
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.truth = truth;
    this.crashes = crashes;
    this.membership = new Membership(host.runner(), incarnation);
    this.pipe = log.new Pipe();
    OutputFile file = host.outputFile();
    this.output = file == null ? null : new RunnerOutput(this, engine, log, file);
  }

  void begin() {
    run(this::start);
  }

  private void start() {
    engine.sweep();
    engine.watch((task, sighting) -> {
      if (!over) {
        later(0, () -> seen(task, sighting));
      }
    });
    if (output != null) {
      output.begin();
    }
    firstList();
  }

  /** What it has sent may arrive. */
  void end() {
    over = true;
    held.clear();
    pipe.end();
    engine.watch((task, sighting) -> {});
  }

  /** All it has sent arrives, after so long. */
  void endLate(long delayNanos) {
    pipe.endLate(delayNanos);
    end();
  }

  /** Nobody hears it, or everybody does again. */
  void cut(boolean unheard) {
    pipe.cut(unheard);
  }

  /** That something has arrived is heard so much later. */
  void late(long nanos) {
    acknowledgedLateNanos = nanos;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    List<Runnable> waiting = List.copyOf(held);
    held.clear();
    waiting.forEach(RunnerNode::run);
  }

  private TaskKeeper.Moment moment() {
    return new TaskKeeper.Moment(host.wallClock(), timeline.nanos());
  }

  /** Does something in a while, if this process is there then. */
  void later(long delayNanos, Runnable what) {
    timeline.in(
        delayNanos,
        () -> {
          if (!over) {
            if (paused) {
              held.add(what);
            } else {
              run(what);
            }
          }
        });
  }

  private static void run(Runnable step) {
    try {
      step.run();
    } catch (Killed e) {
      // Nothing more of it happens.
    }
  }

  /** Ends here if it is to end before the effect; otherwise whether it is to end after it. */
  boolean diesAfter(KillPoint point) {
    Crash.Side end = over ? null : crashes.reach(point);
    if (end == Crash.Side.BEFORE) {
      dieIf(true);
      throw new Killed();
    }
    return end == Crash.Side.AFTER;
  }

  void dieIf(boolean here) {
    if (here && !over) {
      crashes.strike();
      host.kill();
    }
  }

  /** Has an effect that is there at once. */
  void effect(KillPoint point, Runnable what) {
    boolean dies = diesAfter(point);
    what.run();
    if (dies) {
      dieIf(true);
      throw new Killed();
    }
  }

  private void firstList() {
    try {
      engine.list().forEach((task, sightings) -> adopt(task, sightings, Desired.HOLD));
    } catch (EngineException e) {
      later(Timeline.seconds(1), () -> firstList());
      return;
    }
    if (log.isGone(host.cluster())) {
      leave();
    } else {
      position();
    }
    later(BEAT, () -> beat());
    later(0, () -> list());
  }

  /** Of a cluster that is gone, whatever is left here goes, too. */
  private void leave() {
    if (!leaves) {
      leaves = true;
      perform(membership.leave());
    }
  }

  private void adopt(TaskId task, Map<String, Sighting> sightings, Desired desired) {
    TaskAssignment assignment = engine.card(task);
    if (assignment != null) {
      if (sightings.size() < assignment.spec().containers().size()) {
        // Only the order knew how to make the others: what there is of it ends.
        truth.failedToStart(task);
      }
      if (assignment.strict()) {
        truth.cutOff(task);
      }
      perform(membership.adopt(assignment, sightings, desired, host.wallClock()));
    }
  }

  /** The end of the topic is known before the registration is sent. */
  private void position() {
    if (!log.isUp() || host.isDeaf()) {
      later(Timeline.millis(500), () -> position());
      return;
    }
    position = log.orders(host.runner()).size();
    perform(membership.positioned(timeline.nanos()));
    hear();
  }

  /** There may be orders to be read. */
  void hear() {
    if (position >= 0 && !polls) {
      polls = true;
      later(chance.delayNanos(POLL_MILLIS), () -> poll());
    }
  }

  private void poll() {
    polls = false;
    if (!log.isUp() || host.isDeaf()) {
      return;
    }
    List<Order> orders = log.orders(host.runner());
    int batch = chance.between(1, 100);
    while (batch-- > 0 && position < orders.size()) {
      Order order = orders.get(position++);
      perform(membership.take(order, false, timeline.nanos()));
    }
    if (position < orders.size()) {
      hear();
    }
  }

  private void beat() {
    if (log.isGone(host.cluster())) {
      leave();
    }
    perform(membership.tick(timeline.nanos()));
    later(BEAT, () -> beat());
  }

  private void list() {
    long askedAt = timeline.nanos();
    try {
      Map<TaskId, Map<String, Sighting>> found = engine.list();
      // It takes a while to arrive, and things go on meanwhile.
      later(chance.delayNanos(5), () -> listed(askedAt, found));
    } catch (EngineException e) {
      later(LIST, () -> list());
    }
  }

  private void listed(long askedAt, Map<TaskId, Map<String, Sighting>> found) {
    TaskKeeper.Moment now = moment();
    // A task that has gone is gone by its own keeper only.
    for (Map.Entry<TaskId, TaskKeeper> each : List.copyOf(keepers.entrySet())) {
      TaskId task = each.getKey();
      List<Sighting> own = List.copyOf(found.getOrDefault(task, Map.of()).values());
      perform(task, each.getValue().listed(askedAt, own, now));
    }
    for (Membership.Effect effect : membership.listed(found.keySet())) {
      if (effect instanceof Membership.Remove(TaskId task)) {
        adopt(task, found.getOrDefault(task, Map.of()), Desired.FORGET);
      }
    }
    if (output != null) {
      output.listed(found);
    }
    later(LIST, () -> list());
  }

  private void seen(TaskId task, Sighting sighting) {
    TaskKeeper keeper = keepers.get(task);
    if (keeper != null) {
      perform(task, keeper.seen(sighting, moment()));
    }
  }

  // --- what it decides to do

  private void perform(List<Membership.Effect> effects) {
    for (Membership.Effect effect : effects) {
      switch (effect) {
        case Membership.Own own -> own(own);
        case Membership.Want want -> {
          TaskKeeper keeper = keepers.get(want.task());
          if (keeper != null) {
            perform(want.task(), keeper.want(want.desired(), moment()));
          }
        }
        case Membership.CutOff cutOff -> cutOff(cutOff);
        case Membership.Repeat repeat -> {
          TaskKeeper keeper = keepers.get(repeat.task());
          if (keeper != null) {
            perform(repeat.task(), keeper.repeat(moment()));
          }
        }
        case Membership.ReportUnknown unknown ->
            report(Observations.unknown(unknown.task(), host.wallClock()));
        case Membership.Register register ->
            send("registration", () -> registration(register.incarnation()), () -> {});
        case Membership.Beat beat -> {
          long sentAt = timeline.nanos();
          send(
              "beat",
              () ->
                  new Report.RunnerBeat(
                      host.cluster(), host.runner(), beat.incarnation(), beat.generation()),
              () -> acknowledged(sentAt));
        }
        case Membership.Leave leave ->
            send(
                "registration",
                new Report.RunnerLeft(host.cluster(), host.runner(), leave.incarnation()));
        // Only lists lead to removals, and they are followed there.
        case Membership.Remove remove -> {}
        case Membership.PassedOver passed -> {}
      }
    }
    watch();
  }

  private Report.OfRunner registration(String incarnation) {
    List<TaskObservation> inventory = keepers.values().stream().map(TaskKeeper::latest).toList();
    return new Report.RunnerRegistered(
        host.cluster(), host.runner(), incarnation, host.resources(), inventory, false);
  }

  private void acknowledged(long sentAt) {
    perform(membership.acknowledged(sentAt, timeline.nanos()));
    // What was over by then was over.
    heardNanos = Math.max(heardNanos, sentAt);
  }

  /** Looks again when contact would be over, or a little later. */
  private void watch() {
    long patience = membership.patienceNanos(timeline.nanos());
    if (watches || patience == Long.MAX_VALUE) {
      return;
    }
    watches = true;
    later(
        patience + chance.between(0, LOOKS_LATE),
        () -> {
          watches = false;
          perform(membership.watch(timeline.nanos()));
        });
  }

  private void cutOff(Membership.CutOff cutOff) {
    TaskId task = cutOff.task();
    if (timeline.nanos() - heardNanos < CONTACT) {
      throw new Violation(
          "A10 what runs keeps running", "task %s is cut off in contact".formatted(task));
    }
    TaskKeeper keeper = keepers.get(task);
    if (keeper != null) {
      truth.cutOff(task);
      perform(task, keeper.cutOff(cutOff.reason(), moment()));
    }
  }

  private void own(Membership.Own own) {
    TaskId task = own.state().task();
    TaskKeeper keeper = new TaskKeeper(own.state(), own.reported(), timeline.nanos());
    keepers.put(task, keeper);
    perform(task, keeper.begin(moment()));
    perform(task, keeper.want(own.desired(), moment()));
  }

  private void perform(TaskId task, List<TaskKeeper.Effect> effects) {
    for (TaskKeeper.Effect effect : effects) {
      switch (effect) {
        case TaskKeeper.Report report -> report(report.observation());
        case TaskKeeper.Perform perform -> call(task, perform.state(), perform.call());
        case TaskKeeper.Gone gone -> {
          keepers.remove(task);
          wakes.remove(task);
          membership.gone(task);
        }
      }
    }
    wakeFor(task);
  }

  private void wakeFor(TaskId task) {
    TaskKeeper keeper = keepers.get(task);
    if (keeper == null) {
      return;
    }
    long patience = keeper.patienceNanos(moment());
    if (patience == Long.MAX_VALUE) {
      return;
    }
    long due = timeline.nanos() + patience;
    if (Long.valueOf(due).equals(wakes.get(task))) {
      return;
    }
    wakes.put(task, due);
    later(
        patience,
        () -> {
          wakes.remove(task, due);
          if (keepers.get(task) == keeper && keeper.patienceNanos(moment()) == 0) {
            perform(task, keeper.pass(moment()));
          }
        });
  }

  /** The call has its effect in a while, and its answer comes a while after that. */
  private void call(TaskId task, TaskState state, Step.Call call) {
    if (call instanceof Step.Remove
        && output != null
        && output.isUnderWay(task, call.container())) {
      later(Timeline.millis(100), () -> call(task, state, call));
      return;
    }
    boolean dies = diesAfter(point(call));
    int typical = call instanceof Step.Stop stop ? (isKill(stop) ? 20 : 200) : 40;
    timeline.in(
        chance.delayNanos(typical),
        () -> {
          // A process that is gone has sent its call: the engine does it all the same.
          Outcome outcome = outcome(task, state, call);
          dieIf(dies);
          if (!over) {
            later(chance.delayNanos(5), () -> ended(task, outcome));
          }
        });
  }

  private static KillPoint point(Step.Call call) {
    return switch (call) {
      case Step.Pull pull -> KillPoint.IMAGE_PULLED;
      case Step.Create create -> KillPoint.CONTAINER_CREATED;
      case Step.Start start -> KillPoint.CONTAINER_STARTED;
      case Step.Restart restart -> KillPoint.CONTAINER_RESTARTED;
      case Step.Stop stop -> KillPoint.CONTAINER_STOPPED;
      case Step.Remove remove -> KillPoint.CONTAINER_REMOVED;
      case Step.Release release -> KillPoint.COMMONS_RELEASED;
    };
  }

  private static boolean isKill(Step.Stop stop) {
    Integer patience = stop.timeoutSeconds();
    return patience != null && patience == 0;
  }

  private void ended(TaskId task, Outcome outcome) {
    if (output != null && outcome instanceof Outcome.Done(Step.Call step, Sighting sighting)) {
      output.called(task, step);
    }
    TaskKeeper keeper = keepers.get(task);
    if (keeper != null) {
      perform(task, keeper.ended(outcome, moment()));
    }
  }

  private Outcome outcome(TaskId task, TaskState state, Step.Call call) {
    try {
      return new Outcome.Done(call, effect(task, state, call));
    } catch (EngineException e) {
      if (e.problem() == Problem.REFUSED) {
        truth.failedToStart(task);
      }
      return new Outcome.Failed(call, e.problem(), e.words());
    }
  }

  private @Nullable Sighting effect(TaskId task, TaskState state, Step.Call call)
      throws EngineException {
    return switch (call) {
      case Step.Pull pull -> {
        engine.pull(pull.spec().imageToRun());
        yield null;
      }
      case Step.Create create -> engine.create(state.assignment(), create.spec());
      case Step.Start start -> engine.start(task, start.container());
      case Step.Restart restart -> engine.restart(task, restart.container());
      case Step.Stop stop -> engine.stop(task, stop.container());
      case Step.Remove remove -> {
        engine.remove(task, remove.container());
        yield null;
      }
      case Step.Release release -> {
        engine.release(task);
        yield null;
      }
    };
  }

  private void report(TaskObservation observation) {
    truth.told(observation, engine.runs(observation.task()));
    send(
        observation.task().value(),
        new Report.TaskObserved(
            host.cluster(), host.runner(), membership.incarnation(), observation));
  }

  /** Of several reports about the same thing that could not be sent yet, the last one is kept. */
  private void send(String subject, Report.OfRunner report) {
    send(subject, () -> report, () -> {});
  }

  private void send(String subject, Supplier<Report.OfRunner> report, Runnable arrived) {
    Sending sending = sendings.computeIfAbsent(subject, key -> new Sending());
    sending.waiting = report;
    sending.arrived = arrived;
    if (!sending.underWay) {
      sending.underWay = true;
      transmit(subject, sending);
    }
  }

  private void transmit(String subject, Sending sending) {
    Supplier<Report.OfRunner> waiting = sending.waiting;
    if (waiting == null) {
      sending.underWay = false;
      sendings.remove(subject, sending);
      return;
    }
    sending.waiting = null;
    Report.OfRunner report = waiting.get();
    boolean dies = diesAfter(point(report));
    Runnable arrived = sending.arrived;
    pipe.send(
        () -> {
          log.append(report);
          // Now and then a record that was not acknowledged in time is there twice.
          if (chance.oneIn(50)) {
            log.append(report);
          }
          dieIf(dies);
        },
        () ->
            later(
                acknowledgedLateNanos,
                () -> {
                  arrived.run();
                  transmit(subject, sending);
                }));
  }

  private static KillPoint point(Report.OfRunner report) {
    return switch (report) {
      case Report.RunnerRegistered registered -> KillPoint.REGISTRATION_SENT;
      case Report.RunnerBeat beat -> KillPoint.BEAT_SENT;
      case Report.RunnerLeft left -> KillPoint.LEAVE_SENT;
      case Report.TaskObserved observed ->
          observed.observation().lastStatus() == TaskStatus.STOPPED
              ? KillPoint.END_SENT
              : KillPoint.PROGRESS_SENT;
    };
  }

  Log.Pipe pipe() {
    return pipe;
  }
}
