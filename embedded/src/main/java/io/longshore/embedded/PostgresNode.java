package io.longshore.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL of one data directory. Its methods are called by one thread at a time. */
final class PostgresNode {
  // A first start unpacks the binaries and makes the database cluster.
  private static final Duration START_PATIENCE = Duration.ofSeconds(120);

  private final Path directory;
  private final Path logFile;
  private final int port;
  private @Nullable EmbeddedPostgres running;

  PostgresNode(Path directory, Path logFile, int port) {
    this.directory = directory;
    this.logFile = logFile;
    this.port = port;
  }

  /** Returns once the database answers; does nothing when it runs already. */
  void start() throws IOException, InterruptedException {
    if (running != null) {
      return;
    }
    Files.createDirectories(directory);
    StalePostgres.stop(dataDirectory(directory));
    removeUnfinished();
    running =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setDataDirectory(dataDirectory(directory))
            .setCleanDataDirectory(false)
            .setOverrideWorkingDirectory(directory.resolve("binaries").toFile())
            .setLocaleConfig("locale", "C")
            // The library starts PostgreSQL for throw-away data, with durability switched off.
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            // Everybody on this machine who reaches the port is trusted as superuser: right for a
            // laptop, where it is bound to loopback, and for nothing else.
            .setServerConfig("listen_addresses", "127.0.0.1")
            .setServerConfig("shared_buffers", "32MB")
            .setServerConfig("max_wal_size", "256MB")
            // Four processes fewer on a laptop: nothing here reads from disk in bulk or replicates.
            .setServerConfig("io_method", "sync")
            .setServerConfig("max_logical_replication_workers", "0")
            .setServerConfig("log_min_messages", "warning")
            .setServerConfig("log_checkpoints", "off")
            .setPGStartupWait(START_PATIENCE)
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
            .start();
    if (Files.notExists(initialised())) {
      Files.createFile(initialised());
      // Unpacking the programs took 150 MB of heap that would otherwise never be given back.
      System.gc();
    }
  }

  /**
   * Whatever a first start left half done when it was cut off: it would be in the next one's way.
   */
  private void removeUnfinished() throws IOException {
    if (Files.notExists(initialised())) {
      delete(dataDirectory(directory));
    }
    Path binaries = directory.resolve("binaries");
    if (Files.isDirectory(binaries)) {
      try (var unpacked = Files.list(binaries)) {
        for (Path program : unpacked.filter(Files::isDirectory).toList()) {
          // The library writes this file when it has unpacked everything.
          if (Files.notExists(program.resolve(".exists"))) {
            delete(program);
          }
        }
      }
    }
  }

  /** Written after the first start that succeeded: from then on the data is somebody's. */
  private Path initialised() {
    return directory.resolve("initialised");
  }

  private static void delete(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Returns once the database has ended; does nothing when it does not run. */
  void stop() throws IOException, InterruptedException {
    EmbeddedPostgres postgres = running;
    running = null;
    if (postgres != null) {
      postgres.close();
    }
    StalePostgres.stop(dataDirectory(directory));
  }

  /** Ends the database as a power cut would; returns once its process is gone. */
  void crash() throws IOException {
    EmbeddedPostgres postgres = running;
    running = null;
    StalePostgres.find(dataDirectory(directory))
        .ifPresent(postmaster -> {
          postmaster.destroyForcibly();
          postmaster.onExit().join();
        });
    if (postgres != null) {
      // Nothing is left to stop; this gives back the library's lock on the directory.
      postgres.close();
    }
  }

  String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
  }

  static Path dataDirectory(Path directory) {
    return directory.resolve("data");
  }
}
