package io.longshore.simulation;

import io.longshore.messages.Arns;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Order;
import io.longshore.messages.Reply;
import io.longshore.messages.SteadyClock;
import io.longshore.scheduler.core.Answers;
import io.longshore.scheduler.core.Outgoing;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.core.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One scheduler's process: what its consumer, lane and relay do, around the shipping {@link Shard}.
 * It can be paused and killed between any two steps.
 */
final class SchedulerNode {
  private static final int POLL_MILLIS = 15;
  private static final int RECORDS_PER_POLL_MAX = 500;
  private static final long CHECKPOINT_NANOS = Timeline.seconds(5);

  /** Where a fault can make a process end. */
  enum Fuse {
    BEFORE_COMMIT,
    /** Of a turn that answers somebody. */
    BEFORE_COMMIT_OF_A_COMMAND,
    AFTER_COMMIT,
    /** It lives, and does not learn that it has committed. */
    OUTCOME_UNKNOWN,
    AFTER_SEND
  }

  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final Store store;
  private final Policy policy;
  private final Consumer<Reply> replies;
  private final Crashes crashes;
  private final List<Runnable> held = new ArrayList<>();
  private Log.Pipe pipe;
  private int life;
  private boolean up = true;
  private boolean paused;
  private boolean assigned;
  private boolean deaf;
  private @Nullable Fuse fuse;
  private boolean pausesBeforeCommit;
  private long clockOffsetNanos;
  private long lastSignNanos;
  private SteadyClock clock;
  private long seenLeaps;
  private @Nullable Lane lane;

  /** A shard as long as this process has it. */
  private static final class Lane {
    final Shard shard;
    final long epoch;
    final TreeSet<Long> unacknowledged = new TreeSet<>();

    /** What the former owner had decided ends here. */
    final long inherited;

    Store.@Nullable Turn committed;
    long commandsOffset;
    long reportsOffset;
    long sequence;
    long last;
    long nextCheckpointNanos;

    Lane(Shard shard, Store.Owned owned) {
      this.shard = shard;
      this.epoch = owned.epoch();
      this.commandsOffset = owned.commandsOffset();
      this.reportsOffset = owned.reportsOffset();
      this.sequence = owned.sequence();
      this.inherited = owned.sequence();
      this.last = owned.unsent().isEmpty() ? owned.sequence() : owned.unsent().firstKey() - 1;
    }

    long sentUpTo() {
      return unacknowledged.isEmpty() ? last : unacknowledged.first() - 1;
    }
  }

  SchedulerNode(
      Timeline timeline,
      Chance chance,
      Log log,
      Store store,
      Policy policy,
      Consumer<Reply> replies,
      Crashes crashes) {
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.store = store;
    this.policy = policy;
    this.replies = replies;
    this.crashes = crashes;
    this.pipe = log.new Pipe();
    this.clock = new SteadyClock(this::wallClock, timeline::nanos);
    later(1, this::poll);
  }

  private Instant wallClock() {
    return timeline.now().plusNanos(clockOffsetNanos);
  }

  private Instant now() {
    return clock.instant();
  }

  void jump(Duration by) {
    clockOffsetNanos += by.toNanos();
  }

  /** When its process last gave a sign of life, while it could. */
  long lastSignNanos() {
    return up && !paused ? timeline.nanos() : lastSignNanos;
  }

  boolean isAlive() {
    return up && !paused;
  }

  /** The shard is this one's, or another's. */
  void assign(boolean next) {
    assigned = next;
  }

  /** Nobody hears it, or everybody does again; it hears the others. */
  void cut(boolean unheard) {
    pipe.cut(unheard);
  }

  void killAt(Fuse point) {
    fuse = point;
  }

  void kill() {
    if (!up) {
      return;
    }
    up = false;
    life++;
    lane = null;
    fuse = null;
    held.clear();
    lastSignNanos = timeline.nanos();
    pipe.end();
    pipe = log.new Pipe();
    timeline.in(chance.between(Timeline.seconds(1), Timeline.seconds(8)), this::restart);
  }

  private void restart() {
    up = true;
    paused = false;
    deaf = false;
    clock = new SteadyClock(this::wallClock, timeline::nanos);
    seenLeaps = 0;
    later(1, this::poll);
  }

  void pause() {
    if (up && !paused) {
      paused = true;
      lastSignNanos = timeline.nanos();
    }
  }

  /** It will be paused when it is about to commit. */
  void pauseBeforeCommit() {
    pausesBeforeCommit = true;
  }

  void resume() {
    pausesBeforeCommit = false;
    if (up && paused) {
      paused = false;
      List<Runnable> waiting = List.copyOf(held);
      held.clear();
      waiting.forEach(SchedulerNode::run);
    }
  }

  private void later(int typicalMillis, Runnable step) {
    int planned = life;
    timeline.in(
        chance.delayNanos(typicalMillis),
        () -> {
          if (planned != life) {
            return;
          }
          if (paused) {
            held.add(step);
          } else {
            run(step);
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

  private void poll() {
    if (!log.isUp()) {
      // Nobody can be heard now, so nobody is taken for lost.
      deaf = true;
      later(POLL_MILLIS, this::poll);
      return;
    }
    if (!assigned) {
      lane = null;
    } else if (lane == null) {
      takeOver();
    }
    Lane owned = lane;
    if (owned == null) {
      later(200, this::poll);
      return;
    }
    if (deaf) {
      deaf = false;
      owned.shard.renewLeases(now());
    }
    long commands = log.commands().size();
    long reports = log.reports().size();
    boolean nothing = commands == owned.commandsOffset && reports == owned.reportsOffset;
    if (nothing && owned.shard.nextTurn().isAfter(now())) {
      later(POLL_MILLIS, this::poll);
      return;
    }
    decide(owned);
  }

  private void takeOver() {
    try {
      boolean dies = diesAfter(KillPoint.SHARD_TAKEN_OVER);
      Store.Owned owned = store.acquire();
      if (dies) {
        throw dead();
      }
      if (owned.decidedAt() != null) {
        clock.goOnFrom(owned.decidedAt());
      }
      Shard shard = new Shard(owned.state(), new Arns("us-east-1", "000000000000"), policy, now());
      Lane fresh = new Lane(shard, owned);
      lane = fresh;
      send(fresh, owned.unsent());
    } catch (Store.FailedException e) {
      lane = null;
    }
  }

  private void decide(Lane owned) {
    Instant now = now();
    if (clock.leaps() != seenLeaps) {
      seenLeaps = clock.leaps();
      owned.shard.renewLeases(now);
    }
    Answers answers;
    try {
      answers = new Answers(store.answers());
    } catch (Store.FailedException e) {
      lane = null;
      later(200, this::poll);
      return;
    }
    Store.Moment decided = new Store.Moment(timeline.nanos(), now, seenLeaps);
    List<Reply> gathered = new ArrayList<>();
    SortedMap<Long, Outgoing> outbox = new TreeMap<>();
    int room = chance.between(1, RECORDS_PER_POLL_MAX);
    while (room > 0 && owned.commandsOffset < log.commands().size()) {
      CommandEnvelope envelope = log.commands().get((int) owned.commandsOffset++);
      Reply.Outcome outcome = owned.shard.asked(envelope, answers, now);
      gathered.add(new Reply(envelope.correlationId(), outcome));
      render(owned, outbox);
      room--;
    }
    while (room > 0 && owned.reportsOffset < log.reports().size()) {
      owned.shard.told(log.reports().get((int) owned.reportsOffset++), now);
      render(owned, outbox);
      room--;
    }
    boolean caughtUp =
        owned.commandsOffset == log.commands().size()
            && owned.reportsOffset == log.reports().size();
    owned.shard.pass(caughtUp ? now : null, now);
    render(owned, outbox);
    Store.Turn turn =
        new Store.Turn(
            owned.epoch,
            owned.commandsOffset,
            owned.reportsOffset,
            owned.shard.takeChanges(),
            outbox,
            owned.sequence,
            owned.sentUpTo(),
            new HashMap<>(answers.fresh()),
            decided);
    boolean nothing = turn.changes().isEmpty() && outbox.isEmpty() && gathered.isEmpty();
    if (nothing && timeline.nanos() < owned.nextCheckpointNanos) {
      later(POLL_MILLIS, this::poll);
      return;
    }
    owned.nextCheckpointNanos = timeline.nanos() + CHECKPOINT_NANOS;
    later(2, () -> commit(owned, turn, gathered));
  }

  private static void render(Lane owned, SortedMap<Long, Outgoing> outbox) {
    for (Outgoing outgoing : owned.shard.takeOutgoing()) {
      outbox.put(++owned.sequence, outgoing);
    }
  }

  private void commit(Lane owned, Store.Turn turn, List<Reply> gathered) {
    if (pausesBeforeCommit) {
      pausesBeforeCommit = false;
      pause();
      held.add(() -> commit(owned, turn, gathered));
      return;
    }
    if (blows(Fuse.BEFORE_COMMIT)
        || (!gathered.isEmpty() && blows(Fuse.BEFORE_COMMIT_OF_A_COMMAND))) {
      return;
    }
    boolean dies = diesAfter(points(owned, turn, gathered));
    try {
      store.commit(turn);
      if (fuse == Fuse.OUTCOME_UNKNOWN) {
        fuse = null;
        throw new Store.FailedException("the answer was lost");
      }
    } catch (Store.FailedException e) {
      lane = null;
      later(100, this::poll);
      return;
    }
    owned.committed = turn;
    if (dies) {
      throw dead();
    }
    if (blows(Fuse.AFTER_COMMIT)) {
      return;
    }
    later(1, () -> tell(owned, turn, gathered));
  }

  private void tell(Lane owned, Store.Turn turn, List<Reply> gathered) {
    for (Reply reply : gathered) {
      boolean dies = diesAfter(KillPoint.REPLY_SENT);
      int planned = life;
      timeline.in(
          chance.delayNanos(3),
          () -> {
            replies.accept(reply);
            dieIf(dies && planned == life);
          });
    }
    send(owned, turn.outbox());
    if (!blows(Fuse.AFTER_SEND)) {
      later(POLL_MILLIS, this::poll);
    }
  }

  private void send(Lane owned, SortedMap<Long, Outgoing> records) {
    if (records.isEmpty()) {
      return;
    }
    owned.unacknowledged.addAll(records.keySet());
    owned.last = records.lastKey();
    records.forEach((sequence, record) -> {
      boolean dies = diesAfter(point(owned, sequence, record));
      int planned = life;
      pipe.send(
          () -> {
            log.append(record);
            dieIf(dies && planned == life);
          },
          () -> owned.unacknowledged.remove(sequence));
    });
  }

  // --- where it can be made to end

  private static List<KillPoint> points(Lane owned, Store.Turn turn, List<Reply> gathered) {
    Store.Turn before = owned.committed;
    List<KillPoint> points = new ArrayList<>();
    boolean changes = !turn.changes().isEmpty() || !turn.outbox().isEmpty();
    boolean told = before == null || turn.reportsOffset() > before.reportsOffset();
    if (!gathered.isEmpty()) {
      points.add(KillPoint.COMMAND_COMMITTED);
    } else if (!changes) {
      points.add(KillPoint.OFFSETS_COMMITTED);
    } else {
      points.add(told ? KillPoint.REPORT_COMMITTED : KillPoint.TIME_COMMITTED);
    }
    if (before != null && turn.sentUpTo() > before.sentUpTo()) {
      points.add(KillPoint.OUTBOX_ROWS_DELETED);
    }
    return points;
  }

  private static KillPoint point(Lane owned, long sequence, Outgoing record) {
    if (sequence <= owned.inherited) {
      return KillPoint.UNSENT_SENT;
    }
    return switch (record) {
      case Outgoing.ToRunner(Order order) ->
          switch (order) {
            case Order.Manifest manifest -> KillPoint.MANIFEST_SENT;
            case Order.StartTask start -> KillPoint.START_SENT;
            case Order.StopTask stop -> KillPoint.STOP_SENT;
            case Order.ForgetTask forget -> KillPoint.FORGET_SENT;
            case Order.RegisterAgain again -> KillPoint.REGISTER_AGAIN_SENT;
          };
      case Outgoing.Notice notice -> KillPoint.NOTICE_SENT;
      case Outgoing.TaskChanged changed -> KillPoint.EVENT_SENT;
      case Outgoing.RunnerChanged changed -> KillPoint.EVENT_SENT;
      case Outgoing.DeploymentChanged changed -> KillPoint.EVENT_SENT;
      case Outgoing.ServiceActed acted -> KillPoint.EVENT_SENT;
      case Outgoing.Routed routed -> KillPoint.ROUTE_SENT;
      case Outgoing.RouteGone gone -> KillPoint.ROUTE_SENT;
    };
  }

  private boolean diesAfter(List<KillPoint> points) {
    boolean dies = false;
    for (KillPoint point : points) {
      dies |= diesAfter(point);
    }
    return dies;
  }

  /** Ends here if it is to end before the effect; otherwise whether it is to end after it. */
  private boolean diesAfter(KillPoint point) {
    Crash.Side end = crashes.reach(point);
    if (end == Crash.Side.BEFORE) {
      throw dead();
    }
    return end == Crash.Side.AFTER;
  }

  private Killed dead() {
    dieIf(true);
    return new Killed();
  }

  private void dieIf(boolean here) {
    if (here) {
      crashes.strike();
      kill();
    }
  }

  private boolean blows(Fuse point) {
    if (fuse != point) {
      return false;
    }
    kill();
    return true;
  }
}
