package io.longshore.simulation;

import io.longshore.messages.TaskId;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a runner's process does with what its containers write: it sends it, notes how far it has
 * come, and removes no container before all has arrived. It repeats the order of the runner's
 * {@code Outputs}, {@code OutputFollower} and {@code OutputPositions}, which belong to no core.
 */
final class RunnerOutput {
  private static final long LOOK = Timeline.millis(200);
  private static final long SAVE = Timeline.seconds(1);

  private final RunnerNode process;
  private final SimEngine engine;
  private final Log log;
  private final OutputFile file;
  private final Set<String> followed = new LinkedHashSet<>();
  private final Set<String> underWay = new LinkedHashSet<>();
  private final Map<String, Integer> positions;
  private boolean changed;

  RunnerOutput(RunnerNode process, SimEngine engine, Log log, OutputFile file) {
    this.process = process;
    this.engine = engine;
    this.log = log;
    this.file = file;
    this.positions = file.read();
  }

  void begin() {
    process.later(LOOK, this::look);
    process.later(SAVE, this::save);
  }

  /** Takes up what was started before this process. */
  void listed(Map<TaskId, Map<String, Sighting>> found) {
    found.forEach((task, containers) ->
        containers.keySet().forEach(name -> followed.add(SimEngine.key(task, name))));
  }

  /** A call to the engine was answered. */
  void called(TaskId task, Step.Call call) {
    String container = SimEngine.key(task, call.container());
    if (call instanceof Step.Start || call instanceof Step.Restart) {
      followed.add(container);
    } else if (call instanceof Step.Remove) {
      followed.remove(container);
      changed |= positions.remove(container) != null;
    }
  }

  /** Whether something the container wrote has not arrived. It is read once more for that. */
  boolean isUnderWay(TaskId task, String name) {
    String container = SimEngine.key(task, name);
    followed.add(container);
    return written(container) > reached(container);
  }

  private int written(String container) {
    return engine.written().getOrDefault(container, 0);
  }

  private int reached(String container) {
    return positions.getOrDefault(container, 0);
  }

  private void look() {
    for (String container : followed) {
      int last = written(container);
      int reached = reached(container);
      if (last > reached && underWay.add(container)) {
        send(new Log.Lines(container, reached + 1, last));
      }
    }
    process.later(LOOK, this::look);
  }

  private void send(Log.Lines lines) {
    boolean dies = process.diesAfter(KillPoint.OUTPUT_SENT);
    process
        .pipe()
        .send(
            () -> {
              log.append(lines);
              process.dieIf(dies);
            },
            () -> {
              underWay.remove(lines.container());
              positions.put(lines.container(), lines.last());
              changed = true;
            });
  }

  private void save() {
    if (changed) {
      changed = false;
      process.effect(KillPoint.OUTPUT_POSITIONS_KEPT, () -> file.save(positions));
    }
    process.later(SAVE, this::save);
  }
}
