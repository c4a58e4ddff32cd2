package io.longshore.simulation;

import io.longshore.messages.ClusterName;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.RunnerId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One host: its engine, its clock, its wire, and its runner's process, which can be paused and
 * killed. The host can be cut off, rebooted and lost.
 */
final class Host {
  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final Truth truth;
  private final Crashes crashes;
  private final Place place;
  private final SimEngine engine;
  private final @Nullable OutputFile outputFile;
  private RunnerId runner;
  private boolean idIsKept;
  private int idsDrawn;
  private int lives;
  // What of its past it takes a runner to put right, once it can.
  private static final long PUTS_RIGHT = Timeline.seconds(15);

  private boolean dead;
  private boolean paused;
  private boolean hangs;
  private long excusedUntilNanos;
  private boolean deaf;
  private boolean unheard;
  private long clockOffsetNanos;
  private @Nullable RunnerNode process;

  /**
   * What a host is.
   *
   * @param thorough whether its engine pulls images, keeps what tasks have in common, and has
   *     output of its containers
   * @param cards what is written on containers, of all hosts of a history
   */
  record Place(
      int number, ClusterName cluster, HostResources resources, boolean thorough, Cards cards) {}

  Host(Timeline timeline, Chance chance, Log log, Truth truth, Crashes crashes, Place place) {
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.truth = truth;
    this.crashes = crashes;
    this.place = place;
    this.runner = new RunnerId(Ids.derive("host", Integer.toString(place.number())));
    this.engine =
        new SimEngine(timeline, chance.fork(), truth, "host-" + place.number(), place.cards());
    this.outputFile = place.thorough() ? new OutputFile() : null;
    if (place.thorough()) {
      engine.beThorough(log::arrived);
    }
    truth.excuses("host-" + place.number(), this::isExcused);
    timeline.in(chance.delayNanos(100), this::start);
  }

  RunnerId runner() {
    return runner;
  }

  ClusterName cluster() {
    return place.cluster();
  }

  HostResources resources() {
    return place.resources();
  }

  /** Null where nobody looks at the output of containers. */
  @Nullable OutputFile outputFile() {
    return outputFile;
  }

  SimEngine engine() {
    return engine;
  }

  /** Whether its runner cannot do anything about what runs there, or could not a moment ago. */
  private boolean isExcused() {
    return process == null || paused || hangs || timeline.nanos() < excusedUntilNanos;
  }

  private void excuse() {
    excusedUntilNanos = timeline.nanos() + PUTS_RIGHT;
  }

  // --- what befalls it

  void hang(boolean next) {
    hangs = next;
    engine.set(!next);
    excuse();
  }

  /** That something has arrived is heard late. */
  void late(long nanos) {
    RunnerNode running = process;
    if (running != null) {
      running.late(nanos);
    }
  }

  void jump(Duration by) {
    clockOffsetNanos += by.toNanos();
  }

  void cutOff(boolean hearsNothing, boolean notHeard) {
    deaf = hearsNothing;
    hear();
    unheard = notHeard;
    RunnerNode running = process;
    if (running != null) {
      running.cut(notHeard);
    }
  }

  /** Whether orders do not get here. */
  boolean isDeaf() {
    return deaf;
  }

  /** There may be orders to be read. */
  private void hear() {
    RunnerNode running = process;
    if (running != null) {
      running.hear();
    }
  }

  void kill() {
    RunnerNode running = process;
    if (running != null) {
      running.end();
      process = null;
      timeline.in(chance.between(Timeline.seconds(1), Timeline.seconds(15)), this::start);
    }
  }

  /** What its process sends from now on is held up on the way, and not what the next one sends. */
  void holdUp() {
    RunnerNode running = process;
    if (running != null) {
      running.cut(true);
    }
  }

  /** Its process is killed; what it had sent arrives when another one may be there already. */
  void killHeldUp(long arrivesInNanos) {
    RunnerNode running = process;
    if (running != null) {
      running.endLate(arrivesInNanos);
      kill();
    }
  }

  void reboot() {
    kill();
    engine.powerCut();
  }

  /** While its process is down, somebody removes whatever is known to run. */
  void loseContainers() {
    kill();
    engine.removeAll(truth::isRecordedRunning);
  }

  /** It does not come back. */
  void die() {
    dead = true;
    reboot();
  }

  boolean isDead() {
    return dead;
  }

  /** Whether it has a cluster to lend itself to, and is not lost. */
  boolean isThere() {
    return !dead && !log.isGone(place.cluster());
  }

  // --- its process

  void pause() {
    paused = true;
    RunnerNode running = process;
    if (running != null) {
      running.pause();
    }
  }

  void resume() {
    paused = false;
    excuse();
    RunnerNode running = process;
    if (running != null) {
      running.resume();
    }
  }

  Instant wallClock() {
    return timeline.now().plusNanos(clockOffsetNanos);
  }

  private void start() {
    if (process != null || dead || !knowsItsId()) {
      return;
    }
    excuse();
    String incarnation = place.number() + "-" + ++lives;
    RunnerNode fresh = new RunnerNode(this, timeline, chance, log, truth, crashes, incarnation);
    fresh.cut(unheard);
    process = fresh;
    fresh.begin();
  }

  /** The id is drawn at the first start, and kept before anything is done under it. */
  private boolean knowsItsId() {
    if (idIsKept) {
      return true;
    }
    String number = Integer.toString(place.number());
    runner =
        new RunnerId(Ids.derive("host", idsDrawn == 0 ? number : number + " again " + idsDrawn));
    idsDrawn++;
    Crash.Side end = crashes.reach(KillPoint.HOST_ID_KEPT);
    idIsKept = end != Crash.Side.BEFORE;
    if (idIsKept) {
      log.reading(runner, this::hear);
    }
    if (end != null) {
      crashes.strike();
      timeline.in(Timeline.seconds(1), this::start);
    }
    return end == null;
  }
}
