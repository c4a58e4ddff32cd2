package io.longshore.benchmarks;

import io.longshore.chaos.Build;
import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.embedded.EmbeddedProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An api, a scheduler and a runner as processes of their own, with a broker and a database beside
 * them: one can be started again while the others are left alone. Closing it ends all of them and
 * deletes what they kept.
 */
final class SeparateServices implements AutoCloseable {
  private final Build build;
  private final Path directory;
  private final EmbeddedProcess outside;
  private final int apiPort = LoopbackPorts.next();
  private final int runnerPort = LoopbackPorts.next();
  private final Jvm scheduler;
  private final Jvm api;
  private Jvm runner;

  /**
   * Starts everything; {@link #awaitReady} waits for it.
   *
   * @param built the folder of the whole project, packaged
   */
  SeparateServices(Path built) throws IOException, InterruptedException {
    build = new Build(built);
    directory = Files.createTempDirectory("longshore-bench");
    outside =
        EmbeddedProcess.start(
            EmbeddedProcess.Settings.ofLibraries(directory.resolve("outside"), build.embedded()));
    var endpoints = outside.endpoints();
    scheduler =
        start(
            "scheduler-service",
            LoopbackPorts.next(),
            Map.of(
                "LONGSHORE_DATABASE_URL",
                endpoints.jdbcUrl(),
                "LONGSHORE_DATABASE_USER",
                endpoints.user(),
                "LONGSHORE_DATABASE_PASSWORD",
                "any",
                "LONGSHORE_READ_DATABASE_PASSWORD",
                "any",
                // A runner that is slow to start is not to be taken for a host that was lost.
                "LONGSHORE_SCHEDULER_RUNNER_LEASE",
                "60s"));
    api =
        start(
            "api-service",
            apiPort,
            Map.of(
                "LONGSHORE_READ_DATABASE_URL",
                endpoints.jdbcUrl(),
                "LONGSHORE_READ_DATABASE_USER",
                "longshore_read",
                "LONGSHORE_READ_DATABASE_PASSWORD",
                "any",
                "LONGSHORE_API_DATA",
                directory.resolve("api").toString()));
    runner = startRunner();
  }

  private Jvm startRunner() {
    return start(
        "runner-service",
        runnerPort,
        Map.of(
            "LONGSHORE_RUNNER_CLUSTER",
            "*",
            "LONGSHORE_RUNNER_DRIVER",
            "docker",
            "LONGSHORE_RUNNER_METADATA_PORT",
            "0",
            "LONGSHORE_RUNNER_HOST_ID",
            directory.getFileName().toString(),
            "LONGSHORE_RUNNER_DATA",
            directory.resolve("runner").toString(),
            // As many as are asked for, on one host.
            "LONGSHORE_RUNNER_CPU",
            "1000000",
            "LONGSHORE_RUNNER_MEMORY_MIB",
            "1000000"));
  }

  private Jvm start(String module, int port, Map<String, String> own) {
    Map<String, String> environment = new LinkedHashMap<>(own);
    environment.put("KAFKA_BOOTSTRAP_SERVERS", outside.endpoints().bootstrapServers());
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    return Jvm.start(
        module,
        List.of("-Xmx256m", "-XX:+UseSerialGC", "-jar", build.service(module).toString()),
        environment,
        directory.resolve(module + ".out"));
  }

  /** Where the api answers. */
  URI endpoint() {
    return URI.create("http://127.0.0.1:" + apiPort);
  }

  /** Where the runner tells of itself. */
  URI runner() {
    return URI.create("http://127.0.0.1:" + runnerPort);
  }

  /** Waits until the api takes requests and whatever it asks for happens. */
  void awaitReady() throws InterruptedException {
    Patience.await("the api", Duration.ofMinutes(2), () -> isReady(endpoint()), ready -> ready);
  }

  /** Whether it has registered and been told what is to run. */
  boolean runnerIsReady() {
    return isReady(runner());
  }

  private static boolean isReady(URI service) {
    return !Http.body(service.resolve("/q/health/ready")).isEmpty();
  }

  /** Kills the runner's program, as a power cut would, and starts it again; does not wait. */
  void restartRunner() throws InterruptedException {
    runner.kill();
    runner = startRunner();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    // They write into the directory until they have ended.
    runner.kill();
    api.kill();
    scheduler.kill();
    outside.close();
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
