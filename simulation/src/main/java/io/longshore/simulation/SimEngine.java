package io.longshore.simulation;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.core.Commons;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a container engine is to its host's runner. What is done here is the truth the checker holds
 * everything against. What a container does, the first word of its command says:
 *
 * <ul>
 *   <li>{@code serve}: runs until it is stopped, or until an accident while there are any
 *   <li>{@code run MILLIS CODE}: ends by itself
 *   <li>{@code crash}: ends at once
 *   <li>{@code unstartable}: is created and not started
 * </ul>
 */
final class SimEngine {
  private final Timeline timeline;
  private final Chance chance;
  private final Truth truth;
  private final String host;
  private final Cards cards;
  private final Map<String, Container> containers = new LinkedHashMap<>();
  private BiConsumer<TaskId, Sighting> watcher = (task, sighting) -> {};
  private boolean answers = true;
  private int lostEventsPercent;
  private int lostAnswersPercent;
  private final Set<String> crashing = new HashSet<>();
  private int made;
  // What only thorough hosts have.
  private @Nullable Set<String> images;
  private final Set<TaskId> commons = new LinkedHashSet<>();
  private final Map<String, Integer> written = new LinkedHashMap<>();
  private ToIntFunction<String> arrived = container -> Integer.MAX_VALUE;

  /** A container, as it really is. */
  private static final class Container {
    final TaskId task;
    final ContainerSpec spec;
    final TaskAssignment assignment;
    final String id;
    Sighting.Phase phase = Sighting.Phase.CREATED;
    @Nullable Integer exitCode;
    @Nullable Instant startedAt;
    @Nullable Instant finishedAt;

    Container(TaskAssignment assignment, ContainerSpec spec, String id) {
      this.task = assignment.task();
      this.spec = spec;
      this.assignment = assignment;
      this.id = id;
    }

    Sighting sighting() {
      return new Sighting(
          spec.name(), id, phase, exitCode, false, startedAt, finishedAt, null, List.of());
    }
  }

  SimEngine(Timeline timeline, Chance chance, Truth truth, String host, Cards cards) {
    this.timeline = timeline;
    this.chance = chance;
    this.truth = truth;
    this.host = host;
    this.cards = cards;
  }

  /** Who hears of ends; only one at a time. */
  void watch(BiConsumer<TaskId, Sighting> next) {
    watcher = next;
  }

  /**
   * Images have to be pulled, and what containers write is to be kept.
   *
   * @param next how many lines of a container have arrived where they are kept
   */
  void beThorough(ToIntFunction<String> next) {
    images = new HashSet<>();
    arrived = next;
  }

  void set(boolean nextAnswers) {
    answers = nextAnswers;
  }

  void lose(int eventsPercent, int answersPercent) {
    lostEventsPercent = eventsPercent;
    lostAnswersPercent = answersPercent;
  }

  Sighting create(TaskAssignment assignment, ContainerSpec spec) throws EngineException {
    asked();
    String key = key(assignment.task(), spec.name());
    Container there = containers.get(key);
    if (there == null) {
      if (images != null && !images.contains(spec.imageToRun())) {
        throw new EngineException(Problem.IMAGE_MISSING, "no such image");
      }
      if (Commons.has(assignment.spec())) {
        commons.add(assignment.task());
      }
      there = new Container(assignment, spec, host + "-" + made++);
      containers.put(key, there);
      truth.created(assignment.task(), spec.name());
    }
    return answered(there.sighting());
  }

  Sighting start(TaskId task, String name) throws EngineException {
    asked();
    Container container = containers.get(key(task, name));
    if (container == null) {
      throw EngineException.refused("no such container");
    }
    if (word(container).equals("unstartable")) {
      throw EngineException.refused("no such program");
    }
    if (container.phase == Sighting.Phase.CREATED) {
      container.phase = Sighting.Phase.RUNNING;
      container.startedAt = timeline.now();
      truth.started(host, container.task, name);
      live(container);
    }
    return answered(container.sighting());
  }

  /** Starts a container again that has ended. */
  Sighting restart(TaskId task, String name) throws EngineException {
    asked();
    Container container = containers.get(key(task, name));
    if (container == null) {
      throw EngineException.refused("no such container");
    }
    if (container.phase == Sighting.Phase.EXITED) {
      truth.restarted(task, name);
      container.phase = Sighting.Phase.RUNNING;
      container.exitCode = null;
      container.finishedAt = null;
      container.startedAt = timeline.now();
      live(container);
    }
    return answered(container.sighting());
  }

  void pull(String image) throws EngineException {
    asked();
    if (images != null) {
      images.add(image);
    }
  }

  /** What the containers of a task had in common goes. */
  void release(TaskId task) throws EngineException {
    asked();
    commons.remove(task);
  }

  /** What belongs to no container belongs to nobody: a runner that begins removes it. */
  void sweep() {
    commons.retainAll(tasksWithContainers());
  }

  /** The tasks of whose containers something is left that they had in common. */
  Set<TaskId> commons() {
    return commons;
  }

  /** How many lines each container has written, also of those that are gone. */
  Map<String, Integer> written() {
    return written;
  }

  private void write(Container container) {
    if (images != null) {
      written.merge(key(container.task, container.spec.name()), 1, Integer::sum);
    }
  }

  private void live(Container container) {
    write(container);
    boolean crashes = crashing.contains(family(container));
    switch (crashes ? "crash" : word(container)) {
      case "run" -> {
        List<String> command = container.spec.command();
        timeline.in(
            Timeline.millis(Long.parseLong(command.get(1))),
            () -> end(container, Integer.parseInt(command.get(2))));
      }
      case "crash" -> timeline.in(Timeline.millis(50), () -> end(container, 1));
      default -> {}
    }
  }

  /**
   * From now on, or not any more, all containers of a family's tasks end: those that run now, and
   * each one at its start.
   */
  void crash(String family, boolean crash) {
    if (!crash) {
      crashing.remove(family);
      return;
    }
    crashing.add(family);
    for (Container container : List.copyOf(containers.values())) {
      if (family(container).equals(family)) {
        end(container, 1);
      }
    }
  }

  private static String family(Container container) {
    return container.assignment.spec().definition().family();
  }

  private static String word(Container container) {
    List<String> command = container.spec.command();
    return command.isEmpty() ? "serve" : command.getFirst();
  }

  @Nullable Sighting stop(TaskId task, String name) throws EngineException {
    asked();
    Container container = containers.get(key(task, name));
    if (container == null) {
      return null;
    }
    truth.stopped(container.task);
    if (container.phase == Sighting.Phase.RUNNING) {
      end(container, 143);
    } else if (container.phase == Sighting.Phase.CREATED) {
      container.phase = Sighting.Phase.EXITED;
    }
    return answered(container.sighting());
  }

  void remove(TaskId task, String name) throws EngineException {
    asked();
    String key = key(task, name);
    Container container = containers.get(key);
    if (container != null && container.phase == Sighting.Phase.RUNNING) {
      throw new EngineException(Problem.UNREACHABLE, "it runs");
    }
    containers.remove(key);
    truth.removed(task);
    int lines = written.getOrDefault(key, 0);
    if (arrived.applyAsInt(key) < lines) {
      throw new Violation(
          "A2 output is kept",
          "container %s of task %s goes before its %d lines have arrived"
              .formatted(name, task, lines));
    }
  }

  /** By task, and then by container. */
  Map<TaskId, Map<String, Sighting>> list() throws EngineException {
    asked();
    Map<TaskId, Map<String, Sighting>> found = new LinkedHashMap<>();
    for (Container container : containers.values()) {
      found
          .computeIfAbsent(container.task, task -> new LinkedHashMap<>())
          .put(container.spec.name(), container.sighting());
    }
    return found;
  }

  /** What is written on the containers of a task; null if there are none any more. */
  @Nullable TaskAssignment card(TaskId task) {
    for (Container container : containers.values()) {
      if (container.task.equals(task)) {
        return cards.read(container.assignment);
      }
    }
    return null;
  }

  boolean runs(TaskId task) {
    for (Container container : containers.values()) {
      if (container.task.equals(task) && container.phase == Sighting.Phase.RUNNING) {
        return true;
      }
    }
    return false;
  }

  Set<TaskId> tasksWithContainers() {
    Set<TaskId> tasks = new LinkedHashSet<>();
    for (Container container : containers.values()) {
      tasks.add(container.task);
    }
    return tasks;
  }

  /** One of the running containers ends by accident; nothing if none runs. */
  void accident(Chance at) {
    List<Container> running =
        containers.values().stream().filter(c -> c.phase == Sighting.Phase.RUNNING).toList();
    if (!running.isEmpty()) {
      end(at.of(running), 137);
    }
  }

  /** Somebody removes a container by hand, of one of these tasks. */
  void removal(Chance at, Predicate<TaskId> ofTask) {
    List<Container> candidates =
        containers.values().stream().filter(container -> ofTask.test(container.task)).toList();
    if (!candidates.isEmpty()) {
      Container victim = at.of(candidates);
      end(victim, 137);
      containers.remove(key(victim.task, victim.spec.name()));
    }
  }

  /** The host's power is cut: every container ends, and nobody hears of it. */
  void powerCut() {
    watcher = (task, sighting) -> {};
    for (Container container : List.copyOf(containers.values())) {
      if (container.phase == Sighting.Phase.RUNNING) {
        end(container, 255);
      }
    }
  }

  /** Somebody removes the containers of all these tasks by hand. */
  void removeAll(Predicate<TaskId> ofTask) {
    for (Container container : List.copyOf(containers.values())) {
      if (ofTask.test(container.task)) {
        end(container, 137);
        containers.remove(key(container.task, container.spec.name()));
      }
    }
  }

  private void end(Container container, int code) {
    if (container.phase != Sighting.Phase.RUNNING) {
      return;
    }
    container.phase = Sighting.Phase.EXITED;
    container.exitCode = code;
    container.finishedAt = timeline.now();
    write(container);
    truth.ended(host, container.task, container.spec, code);
    if (answers && !chance.percent(lostEventsPercent)) {
      Sighting sighting = container.sighting();
      BiConsumer<TaskId, Sighting> listening = watcher;
      timeline.in(chance.delayNanos(2), () -> listening.accept(container.task, sighting));
    }
  }

  private void asked() throws EngineException {
    if (!answers) {
      throw new EngineException(Problem.UNREACHABLE, "the engine does not answer");
    }
  }

  /** It was done; whether anybody learns of it is another matter. */
  private Sighting answered(Sighting sighting) throws EngineException {
    if (chance.percent(lostAnswersPercent)) {
      throw new EngineException(Problem.UNREACHABLE, "the answer was lost");
    }
    return sighting;
  }

  static String key(TaskId task, String name) {
    return task + "/" + name;
  }
}
