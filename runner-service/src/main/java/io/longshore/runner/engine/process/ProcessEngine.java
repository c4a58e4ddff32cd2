package io.longshore.runner.engine.process;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.NetworkBinding;
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
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Plain processes where there is no engine. Entry point and command are run as they are, with the
 * container's environment, working directory and output kept in a file; image, user, memory and cpu
 * are of no effect, as are names, privileges and limits, and ports are the host's own. Mounts and
 * links are refused. Each process runs under a {@link Shim} and outlives the runner.
 */
public final class ProcessEngine implements Engine {
  private static final Logger LOG = Logger.getLogger(ProcessEngine.class);
  private static final Duration DEATH_AFTER_KILL = Duration.ofSeconds(10);
  // What a process needs of this host to find programs and its user's files; nothing else leaks in.
  private static final List<String> INHERITED =
      List.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "TZ");
  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

  private final String host;
  private final Path processes;
  private final Path logs;
  private final Set<String> watched = ConcurrentHashMap.newKeySet();
  private final ProcessHealth health = new ProcessHealth(this::tellHealth);
  private volatile @Nullable Listener listener;

  /**
   * @param data an absolute directory of the runner's own; made if missing
   */
  public ProcessEngine(String host, Path data) throws IOException {
    this.host = host;
    this.processes = Files.createDirectories(data.resolve("processes"));
    this.logs = Files.createDirectories(data.resolve("logs"));
  }

  @Override
  public EngineInfo info() {
    return EngineInfo.ofThisMachine("process", System.getProperty("os.version", "unknown"));
  }

  @Override
  public boolean pullsFirst() {
    return false;
  }

  /** There are no images: a process is what is on the host. */
  @Override
  public void pull(String image) {
    LOG.debugf("No image is pulled for processes: %s", image);
  }

  @Override
  public Sighting create(RunnerId runner, TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    ProcessFiles files = ProcessFiles.of(processes, assignment.task(), spec.name());
    ProcessRecord known = files.record();
    if (known != null) {
      return files.sighting(known);
    }
    List<String> command = Shim.command(spec);
    if (command.isEmpty()) {
      throw EngineException.refused(
          "the process driver has no images: it needs an entryPoint or a command");
    }
    refuseWhatNeedsContainers(spec);
    String directory =
        spec.workingDirectory() == null
            ? System.getProperty("user.dir", "/")
            : spec.workingDirectory();
    ProcessRecord record =
        new ProcessRecord(
            host,
            runner,
            assignment.task(),
            spec.name(),
            Card.write(assignment),
            command.getFirst(),
            directory,
            bindings(spec));
    Path log = logFile(assignment.task(), spec.name());
    makeDirectory(log.getParent());
    files.create(
        record,
        Shim.script(files.directory().toString(), directory, log.toString(), spec),
        Shim.probe(directory, spec));
    return Sighting.created(spec.name(), files.id());
  }

  /** A program that does not find its files or its neighbour would fail in stranger ways. */
  private static void refuseWhatNeedsContainers(ContainerSpec spec) throws EngineException {
    ContainerStorage storage = spec.storage();
    if (!storage.mountPoints().isEmpty()
        || !storage.volumesFrom().isEmpty()
        || !storage.tmpfs().isEmpty()) {
      throw EngineException.refused(
          "the process driver has no mounts: mountPoints, volumesFrom and tmpfs need a Docker engine");
    }
    if (!spec.networking().links().isEmpty()) {
      throw EngineException.refused(
          "the process driver has no networks: links need a Docker engine");
    }
  }

  private static List<NetworkBinding> bindings(ContainerSpec spec) {
    return spec.portMappings().stream()
        .map(port ->
            new NetworkBinding(
                "0.0.0.0", port.containerPort(), port.containerPort(), port.protocol()))
        .toList();
  }

  /** Where the output of a container goes. */
  public Path logFile(TaskId task, String container) {
    return logs.resolve(task.value()).resolve(container + ".log");
  }

  private static void makeDirectory(@Nullable Path directory) throws EngineException {
    try {
      if (directory != null) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new EngineException(Problem.REFUSED, "cannot make " + directory + ": " + e, e);
    }
  }

  @Override
  public Sighting start(TaskId task, String container, String runtimeId) throws EngineException {
    ProcessFiles files = ProcessFiles.of(processes, task, container);
    ProcessRecord record = files.record();
    if (record == null) {
      throw EngineException.refused("there is no such process: " + runtimeId);
    }
    requireStartable(record);
    if (files.claimStart()) {
      launch(files, record);
    }
    return sighting(files, record);
  }

  private Sighting sighting(ProcessFiles files, ProcessRecord record) {
    return files.sighting(record).healthy(health.of(files));
  }

  @Override
  public Sighting restart(TaskId task, String container, String runtimeId) throws EngineException {
    ProcessFiles files = ProcessFiles.of(processes, task, container);
    ProcessRecord record = files.record();
    if (record == null) {
      throw EngineException.refused("there is no such process: " + runtimeId);
    }
    if (files.sighting(record).phase() == Sighting.Phase.EXITED) {
      requireStartable(record);
      files.forgetRun();
      watched.remove(files.id());
      health.forget(files);
    }
    return start(task, container, runtimeId);
  }

  /** Says no in the way an engine does, rather than letting a shell say 127. */
  private static void requireStartable(ProcessRecord record) throws EngineException {
    Path directory = Path.of(record.workingDirectory());
    if (!Files.isDirectory(directory)) {
      throw EngineException.refused("no such working directory: " + directory);
    }
    String executable = record.executable();
    boolean found =
        executable.contains("/")
            ? isExecutable(directory.resolve(executable))
            : isOnPath(executable);
    if (!found) {
      throw EngineException.refused(
          "exec: \"%s\": no such file, or it is not executable".formatted(executable));
    }
  }

  private static boolean isOnPath(String executable) {
    for (String directory : path().split(File.pathSeparator, -1)) {
      if (!directory.isEmpty() && isExecutable(Path.of(directory, executable))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isExecutable(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  private static String path() {
    String path = System.getenv("PATH");
    return path == null ? DEFAULT_PATH : path;
  }

  /** Leaves of the runner's environment what a process needs. */
  static void inherit(Map<String, String> environment) {
    environment.keySet().retainAll(INHERITED);
    environment.putIfAbsent("PATH", DEFAULT_PATH);
  }

  private void launch(ProcessFiles files, ProcessRecord record) throws EngineException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", Shim.LAUNCH, "longshore", files.shim().toString());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    inherit(builder.environment());
    try {
      Process process = builder.start();
      try (BufferedReader reader = process.inputReader()) {
        if (reader.readLine() == null) {
          throw EngineException.refused("the shell that was to start it ended at once");
        }
      }
    } catch (IOException e) {
      throw new EngineException(Problem.REFUSED, "cannot start /bin/sh: " + e.getMessage(), e);
    }
    follow(files, record);
  }

  /** Tells the listener when a process ends, once however often it is asked to. */
  private void follow(ProcessFiles files, ProcessRecord record) {
    health.follow(files, record);
    if (!watched.add(files.id())) {
      return;
    }
    files
        .shimProcess()
        .ifPresentOrElse(
            shim -> {
              var told = shim.onExit().thenRun(() -> tell(files, record));
              told.exceptionally(failure -> {
                LOG.error("The end of a process could not be told.", failure);
                return null;
              });
            },
            () -> tell(files, record));
  }

  private void tell(ProcessFiles files, ProcessRecord record) {
    Listener to = listener;
    Sighting sighting = files.sighting(record);
    if (to != null && sighting.phase() == Sighting.Phase.EXITED) {
      to.seen(record.task(), sighting);
    }
  }

  private void tellHealth(ProcessFiles files, ProcessRecord record) {
    Listener to = listener;
    if (to != null) {
      to.seen(record.task(), sighting(files, record));
    }
  }

  @Override
  public @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException {
    ProcessFiles files = ProcessFiles.of(processes, task, container);
    ProcessRecord record = files.record();
    if (record == null) {
      return null;
    }
    files.process().ifPresent(ProcessHandle::destroy);
    if (!ended(files, patience)) {
      files.process().ifPresent(ProcessHandle::destroyForcibly);
      if (!ended(files, DEATH_AFTER_KILL)) {
        throw new EngineException(Problem.UNREACHABLE, "the process does not end, even killed");
      }
    }
    return files.sighting(record);
  }

  private static boolean ended(ProcessFiles files, Duration patience) throws EngineException {
    ProcessHandle shim = files.shimProcess().orElse(null);
    if (shim == null) {
      return true;
    }
    try {
      shim.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Problem.UNREACHABLE, "interrupted", e);
    } catch (ExecutionException e) {
      throw new EngineException(Problem.UNREACHABLE, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void output(
      TaskId task, String container, String runtimeId, long after, boolean follow, Lines lines)
      throws EngineException, InterruptedException {
    ProcessFiles files = ProcessFiles.of(processes, task, container);
    ProcessRecord record = files.record();
    if (record != null) {
      ProcessOutput.read(
          logFile(task, container),
          after,
          () -> follow && files.sighting(record).phase() == Sighting.Phase.RUNNING,
          lines);
    }
  }

  @Override
  public void remove(TaskId task, String container, String runtimeId) throws EngineException {
    ProcessFiles files = ProcessFiles.of(processes, task, container);
    ProcessRecord record = files.record();
    if (record != null && files.sighting(record).phase() == Sighting.Phase.RUNNING) {
      throw EngineException.refused("the process runs: " + runtimeId);
    }
    try {
      files.delete();
      Files.deleteIfExists(logFile(task, container));
      Path directory = logFile(task, container).getParent();
      if (directory != null && isEmpty(directory)) {
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      throw new EngineException(Problem.UNREACHABLE, "cannot delete: " + e.getMessage(), e);
    }
    watched.remove(files.id());
    health.forget(files);
  }

  private static boolean isEmpty(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (var entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Processes have nothing in common but their host. */
  @Override
  public void release(TaskAssignment assignment) {
    LOG.debugf("Task %s had nothing in common.", assignment.task());
  }

  @Override
  public List<Found> list() throws EngineException {
    List<Found> found = new ArrayList<>();
    try {
      for (ProcessFiles files : ProcessFiles.all(processes)) {
        ProcessRecord record = files.record();
        if (record == null || !record.host().equals(host)) {
          continue;
        }
        Sighting sighting = sighting(files, record);
        if (sighting.phase() == Sighting.Phase.RUNNING) {
          follow(files, record);
        }
        found.add(new Found(record.runner(), record.task(), record.card(), sighting));
      }
    } catch (IOException e) {
      throw new EngineException(Problem.UNREACHABLE, "cannot list: " + e.getMessage(), e);
    }
    return found;
  }

  @Override
  public void watch(Listener to) {
    listener = to;
    to.doubt();
  }

  @Override
  public void close() {
    listener = null;
    health.close();
  }
}
