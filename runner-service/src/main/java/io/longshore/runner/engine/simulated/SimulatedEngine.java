package io.longshore.runner.engine.simulated;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.Ids;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.OutputLine;
import io.longshore.messages.PortMapping;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Card;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import io.longshore.runner.engine.Found;
import io.longshore.runner.engine.Lines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Containers that exist only in memory. A container says by its own environment what becomes of it:
 *
 * <ul>
 *   <li>{@code LONGSHORE_SIMULATED_EXIT_AFTER_MS}: ends that long after its start; without it, it
 *       runs until it is stopped
 *   <li>{@code LONGSHORE_SIMULATED_EXIT_CODE}: with this exit code; 0 without it
 *   <li>{@code LONGSHORE_SIMULATED_HEALTHY_AFTER_MS}: its health check, if its definition has one,
 *       passes that long after its start; at once without it
 *   <li>{@code LONGSHORE_SIMULATED_UNHEALTHY_AFTER_MS}: fails from then on; never without it
 *   <li>{@code LONGSHORE_SIMULATED_LINES}: writes that many lines at each start; none without it
 *   <li>{@code LONGSHORE_SIMULATED_IGNORE_STOP=true}: ends only when it is killed
 *   <li>{@code LONGSHORE_SIMULATED_FAIL=pull|create|start|restart}: that step is refused
 * </ul>
 *
 * <p>The engine as a whole misbehaves by its {@link Faults}.
 */
public final class SimulatedEngine implements Engine {
  static final String PREFIX = "LONGSHORE_SIMULATED_";
  private static final int FIRST_DYNAMIC_PORT = 49153;
  private static final int KILLED = 137;
  // Only for one that vanishes, of which nobody is told.
  private static final Duration OUTPUT_LOOK = Duration.ofSeconds(10);

  /** Switches for tests; may be turned at any time. */
  public static final class Faults {
    /** Answers nothing. */
    public volatile boolean unreachable;

    /** Tells nothing of what happens; lists are right. */
    public volatile boolean losesEvents;

    /** Has no image until it is pulled. */
    public volatile boolean imagesMissing;

    /** How long creating and starting take. */
    public volatile Duration slowness = Duration.ZERO;
  }

  private static final class Box {
    final RunnerId runner;
    final TaskId task;
    final String card;
    final ContainerSpec spec;
    final List<NetworkBinding> bindings;
    final List<OutputLine> output = new ArrayList<>();
    Sighting sighting;
    int runs;

    Box(
        RunnerId runner,
        TaskAssignment assignment,
        ContainerSpec spec,
        List<NetworkBinding> bindings,
        Sighting sighting) {
      this.runner = runner;
      this.task = assignment.task();
      this.card = Card.write(assignment);
      this.spec = spec;
      this.bindings = bindings;
      this.sighting = sighting;
    }
  }

  private final Faults faults = new Faults();
  private final Map<String, Box> boxes = new LinkedHashMap<>();

  /** What those wait for who follow output. */
  private CountDownLatch news = new CountDownLatch(1);

  private final Set<String> images = new HashSet<>();
  private final Set<String> unpullable = new HashSet<>();
  private final ScheduledExecutorService time =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("simulated-engine").factory());
  private final List<Listener> listeners = new ArrayList<>();
  private int nextPort = FIRST_DYNAMIC_PORT;
  private int creations;
  private int lists;

  public Faults faults() {
    return faults;
  }

  /** How many containers have been created so far. */
  public synchronized int creations() {
    return creations;
  }

  /** How many times it has told what it has. */
  public synchronized int lists() {
    return lists;
  }

  @Override
  public EngineInfo info() throws EngineException {
    answering();
    return EngineInfo.ofThisMachine("simulated", "1");
  }

  @Override
  public boolean pullsFirst() {
    return false;
  }

  @Override
  public void pull(String image) throws EngineException {
    answering();
    synchronized (this) {
      if (unpullable.contains(image)) {
        throw EngineException.refused("no such image: " + image);
      }
      images.add(image);
    }
  }

  @Override
  public Sighting create(RunnerId runner, TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    answering();
    fail(spec, "create");
    pause();
    String id = Ids.derive("simulated", assignment.task().value(), spec.name());
    synchronized (this) {
      Box known = boxes.get(id);
      if (known != null) {
        return known.sighting;
      }
      if ("pull".equals(setting(spec, "FAIL")) || spec.image().contains("no-such")) {
        unpullable.add(spec.image());
        throw new EngineException(Problem.IMAGE_MISSING, "no such image: " + spec.image());
      }
      if (faults.imagesMissing && !images.contains(spec.image())) {
        throw new EngineException(Problem.IMAGE_MISSING, "no such image: " + spec.image());
      }
      creations++;
      Sighting created = Sighting.created(spec.name(), id);
      boxes.put(id, new Box(runner, assignment, spec, bind(spec), created));
      return created;
    }
  }

  private List<NetworkBinding> bind(ContainerSpec spec) {
    List<NetworkBinding> bindings = new ArrayList<>();
    for (PortMapping mapping : spec.portMappings()) {
      int port = mapping.hostPort() == 0 ? nextPort++ : mapping.hostPort();
      bindings.add(
          new NetworkBinding("0.0.0.0", mapping.containerPort(), port, mapping.protocol()));
    }
    return bindings;
  }

  @Override
  public Sighting start(TaskId task, String container, String runtimeId) throws EngineException {
    answering();
    pause();
    Box box = box(runtimeId);
    if (box == null) {
      throw EngineException.refused("no such container: " + runtimeId);
    }
    fail(box.spec, "start");
    synchronized (this) {
      if (box.sighting.phase() != Sighting.Phase.CREATED) {
        return box.sighting;
      }
      return begin(box);
    }
  }

  @Override
  public Sighting restart(TaskId task, String container, String runtimeId) throws EngineException {
    answering();
    pause();
    Box box = box(runtimeId);
    if (box == null) {
      throw EngineException.refused("no such container: " + runtimeId);
    }
    fail(box.spec, "restart");
    synchronized (this) {
      return box.sighting.phase() == Sighting.Phase.EXITED ? begin(box) : box.sighting;
    }
  }

  private synchronized Sighting begin(Box box) {
    int run = ++box.runs;
    box.sighting =
        Sighting.running(box.spec.name(), box.sighting.runtimeId())
            .bound(box.bindings)
            .started(Instant.now());
    int lines = Integer.parseInt(settingOr(box.spec, "LINES", "0"));
    for (int i = 1; i <= lines; i++) {
      long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
      box.output.add(new OutputLine(box.output.size() + 1, now, false, "line " + i));
    }
    tellFollowers();
    if (box.spec.ordering().healthCheck() != null) {
      box.sighting = box.sighting.healthy(HealthStatus.UNKNOWN);
      later(box, run, "HEALTHY_AFTER_MS", "0", () -> health(box, HealthStatus.HEALTHY));
      later(box, run, "UNHEALTHY_AFTER_MS", null, () -> health(box, HealthStatus.UNHEALTHY));
    }
    int code = Integer.parseInt(settingOr(box.spec, "EXIT_CODE", "0"));
    later(box, run, "EXIT_AFTER_MS", null, () -> exit(box, code));
    return box.sighting;
  }

  /** After as many milliseconds as the container says, unless it is in another run by then. */
  private void later(Box box, int run, String name, @Nullable String otherwise, Runnable then) {
    String after = setting(box.spec, name);
    String millis = after == null ? otherwise : after;
    if (millis != null) {
      var _ =
          time.schedule(
              () -> {
                if (isInRun(box, run)) {
                  then.run();
                }
              },
              Long.parseLong(millis),
              TimeUnit.MILLISECONDS);
    }
  }

  private synchronized boolean isInRun(Box box, int run) {
    return box.runs == run;
  }

  private void health(Box box, HealthStatus status) {
    synchronized (this) {
      if (box.sighting.phase() != Sighting.Phase.RUNNING) {
        return;
      }
      box.sighting = box.sighting.healthy(status);
    }
    tell(box);
  }

  @Override
  public @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException {
    answering();
    Box box = box(runtimeId);
    if (box == null) {
      return null;
    }
    if (Boolean.parseBoolean(settingOr(box.spec, "IGNORE_STOP", "false"))) {
      sleep(patience);
      exit(box, KILLED);
    } else {
      exit(box, 143);
    }
    synchronized (this) {
      return box.sighting;
    }
  }

  @Override
  public void output(
      TaskId task, String container, String runtimeId, long after, boolean follow, Lines lines)
      throws EngineException, InterruptedException {
    long reached = after;
    while (true) {
      answering();
      List<OutputLine> more;
      CountDownLatch awaited;
      synchronized (this) {
        awaited = news;
        Box box = boxes.get(runtimeId);
        boolean goesOn = follow && box != null && box.sighting.phase() == Sighting.Phase.RUNNING;
        more =
            box == null
                ? List.of()
                : List.copyOf(box.output)
                    .subList((int) Math.min(reached, box.output.size()), box.output.size());
        if (more.isEmpty() && !goesOn) {
          return;
        }
      }
      if (more.isEmpty()) {
        // Not by Object.wait: virtual threads that wait there were seen to keep their carriers, and
        // two of them, on two cores, every other virtual thread from running.
        awaited.await(OUTPUT_LOOK.toMillis(), TimeUnit.MILLISECONDS);
      }
      for (OutputLine line : more) {
        lines.line(line);
        reached = line.position();
      }
    }
  }

  @Override
  public synchronized void remove(TaskId task, String container, String runtimeId)
      throws EngineException {
    answering();
    Box box = boxes.get(runtimeId);
    if (box != null && box.sighting.phase() == Sighting.Phase.RUNNING) {
      throw EngineException.refused("the container runs: " + runtimeId);
    }
    boxes.remove(runtimeId);
  }

  @Override
  public void release(TaskAssignment assignment) throws EngineException {
    answering();
  }

  @Override
  public synchronized List<Found> list() throws EngineException {
    answering();
    lists++;
    return boxes.values().stream()
        .map(box -> new Found(box.runner, box.task, box.card, box.sighting))
        .toList();
  }

  @Override
  public void watch(Listener listener) {
    synchronized (listeners) {
      listeners.add(listener);
    }
  }

  /** A container ends by itself, as if its process had exited. */
  public void crash(String runtimeId, int exitCode) {
    Box box = box(runtimeId);
    if (box != null) {
      exit(box, exitCode);
    }
  }

  /** A container vanishes, as if somebody had removed it by hand. */
  public synchronized void vanish(String runtimeId) {
    boxes.remove(runtimeId);
  }

  private void exit(Box box, int code) {
    synchronized (this) {
      if (box.sighting.phase() != Sighting.Phase.RUNNING) {
        return;
      }
      box.sighting =
          Sighting.exited(box.spec.name(), box.sighting.runtimeId(), code)
              .bound(box.bindings)
              .healthy(box.sighting.health())
              .ended(Instant.now(), false);
      tellFollowers();
    }
    tell(box);
  }

  /** Something has been written, or has ended. */
  private synchronized void tellFollowers() {
    news.countDown();
    news = new CountDownLatch(1);
  }

  private void tell(Box box) {
    if (!faults.losesEvents && !faults.unreachable) {
      synchronized (listeners) {
        listeners.forEach(listener -> listener.seen(box.task, box.sighting));
      }
    }
  }

  private synchronized @Nullable Box box(String runtimeId) {
    return boxes.get(runtimeId);
  }

  private void answering() throws EngineException {
    if (faults.unreachable) {
      throw new EngineException(Problem.UNREACHABLE, "the simulated engine does not answer");
    }
  }

  private void pause() {
    if (!faults.slowness.isZero()) {
      sleep(faults.slowness);
    }
  }

  private static void sleep(Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void fail(ContainerSpec spec, String step) throws EngineException {
    if (step.equals(setting(spec, "FAIL"))) {
      throw EngineException.refused("told to fail at " + step);
    }
  }

  private static @Nullable String setting(ContainerSpec spec, String name) {
    return spec.environment().get(PREFIX + name);
  }

  private static String settingOr(ContainerSpec spec, String name, String otherwise) {
    return spec.environment().getOrDefault(PREFIX + name, otherwise);
  }

  @Override
  public void close() {
    time.shutdownNow();
  }
}
