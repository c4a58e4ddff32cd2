package io.longshore.simulation;

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
  private final int number;
  private final RunnerId runner;
  private final SimEngine engine;
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

  Host(Timeline timeline, Chance chance, Log log, Truth truth, int number) {
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.truth = truth;
    this.number = number;
    this.runner = new RunnerId(Ids.derive("host", Integer.toString(number)));
    this.engine = new SimEngine(timeline, chance.fork(), truth, "host-" + number);
    log.reading(runner, this::hear);
    truth.excuses("host-" + number, this::isExcused);
    timeline.in(chance.delayNanos(100), this::start);
  }

  RunnerId runner() {
    return runner;
  }

  int number() {
    return number;
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
    if (process != null || dead) {
      return;
    }
    excuse();
    RunnerNode fresh = new RunnerNode(this, timeline, chance, log, truth, number + "-" + ++lives);
    fresh.cut(unheard);
    process = fresh;
    fresh.begin();
  }
}
