package io.longshore.standalone;

import io.longshore.embedded.EmbeddedProcess;
import io.longshore.embedded.Endpoints;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * This process as the host of all services: starts the child with broker and database, tells the
 * services where it is, runs them, and says when they are ready.
 *
 * <p>On the way down the services go first. The child notices the end of this process by itself, so
 * that it still answers while the services let go of it, and goes too when this is killed.
 */
final class Services {
  private static final Duration POLL = Duration.ofMillis(50);

  /**
   * @param port of the endpoint
   * @param driver as the runner knows it
   * @param runners 1 or more
   */
  record Options(Path data, URI endpoint, int port, String driver, int runners) {}

  private final Options options;
  private final Console console;
  private final Instant begin = Instant.now();
  private final AtomicBoolean stopping = new AtomicBoolean();

  Services(Options options, Console console) {
    this.options = options;
    this.console = console;
  }

  /** Returns an exit code when the services have stopped. */
  int run() throws InterruptedException {
    EmbeddedProcess embedded = startEmbedded();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stopping.set(true)));
    try {
      note(embedded, options.driver(), false);
      settings(options, embedded.endpoints()).forEach(System::setProperty);
      embedded.onExit().thenAccept(code -> childEnded());
      Thread.ofVirtual().name("ready").start(() -> announce(embedded));
      console.progress("Starting the services");
      Failure failure = new Failure();
      Quarkus.run(
          null,
          (code, cause) -> {
            failure.code = code;
            failure.cause = cause;
          });
      if (failure.cause != null) {
        throw new Complaint(
            "The services did not start: %s (see %s)."
                .formatted(rootMessage(failure.cause), log(options.data())),
            failure.cause);
      }
      return failure.code;
    } finally {
      stopping.set(true);
      close(embedded);
    }
  }

  /** How the summary begins. */
  static final String READY = "Longshore is ready";

  /** How its last line begins, which holds for a process in the foreground only. */
  static final String CTRL_C = "Ctrl-C";

  private static final class Failure {
    private int code;
    private @org.jspecify.annotations.Nullable Throwable cause;
  }

  private EmbeddedProcess startEmbedded() throws InterruptedException {
    try {
      return EmbeddedProcess.start(
          Installation.embedded(options.data()).withProgress(console::progress));
    } catch (IOException e) {
      throw new Complaint(String.valueOf(e.getMessage()), e);
    }
  }

  /** What the services have to know of this process; an environment variable cannot override it. */
  static Map<String, String> settings(Options options, Endpoints endpoints) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("kafka.bootstrap.servers", endpoints.bootstrapServers());
    settings.put("longshore.database.url", endpoints.jdbcUrl());
    settings.put("longshore.database.user", endpoints.user());
    // Loopback is trusted; the services insist on a password nevertheless.
    settings.put("longshore.database.password", "unused");
    settings.put("longshore.read-database.url", endpoints.jdbcUrl());
    settings.put("longshore.read-database.user", "longshore_read");
    settings.put("longshore.read-database.password", "unused");
    settings.put("longshore.api.data", options.data().resolve("api").toString());
    settings.put("longshore.runner.cluster", "*");
    settings.put("longshore.runner.count", Integer.toString(options.runners()));
    settings.put("longshore.runner.driver", options.driver());
    settings.put("longshore.runner.data", options.data().resolve("runner").toString());
    settings.put("quarkus.http.host", "127.0.0.1");
    settings.put("quarkus.http.port", Integer.toString(options.port()));
    settings.put("longshore.logs", logs(options.data()).toString());
    settings.put("quarkus.log.file.enabled", "true");
    settings.put("quarkus.log.file.path", log(options.data()).toString());
    return settings;
  }

  private static Path log(Path data) {
    return logs(data).resolve("longshore.log");
  }

  private static Path logs(Path data) {
    return data.resolve("logs");
  }

  private void announce(EmbeddedProcess embedded) {
    try {
      while (!Health.isReady(options.endpoint())) {
        if (stopping.get()) {
          return;
        }
        Thread.sleep(POLL);
      }
      String driver = Drivers.used(options.driver());
      // Who started this in the background shows the summary, and looks for it once this is noted.
      summary(driver).forEach(console::say);
      note(embedded, driver, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> summary(String driver) {
    double seconds = Duration.between(begin, Instant.now()).toMillis() / 1000.0;
    return List.of(
        "",
        String.format(Locale.ROOT, READY + " at %s after %.1f s.", options.endpoint(), seconds),
        "  driver  " + Drivers.inWords(options.driver(), driver),
        "  data    " + options.data(),
        "  logs    " + options.data().resolve("logs"),
        "",
        "Try it from another terminal:",
        "  export AWS_ENDPOINT_URL_ECS=%s AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any"
            .formatted(options.endpoint()),
        "  aws ecs create-cluster --cluster-name default",
        "  aws ecs list-container-instances",
        "",
        CTRL_C + " stops it; what runs keeps running, and the next start finds it.");
  }

  private void note(EmbeddedProcess embedded, String driver, boolean ready) {
    try {
      Instance.ofThisProcess(embedded.pid(), options.endpoint(), driver, ready)
          .write(options.data());
    } catch (IOException e) {
      throw new Complaint(
          "The data directory %s cannot be written to.".formatted(options.data()), e);
    }
  }

  private void childEnded() {
    if (stopping.compareAndSet(false, true)) {
      console.progress(
          "The embedded Kafka and PostgreSQL ended; stopping (see %s)"
              .formatted(options.data().resolve("logs")));
      Quarkus.asyncExit(1);
    }
  }

  private void close(EmbeddedProcess embedded) {
    try {
      embedded.close();
      Instance.forget(options.data());
    } catch (IOException e) {
      console.progress(
          "What was left behind will be cleaned up at the next start: " + e.getMessage());
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message =
        root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
