package io.longshore.standalone;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.URI;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/**
 * The process that runs on a data directory, as it has written itself down there for {@code down},
 * {@code status} and {@code demo}.
 *
 * @param pid of the process with all services
 * @param embeddedPid of its child with broker and database
 * @param started when the process began, in milliseconds since 1970: tells it from a later process
 *     that was given the same number
 * @param driver what launches the containers; as asked for while it is not ready
 * @param ready whether it takes requests
 */
record Instance(
    long pid, long embeddedPid, long started, URI endpoint, String driver, boolean ready) {
  private static final String FILE = "instance.properties";

  static Instance ofThisProcess(long embeddedPid, URI endpoint, String driver, boolean ready) {
    ProcessHandle self = ProcessHandle.current();
    return new Instance(self.pid(), embeddedPid, startOf(self), endpoint, driver, ready);
  }

  /** What runs on this data directory; empty if nothing does, whatever was left behind. */
  static Optional<Instance> running(Path data) {
    return written(data).filter(instance -> instance.process().isPresent());
  }

  /** The process, if it still is there. */
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> startOf(process) == started);
  }

  /** Written in one step: a reader sees the old or the new, never half of it. */
  void write(Path data) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("pid", Long.toString(pid));
    properties.setProperty("embedded-pid", Long.toString(embeddedPid));
    properties.setProperty("started", Long.toString(started));
    properties.setProperty("endpoint", endpoint.toString());
    properties.setProperty("driver", driver);
    properties.setProperty("ready", Boolean.toString(ready));
    Path part = data.resolve(FILE + ".part");
    try (Writer writer = Files.newBufferedWriter(part)) {
      properties.store(writer, "The Longshore that runs on this directory.");
    }
    try {
      Files.move(part, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, data.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  static void forget(Path data) throws IOException {
    Files.deleteIfExists(data.resolve(FILE));
  }

  private static Optional<Instance> written(Path data) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(data.resolve(FILE))) {
      properties.load(reader);
      return Optional.of(
          new Instance(
              Long.parseLong(properties.getProperty("pid", "")),
              Long.parseLong(properties.getProperty("embedded-pid", "")),
              Long.parseLong(properties.getProperty("started", "")),
              URI.create(properties.getProperty("endpoint", "")),
              properties.getProperty("driver", ""),
              Boolean.parseBoolean(properties.getProperty("ready", ""))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      // An unreadable note is no note: the data directory's lock still keeps a second process off.
      return Optional.empty();
    }
  }

  private static long startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
