package io.longshore.simulation;

import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An api's process: sends commands, hands each reply to whoever waits for it, and keeps the output
 * of containers. It repeats the order of {@code KafkaCommands}, {@code PendingReplies} and {@code
 * OutputFeed}, which belong to no core.
 */
final class Api {
  private static final long PATIENCE = Timeline.seconds(10);
  private static final long LOOK = Timeline.millis(200);
  private static final long SAVE = Timeline.seconds(1);
  private static final String OFFSET = "offset";

  private final String name;
  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final Crashes crashes;
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();
  // Its files.
  private final OutputFile file = new OutputFile();
  private final Map<String, Integer> kept = new HashMap<>();
  private Log.Pipe pipe;
  private boolean up = true;
  private int life;
  private int offset;
  private int sent;

  /** Somebody who has called, and is told one of the two. */
  private record Waiting(Consumer<Reply.Outcome> answered, Runnable failed) {}

  Api(String name, Timeline timeline, Chance chance, Log log, Crashes crashes) {
    this.name = name;
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.crashes = crashes;
    this.pipe = log.new Pipe();
    begin();
  }

  private void begin() {
    offset = file.read().getOrDefault(OFFSET, 0);
    later(LOOK, this::look);
    later(SAVE, this::save);
  }

  private void kill() {
    up = false;
    life++;
    pipe.end();
    pipe = log.new Pipe();
    // Connections break with it.
    List<Waiting> broken = new ArrayList<>(waiting.values());
    waiting.clear();
    broken.forEach(one -> timeline.in(chance.delayNanos(2), one.failed()));
    timeline.in(
        chance.between(Timeline.seconds(1), Timeline.seconds(5)),
        () -> {
          up = true;
          begin();
        });
  }

  private void later(long delayNanos, Runnable step) {
    int planned = life;
    timeline.in(
        delayNanos,
        () -> {
          if (planned == life) {
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

  private boolean diesAfter(KillPoint point) {
    Crash.Side end = crashes.reach(point);
    if (end == Crash.Side.BEFORE) {
      throw dead();
    }
    return end == Crash.Side.AFTER;
  }

  private Killed dead() {
    crashes.strike();
    kill();
    return new Killed();
  }

  private void effect(KillPoint point, Runnable what) {
    boolean dies = diesAfter(point);
    what.run();
    if (dies) {
      throw dead();
    }
  }

  /**
   * A client calls. Exactly one of the two is run.
   *
   * @param key names the call, however often it is made
   */
  void ask(Command command, String key, Consumer<Reply.Outcome> answered, Runnable failed) {
    if (!up) {
      timeline.in(chance.delayNanos(2), failed);
      return;
    }
    run(() -> send(command, key, new Waiting(answered, failed)));
  }

  private void send(Command command, String key, Waiting caller) {
    String correlation = "%s-%s-%d-%d".formatted(key, name, life, sent++);
    waiting.put(correlation, caller);
    later(
        PATIENCE,
        () -> {
          if (waiting.remove(correlation) != null) {
            caller.failed().run();
          }
        });
    CommandEnvelope envelope = new CommandEnvelope(correlation, name, key, null, key, command);
    boolean dies = diesAfter(KillPoint.COMMAND_SENT);
    int planned = life;
    pipe.send(
        () -> {
          log.append(envelope);
          if (dies && planned == life) {
            run(() -> {
              throw dead();
            });
          }
        },
        () -> {});
  }

  /** A reply has come; those nobody here waits for are passed over. */
  void replied(Reply reply) {
    if (up && waiting.containsKey(reply.correlationId())) {
      run(() -> hand(reply));
    }
  }

  private void hand(Reply reply) {
    boolean dies = diesAfter(KillPoint.REPLY_TAKEN);
    if (dies) {
      throw dead();
    }
    boolean diesLater = diesAfter(KillPoint.RESPONSE_SENT);
    Waiting caller = waiting.remove(reply.correlationId());
    if (caller != null) {
      timeline.in(chance.delayNanos(2), () -> caller.answered().accept(reply.outcome()));
    }
    if (diesLater) {
      throw dead();
    }
  }

  // --- output

  private void look() {
    List<Log.Lines> output = log.output();
    while (offset < output.size()) {
      Log.Lines lines = output.get(offset);
      effect(KillPoint.OUTPUT_LINES_KEPT, () -> keep(lines));
      offset++;
    }
    later(LOOK, this::look);
  }

  /** Lines that are there already are known by their positions. */
  private void keep(Log.Lines lines) {
    int last = kept.getOrDefault(lines.container(), 0);
    if (lines.first() > last + 1) {
      throw new Violation(
          "A2 output is kept",
          "of %s, line %d comes after line %d".formatted(lines.container(), lines.first(), last));
    }
    kept.merge(lines.container(), lines.last(), Math::max);
  }

  private void save() {
    if (file.read().getOrDefault(OFFSET, 0) != offset) {
      effect(KillPoint.OUTPUT_OFFSET_KEPT, () -> file.save(Map.of(OFFSET, offset)));
    }
    later(SAVE, this::save);
  }

  /** How many lines of each container it has. */
  Map<String, Integer> kept() {
    return kept;
  }
}
