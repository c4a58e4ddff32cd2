package io.longshore.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends a PostgreSQL that outlived the process which had started it. PostgreSQL is started as a
 * daemon and so survives a kill of its starter; a second one on the same data would be refused.
 */
final class StalePostgres {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private StalePostgres() {}

  /**
   * Returns once no PostgreSQL runs on this data directory any more.
   *
   * @return whether there was one
   */
  static boolean stop(Path dataDirectory) throws IOException, InterruptedException {
    Optional<ProcessHandle> found = find(dataDirectory);
    if (found.isEmpty()) {
      return false;
    }
    ProcessHandle postmaster = found.get();
    // SIGTERM would wait for every client to go; SIGINT closes their connections at once.
    new ProcessBuilder("kill", "-INT", Long.toString(postmaster.pid()))
        .inheritIO()
        .start()
        .waitFor();
    try {
      postmaster.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // What was committed is in the write-ahead log; PostgreSQL recovers it at its next start.
      postmaster.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IOException("PostgreSQL's end could not be watched", e);
    }
    return true;
  }

  /** The postmaster that runs on this data directory, if there is one. */
  static Optional<ProcessHandle> find(Path dataDirectory) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(dataDirectory.resolve("postmaster.pid"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    if (lines.isEmpty() || !lines.getFirst().strip().matches("[1-9][0-9]{0,9}")) {
      return Optional.empty();
    }
    // The number may belong to an unrelated process by now, so its command line decides.
    String wanted = dataDirectory.toString();
    return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
        .filter(ProcessHandle::isAlive)
        .filter(process -> commandLine(process).contains(wanted));
  }

  private static String commandLine(ProcessHandle process) {
    return process
        .info()
        .commandLine()
        .or(() -> process.info().arguments().map(arguments -> String.join(" ", arguments)))
        .orElse("");
  }
}
