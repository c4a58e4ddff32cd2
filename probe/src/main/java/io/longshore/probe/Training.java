package io.longshore.probe;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * {@code Training PORT} makes an AOT cache (JEP 483, JEP 514) of the service in {@code
 * /opt/longshore}, while its image is built and with the Java that the image has: it starts the
 * service, which then waits for brokers that are not there, asks it for its health, and ends it.
 *
 * <p>A cache reaches only what the system class loader loads. So the service is started by a class
 * path, and not by Quarkus' own loader; {@code start.args} has it for {@code java @start.args}, in
 * one order for good, as a cache is only taken for the class path it was made with.
 */
public final class Training {
  private static final Path HOME = Path.of("/opt/longshore");
  private static final Path START = HOME.resolve("start.args");
  private static final Path CACHE = HOME.resolve("service.aot");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private Training() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    Files.write(START, startArguments(HOME));
    Path state = Files.createTempDirectory("training");
    Process service = start(state);
    Runtime.getRuntime().addShutdownHook(new Thread(service::destroyForcibly));
    await(service, port);
    // As often as its first minute of health checks and scrapes.
    for (int i = 0; i < 20; i++) {
      Probe.answer("127.0.0.1", port, "/q/health");
      Probe.answer("127.0.0.1", port, "/q/metrics");
    }
    service.destroy();
    if (!service.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || !Files.exists(CACHE)) {
      throw new IllegalStateException("No cache was written; the service ended with " + service);
    }
    remove(state);
    System.out.printf("%s has %d MB.%n", CACHE, Files.size(CACHE) / 1_000_000);
  }

  /**
   * The jars of Quarkus' packaging: what was generated and transformed comes before the classes it
   * takes the place of.
   */
  static List<Path> classPath(Path home) throws IOException {
    List<Path> jars = new ArrayList<>();
    for (String folder : List.of("quarkus", "app", "lib/boot", "lib/main")) {
      try (Stream<Path> files = Files.list(home.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
      }
    }
    return jars;
  }

  /** Flags of the JVM, class path and main class, as Quarkus' own start has them in a manifest. */
  static List<String> startArguments(Path home) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                // The heap in the cache has to fit into what the JVM begins with.
                "-Xms64m",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
    try (JarFile start = new JarFile(home.resolve("quarkus-run.jar").toFile())) {
      String opened = start.getManifest().getMainAttributes().getValue("Add-Opens");
      for (String each : opened == null ? new String[0] : opened.split(" ")) {
        arguments.add("--add-opens=" + each + "=ALL-UNNAMED");
      }
    }
    arguments.add("-cp");
    arguments.add(
        String.join(File.pathSeparator, classPath(home).stream().map(Path::toString).toList()));
    arguments.add("io.quarkus.runner.GeneratedMain");
    return arguments;
  }

  private static Process start(Path state) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("java", "-XX:AOTCacheOutput=" + CACHE, "@" + START);
    builder
        .environment()
        .putAll(
            Map.of(
                "QUARKUS_HTTP_HOST",
                "127.0.0.1",
                "LONGSHORE_API_DATA",
                state.toString(),
                "LONGSHORE_RUNNER_DATA",
                state.toString(),
                "LONGSHORE_RUNNER_DRIVER",
                "simulated"));
    return builder.inheritIO().start();
  }

  private static void await(Process service, int port) throws InterruptedException {
    Instant limit = Instant.now().plus(PATIENCE);
    while (!Probe.isWell(Probe.answer("127.0.0.1", port, "/q/health/live"))) {
      if (!service.isAlive() || Instant.now().isAfter(limit)) {
        throw new IllegalStateException("The service did not come up: " + service);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
