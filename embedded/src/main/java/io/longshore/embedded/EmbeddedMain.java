package io.longshore.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.FileHandler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The child process: a Kafka broker and a PostgreSQL on one data directory, which is its only
 * argument. It lives as long as its standard input stays open, so that it goes with its parent
 * however that ends, and speaks {@link Protocol} on its standard output.
 */
public final class EmbeddedMain {
  private static final Logger LOG = Logger.getLogger(EmbeddedMain.class.getName());
  private static final int LOG_BYTES = 4 << 20;
  private static final int LOG_FILES = 3;
  // A broker that hangs on its way down must not outlive its parent for long.
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);

  private final PrintStream toParent;
  private final KafkaNode kafka;
  private final PostgresNode postgres;

  private EmbeddedMain(PrintStream toParent, KafkaNode kafka, PostgresNode postgres) {
    this.toParent = toParent;
    this.kafka = kafka;
    this.postgres = postgres;
  }

  /** Ends with exit code 0 when the parent has gone, and with 1 when the start failed. */
  public static void main(String[] arguments) throws IOException {
    PrintStream toParent = System.out;
    // Whatever else is printed must not be taken for a word of the protocol.
    System.setOut(System.err);
    BlockingQueue<Optional<String>> requests = new LinkedBlockingQueue<>();
    Thread.ofPlatform().name("parent").daemon().start(() -> listen(requests));
    Path data = Path.of(arguments[0]).toAbsolutePath().normalize();
    Files.createDirectories(data.resolve("logs"));
    logTo(data.resolve("logs"));
    try (FileChannel channel = DataLock.open(data);
        @Nullable FileLock lock = channel.tryLock()) {
      if (lock == null) {
        toParent.println(
            Protocol.FAILED + "Another Longshore already uses the data directory " + data + ".");
        System.exit(1);
      }
      System.exit(run(data, toParent, requests));
    }
  }

  private static int run(
      Path data, PrintStream toParent, BlockingQueue<Optional<String>> requests) {
    try {
      Ports ports = Ports.choose(data.resolve("ports.properties"));
      EmbeddedMain main =
          new EmbeddedMain(
              toParent,
              new KafkaNode(
                  data.resolve("kafka"),
                  ports.kafka(),
                  ports.controller(),
                  Doors.parse(System.getProperty(Doors.PROPERTY, ""))),
              new PostgresNode(
                  data.resolve("postgres"),
                  data.resolve("logs").resolve("postgres.log"),
                  ports.postgres()));
      main.startAll();
      main.serve(requests);
      return 0;
    } catch (Exception e) {
      LOG.log(Level.SEVERE, "The embedded services ended", e);
      toParent.println(Protocol.FAILED + sentence(e));
      return 1;
    }
  }

  private void startAll() throws Exception {
    // Side by side: PostgreSQL's first start is mostly another process's work.
    toParent.println(Protocol.STEP + "Starting PostgreSQL and Kafka");
    Throwable[] failure = new Throwable[1];
    Thread database =
        Thread.ofPlatform()
            .name("postgres-start")
            .start(() -> {
              try {
                postgres.start();
              } catch (Throwable e) {
                // An Error too: whatever it is, the parent must not be told that all is well.
                failure[0] = e;
              }
            });
    try {
      kafka.start();
    } finally {
      database.join();
    }
    if (failure[0] != null) {
      kafka.stop();
      throw new IOException("PostgreSQL did not start: " + failure[0].getMessage(), failure[0]);
    }
    toParent.println(
        Protocol.ready(new Endpoints(kafka.bootstrapServers(), postgres.jdbcUrl(), "postgres")));
  }

  /** Carries out requests until the parent is gone, then stops everything. */
  private void serve(BlockingQueue<Optional<String>> requests) throws Exception {
    while (true) {
      Optional<String> request = requests.take();
      if (request.isEmpty()) {
        break;
      }
      try {
        carryOut(Protocol.Request.parse(request.get()));
        toParent.println(Protocol.DONE);
      } catch (Exception e) {
        LOG.log(Level.WARNING, "The request \"%s\" failed".formatted(request.get()), e);
        toParent.println(Protocol.FAILED + sentence(e));
      }
    }
    try {
      kafka.stop();
    } finally {
      postgres.stop();
    }
  }

  private void carryOut(Protocol.Request request) throws IOException, InterruptedException {
    switch (request.part()) {
      case KAFKA -> {
        switch (request.verb()) {
          case START -> kafka.start();
          case STOP -> kafka.stop();
          case RESTART -> {
            kafka.stop();
            kafka.start();
          }
          case CRASH -> throw new IllegalArgumentException("Kafka crashes only with its process.");
        }
      }
      case POSTGRES -> {
        switch (request.verb()) {
          case START -> postgres.start();
          case STOP -> postgres.stop();
          case RESTART -> {
            postgres.stop();
            postgres.start();
          }
          case CRASH -> postgres.crash();
        }
      }
    }
  }

  /** Runs on its own thread; an empty element stands for the end of the input. */
  private static void listen(BlockingQueue<Optional<String>> requests) {
    try {
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          requests.add(Optional.of(line));
        }
      }
    } catch (IOException e) {
      LOG.log(Level.FINE, "The parent's pipe broke", e);
    }
    requests.add(Optional.empty());
    haltUnlessEndedSoon();
  }

  private static void haltUnlessEndedSoon() {
    try {
      // Never counted down: the process ends first, unless something hangs.
      new CountDownLatch(1).await(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }

  private static void logTo(Path directory) {
    try {
      LogManager.getLogManager().reset();
      System.setProperty(
          "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL %4$s %3$s %5$s%6$s%n");
      FileHandler file =
          new FileHandler(
              directory.resolve("embedded.%g.log").toString().replace("%h", "%%h"),
              LOG_BYTES,
              LOG_FILES,
              true);
      file.setFormatter(new SimpleFormatter());
      Logger root = Logger.getLogger("");
      root.setLevel(Level.WARNING);
      root.addHandler(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sentence(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
