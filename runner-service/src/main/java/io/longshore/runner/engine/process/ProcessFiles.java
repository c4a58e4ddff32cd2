package io.longshore.runner.engine.process;

import io.longshore.messages.Codec;
import io.longshore.messages.Ids;
import io.longshore.messages.TaskId;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one process: {@code record} once it is created, {@code started} from just before
 * it is started, {@code pid} while or after it runs, {@code exit} once it has ended. Each appears
 * whole or not at all, so a runner may die between any two of them.
 */
record ProcessFiles(Path directory, String id) {
  // From the mark that a process is about to be started to its shim's first word.
  private static final Duration LAUNCH_LIMIT = Duration.ofSeconds(10);

  static ProcessFiles of(Path processes, TaskId task, String container) {
    String id = Ids.derive("process", task.value(), container);
    return new ProcessFiles(processes.resolve(id), id);
  }

  static List<ProcessFiles> all(Path processes) throws IOException {
    List<ProcessFiles> all = new ArrayList<>();
    try (Stream<Path> entries = Files.list(processes)) {
      entries.forEach(
          entry -> all.add(new ProcessFiles(entry, String.valueOf(entry.getFileName()))));
    }
    return all;
  }

  Path shim() {
    return directory.resolve("shim");
  }

  Path health() {
    return directory.resolve("health");
  }

  /**
   * Writes the record last: without it the process does not exist.
   *
   * @param probe the script of its health check; null for none
   */
  void create(ProcessRecord record, String script, @Nullable String probe) throws EngineException {
    try {
      Files.createDirectories(directory);
      // The script holds the environment, and with it secrets.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      Files.writeString(shim(), script);
      if (probe != null) {
        Files.writeString(health(), probe);
      }
      Path draft = directory.resolve("record.new");
      Files.write(draft, Codec.encode(record));
      Files.move(draft, directory.resolve("record"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new EngineException(Problem.REFUSED, "cannot write " + directory + ": " + e, e);
    }
  }

  /** Null if there is none, or none that can be read. */
  @Nullable ProcessRecord record() {
    try {
      return Codec.decode(Files.readAllBytes(directory.resolve("record")), ProcessRecord.class);
    } catch (IOException | UnreadableMessageException e) {
      return null;
    }
  }

  /** Whether the caller is the one who may start it: nobody has tried before. */
  boolean claimStart() throws EngineException {
    try {
      Files.createFile(directory.resolve("started"));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw new EngineException(Problem.REFUSED, "cannot write " + directory + ": " + e, e);
    }
  }

  void releaseStart() throws IOException {
    Files.deleteIfExists(directory.resolve("started"));
  }

  /** Makes it as it was before its last start; what says that it was started goes last. */
  void forgetRun() throws EngineException {
    try {
      for (String trace : List.of("exit", "pid", "started")) {
        Files.deleteIfExists(directory.resolve(trace));
      }
    } catch (IOException e) {
      throw new EngineException(Problem.REFUSED, "cannot write " + directory + ": " + e, e);
    }
  }

  Sighting sighting(ProcessRecord record) {
    Instant started = modified("started");
    if (started == null) {
      return Sighting.created(record.container(), id);
    }
    // In this order: a shim writes the exit before it goes.
    boolean alive = shimProcess().isPresent() || isBeingLaunched(started);
    String exit = text("exit");
    boolean exited = exit != null || !alive;
    return new Sighting(
        record.container(),
        id,
        exited ? Sighting.Phase.EXITED : Sighting.Phase.RUNNING,
        exit != null && exit.matches("\\d{1,3}") ? Integer.valueOf(exit) : null,
        false,
        started,
        modified("exit"),
        null,
        record.networkBindings());
  }

  private boolean isBeingLaunched(Instant started) {
    return text("pid") == null && started.plus(LAUNCH_LIMIT).isAfter(Instant.now());
  }

  /**
   * The shim, if it still runs. Its command line names the directory, so no other is taken for it.
   */
  Optional<ProcessHandle> shimProcess() {
    return pid(0).filter(handle -> commandLine(handle).contains(id));
  }

  /** The process itself, if it still runs; its parent is the shim. */
  Optional<ProcessHandle> process() {
    Optional<ProcessHandle> shim = shimProcess();
    return pid(1).filter(handle -> shim.isPresent() && handle.parent().equals(shim));
  }

  private Optional<ProcessHandle> pid(int index) {
    String text = text("pid");
    return text != null && text.matches("\\d{1,10} \\d{1,10}")
        ? ProcessHandle.of(Long.parseLong(text.split(" ", 2)[index])).filter(ProcessHandle::isAlive)
        : Optional.empty();
  }

  private static String commandLine(ProcessHandle handle) {
    return handle
        .info()
        .commandLine()
        .orElseGet(
            () -> String.join(" ", handle.info().arguments().orElseGet(() -> new String[0])));
  }

  private @Nullable String text(String name) {
    try {
      return Files.readString(directory.resolve(name), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return null;
    }
  }

  private @Nullable Instant modified(String name) {
    try {
      return Files.getLastModifiedTime(directory.resolve(name)).toInstant();
    } catch (IOException e) {
      return null;
    }
  }

  /** The record goes first: what follows may be interrupted. */
  void delete() throws IOException {
    Files.deleteIfExists(directory.resolve("record"));
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // It is gone, which is what was asked for.
      return;
    }
  }
}
