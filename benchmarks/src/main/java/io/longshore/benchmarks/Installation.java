package io.longshore.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A Longshore on a data directory of its own, run through the launcher as a user would. Closing it
 * stops it and deletes what it kept.
 */
final class Installation implements AutoCloseable {
  /** The system property by which the launcher says where it is. */
  static final String LAUNCHER = "longshore.launcher";

  private final Path launcher;
  private final Path data;
  private final int port;
  private final String driver;
  private final Map<String, String> environment;
  private boolean hooked;
  private volatile boolean closed;

  private Installation(
      Path launcher, Path data, int port, String driver, Map<String, String> environment) {
    this.launcher = launcher;
    this.data = data;
    this.port = port;
    this.driver = driver;
    this.environment = environment;
  }

  /** Prepares one on an empty directory; {@link #up} starts it. */
  static Installation fresh(String driver, Map<String, String> environment) throws IOException {
    String launcher = System.getProperty(LAUNCHER, "");
    if (launcher.isEmpty()) {
      throw new IllegalStateException("Run this by ./longshore bench.");
    }
    return new Installation(
        Path.of(launcher),
        Files.createTempDirectory("longshore-bench"),
        freePort(),
        driver,
        environment);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  Path data() {
    return data;
  }

  /**
   * Starts it and returns when it takes requests.
   *
   * @return how long that took, from the launcher's first line on
   */
  Duration up() throws IOException, InterruptedException {
    // Ctrl-C must not leave a Longshore behind that nobody knows of.
    if (!hooked) {
      hooked = true;
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stopIfLeft));
    }
    long begin = System.nanoTime();
    run("up", "--detach", "--port", Integer.toString(port), "--driver", driver);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private void stopIfLeft() {
    try {
      if (!closed) {
        down();
      }
    } catch (IOException | InterruptedException e) {
      System.err.println("It could not be stopped: " + e.getMessage());
    }
  }

  /** Stops it; what it keeps stays. */
  Duration down() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    run("down");
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private void run(String command, String... options) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(List.of(launcher.toString(), command, "--data", data.toString()));
    line.addAll(List.of(options));
    Path output = data.resolve("bench.out");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    if (code != 0) {
      throw new IOException(
          "\"%s\" failed: %s".formatted(String.join(" ", line), Files.readString(output)));
    }
  }

  /** The process with all services. */
  long pid() throws IOException {
    return noted("pid");
  }

  /** Its child with the broker. */
  long embeddedPid() throws IOException {
    return noted("embedded-pid");
  }

  private long noted(String key) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(data.resolve("instance.properties"))) {
      properties.load(reader);
    }
    return Long.parseLong(properties.getProperty(key));
  }

  /** The database's first process; its children are the others. */
  long postgresPid() throws IOException {
    List<String> lines = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"));
    return Long.parseLong(lines.getFirst().strip());
  }

  @Override
  public void close() throws IOException {
    try {
      down();
      closed = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try (var files = Files.walk(data)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(file -> {
            try {
              Files.delete(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
