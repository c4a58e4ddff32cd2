package io.longshore.systemtests;

import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** {@code longshore up} on a directory of its own, started as the launcher starts it. */
final class Standalone implements AutoCloseable {
  private static final int START_SECONDS = 120;

  private final Path data;
  private final int port = LoopbackPorts.next();
  private final String driver;
  private final Map<String, String> environment;
  private final int runners;
  private Jvm jvm;

  private Standalone(Path data, String driver, int runners, Map<String, String> environment) {
    this.data = data;
    this.driver = driver;
    this.runners = runners;
    this.environment = environment;
    this.jvm = launch();
  }

  /** Returns when it takes requests. */
  static Standalone up(String test, String driver) {
    return up(test, driver, Map.of());
  }

  static Standalone up(String test, String driver, Map<String, String> environment) {
    return up(test, driver, 1, environment);
  }

  /** With that many runners in each cluster, which are in the zones a, b and c in turn. */
  static Standalone up(String test, String driver, int runners, Map<String, String> environment) {
    Standalone started = new Standalone(Built.directory(test), driver, runners, environment);
    started.awaitReady();
    return started;
  }

  /** What the launcher runs, with {@code arguments} for Longshore. */
  static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>(Warmth.arguments());
    command.addAll(
        List.of(
            "-Xms32m",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Xss512k",
            "--add-opens",
            "java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-Dlongshore.embedded.libraries=" + Built.SERVICES.embedded(),
            "-Dlongshore.embedded.aot=" + Warmth.EMBEDDED_CACHE,
            "-cp",
            Built.standalone().toString(),
            "io.longshore.standalone.Longshore"));
    command.addAll(arguments);
    return command;
  }

  private Jvm launch() {
    return Jvm.start(
        "longshore up",
        command(
            List.of(
                "up",
                "--port",
                Integer.toString(port),
                "--data",
                data.toString(),
                "--driver",
                driver,
                "--runners",
                Integer.toString(runners))),
        environment,
        data.resolve("up.out"));
  }

  private void awaitReady() {
    Instant begin = Instant.now();
    Instant deadline = begin.plusSeconds(START_SECONDS);
    Waiting.forState("Longshore being ready", START_SECONDS + 5)
        .until(() -> Http.isReady(endpoint()) || !jvm.isAlive() || Instant.now().isAfter(deadline));
    if (!Http.isReady(endpoint())) {
      String said = jvm.tail() + "\n" + tailOfLog();
      jvm.destroy();
      throw new AssertionError("Longshore did not become ready; it said:\n" + said);
    }
    System.out.printf(
        "Longshore (driver %s) was ready after %d ms.%n",
        driver, Duration.between(begin, Instant.now()).toMillis());
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  Path data() {
    return data;
  }

  Jvm jvm() {
    return jvm;
  }

  /** The process with broker and database. */
  long embeddedPid() {
    return Long.parseLong(note().getProperty("embedded-pid", "0"));
  }

  private Properties note() {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(data.resolve("instance.properties"))) {
      properties.load(reader);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By what name the runner labels its containers. */
  String hostId() {
    try {
      return Files.readString(data.resolve("runner").resolve("host-id")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The log of all services. */
  String log() {
    try {
      return Files.readString(data.resolve("logs").resolve("longshore.log"));
    } catch (IOException e) {
      return "";
    }
  }

  String tailOfLog() {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  /** After a stop or a kill: on the same data, at the same endpoint. Returns when ready. */
  void again() {
    jvm = launch();
    awaitReady();
  }

  /** Runs another of the launcher's commands on this data directory; returns its exit code. */
  Outcome run(String command, Map<String, String> more) throws InterruptedException {
    try {
      Path output = Files.createTempFile(data, command + "-", ".out");
      int code =
          Jvm.start(
                  "longshore " + command,
                  command(List.of(command, "--data", data.toString())),
                  more,
                  output)
              .awaitEnd(120);
      return new Outcome(code, Files.readString(output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  record Outcome(int code, String output) {}

  /** Stops it as Ctrl-C does. */
  @Override
  public void close() throws InterruptedException {
    jvm.close();
  }
}
