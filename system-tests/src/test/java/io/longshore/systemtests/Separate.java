package io.longshore.systemtests;

import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.embedded.EmbeddedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The three services as three JVMs, which know by environment variables alone where the Kafka and
 * the PostgreSQL outside them are.
 */
final class Separate implements AutoCloseable {
  /** One of the three. */
  enum Part {
    API("api-service"),
    SCHEDULER("scheduler-service"),
    RUNNER("runner-service");

    private final String module;

    Part(String module) {
      this.module = module;
    }
  }

  private final Path directory;
  private final EmbeddedProcess outside;
  private final String hostId;
  private final Map<Part, Integer> ports = new LinkedHashMap<>();
  private final Map<Part, Jvm> running = new LinkedHashMap<>();

  private Separate(Path directory, EmbeddedProcess outside) {
    this.directory = directory;
    this.outside = outside;
    this.hostId = directory.getFileName().toString();
    for (Part part : Part.values()) {
      ports.put(part, LoopbackPorts.next());
    }
  }

  /** Kafka and PostgreSQL run; none of the services does. */
  static Separate prepare(String test) throws IOException, InterruptedException {
    return prepare(test, Map.of());
  }

  /**
   * As {@link #prepare(String)}.
   *
   * @param doors further ports of the broker, each with the address and port that clients who come
   *     there are told instead
   */
  static Separate prepare(String test, Map<Integer, String> doors)
      throws IOException, InterruptedException {
    Path directory = Built.directory(test);
    var settings =
        EmbeddedProcess.Settings.ofLibraries(
            directory.resolve("outside"), Built.SERVICES.embedded());
    return new Separate(
        directory, EmbeddedProcess.start(doors.isEmpty() ? settings : settings.withDoors(doors)));
  }

  EmbeddedProcess outside() {
    return outside;
  }

  String hostId() {
    return hostId;
  }

  URI endpoint(Part part) {
    return URI.create("http://127.0.0.1:" + ports.get(part) + "/");
  }

  /** Does not wait. */
  Jvm start(Part part) {
    return start(part, Map.of());
  }

  /** As {@link #start(Part)}, told more by its environment. */
  Jvm start(Part part, Map<String, String> more) {
    Jvm jvm = launch(part, more);
    running.put(part, jvm);
    return jvm;
  }

  /** As {@link #start(Part)}, on its own account: whoever calls it ends it. */
  Jvm launch(Part part, Map<String, String> more) {
    Map<String, String> environment = new LinkedHashMap<>(environment(part));
    environment.putAll(more);
    return Jvm.start(
        part.module,
        List.of(
            "-Xmx192m", "-XX:+UseSerialGC", "-jar", Built.SERVICES.service(part.module).toString()),
        environment,
        directory.resolve(part.module + suffix(more) + ".out"));
  }

  /** Two of one kind do not write into one file. */
  private static String suffix(Map<String, String> more) {
    String port = more.get("QUARKUS_HTTP_PORT");
    return port == null ? "" : "-" + port;
  }

  private Map<String, String> environment(Part part) {
    var endpoints = outside.endpoints();
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", endpoints.bootstrapServers());
    environment.put("QUARKUS_HTTP_PORT", String.valueOf(ports.get(part)));
    switch (part) {
      case API -> {
        environment.put("LONGSHORE_READ_DATABASE_URL", endpoints.jdbcUrl());
        environment.put("LONGSHORE_READ_DATABASE_USER", "longshore_read");
        environment.put("LONGSHORE_READ_DATABASE_PASSWORD", "any");
        environment.put("LONGSHORE_API_DATA", directory.resolve("api").toString());
      }
      case SCHEDULER -> {
        environment.put("LONGSHORE_DATABASE_URL", endpoints.jdbcUrl());
        environment.put("LONGSHORE_DATABASE_USER", endpoints.user());
        environment.put("LONGSHORE_DATABASE_PASSWORD", "any");
        environment.put("LONGSHORE_READ_DATABASE_PASSWORD", "any");
        // A busy machine may need longer than the usual lease to start a runner again, and what is
        // to be seen is that it adopts its containers.
        environment.put("LONGSHORE_SCHEDULER_RUNNER_LEASE", "60s");
      }
      case RUNNER -> {
        environment.put("LONGSHORE_RUNNER_CLUSTER", "*");
        environment.put("LONGSHORE_RUNNER_DRIVER", "docker");
        environment.put("LONGSHORE_RUNNER_HOST_ID", hostId);
        environment.put("LONGSHORE_RUNNER_DATA", directory.resolve("runner").toString());
      }
    }
    return environment;
  }

  void kill(Part part) throws InterruptedException {
    jvm(part).kill();
  }

  Jvm jvm(Part part) {
    Jvm jvm = running.get(part);
    if (jvm == null) {
      throw new IllegalStateException(part + " was not started");
    }
    return jvm;
  }

  void awaitReady(int seconds) {
    try {
      Waiting.forState("all services being ready", seconds)
          .until(() -> running.keySet().stream().allMatch(part -> Http.isReady(endpoint(part))));
    } catch (RuntimeException e) {
      throw new AssertionError(e.getMessage() + "\n" + tails(), e);
    }
  }

  /** What each said last, for the message of a failure. */
  String tails() {
    StringBuilder text = new StringBuilder();
    running.forEach((part, jvm) ->
        text.append("--- ").append(part).append('\n').append(jvm.tail()).append('\n'));
    return text.toString();
  }

  @Override
  public void close() {
    running.values().forEach(Jvm::destroy);
    try {
      outside.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
