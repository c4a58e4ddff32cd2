package io.longshore.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The parent's side of {@link EmbeddedMain}: starts the child, knows its endpoints and ends it.
 * Safe for use by many threads; requests are carried out one after the other. When this process
 * dies, however it dies, the child notices at once and stops by itself.
 *
 * <p>This class needs nothing but the JDK, so that a program can hold it without having the broker
 * on its own class path.
 */
public final class EmbeddedProcess implements AutoCloseable {
  // A first start on a busy machine unpacks and initialises PostgreSQL; usually it takes seconds.
  private static final Duration START_PATIENCE = Duration.ofSeconds(120);
  private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(60);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

  private final Path data;
  private final Process child;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Consumer<String> progress;
  private final Endpoints endpoints;

  /**
   * How to start the child.
   *
   * @param data the directory that everything is kept in; made when it is missing
   * @param java the {@code java} executable to run it with, of version 25 or newer
   * @param classPath where this module and the broker are; never empty
   * @param jvmArguments in addition to those every child gets; later ones win
   * @param progress is told, in a few words for people, when a long step begins; called on other
   *     threads
   */
  public record Settings(
      Path data,
      Path java,
      List<Path> classPath,
      List<String> jvmArguments,
      Consumer<String> progress) {
    public Settings {
      classPath = List.copyOf(classPath);
      jvmArguments = List.copyOf(jvmArguments);
    }

    /** With this program's own Java and class path, as tests want it. */
    public static Settings ofThisProgram(Path data) {
      List<Path> classPath = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
        if (!entry.isEmpty()) {
          classPath.add(Path.of(entry).toAbsolutePath());
        }
      }
      return new Settings(data, currentJava(), classPath, List.of(), step -> {});
    }

    /**
     * With this program's Java, and this class's own jar and every jar of {@code libraries} as the
     * class path: for a program that has the broker beside it and not on its own class path.
     *
     * @throws IOException if the directory cannot be read
     */
    public static Settings ofLibraries(Path data, Path libraries) throws IOException {
      List<Path> classPath = new ArrayList<>();
      classPath.add(ownJar());
      try (var jars = Files.list(libraries)) {
        // In the order of their names: a class path in the directory's order would make an AOT
        // cache useless on the next machine.
        jars.filter(jar -> jar.toString().endsWith(".jar"))
            .map(Path::toAbsolutePath)
            .sorted()
            .forEach(classPath::add);
      }
      return new Settings(data, currentJava(), classPath, List.of(), step -> {});
    }

    private static Path ownJar() throws IOException {
      try {
        return Path.of(
            EmbeddedProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      } catch (URISyntaxException e) {
        throw new IOException("This program's own jar was not found", e);
      }
    }

    public Settings withProgress(Consumer<String> newProgress) {
      return new Settings(data, java, classPath, jvmArguments, newProgress);
    }

    public Settings withJvmArguments(List<String> newJvmArguments) {
      return new Settings(data, java, classPath, newJvmArguments, progress);
    }

    /**
     * With further ports of loopback on which the broker listens.
     *
     * @param doors each port with the address and port that clients who come there are told instead
     */
    public Settings withDoors(Map<Integer, String> doors) {
      List<String> arguments = new ArrayList<>(jvmArguments);
      arguments.add(
          "-D%s=%s"
              .formatted(
                  Doors.PROPERTY,
                  doors.entrySet().stream()
                      .map(door -> door.getKey() + ":" + door.getValue())
                      .collect(Collectors.joining(","))));
      return withJvmArguments(arguments);
    }

    private static Path currentJava() {
      return Path.of(System.getProperty("java.home", ""), "bin", "java");
    }
  }

  private EmbeddedProcess(Settings settings) throws IOException, InterruptedException {
    this.data = settings.data().toAbsolutePath().normalize();
    this.progress = settings.progress();
    Path logs = Files.createDirectories(data.resolve("logs"));
    this.child =
        new ProcessBuilder(command(settings))
            .redirectError(logs.resolve("embedded.err").toFile())
            .start();
    // Not a virtual thread: whoever reads a pipe keeps the thread below it, and on two cores that
    // would be half of those on which everybody else's work is done.
    Thread.ofPlatform().daemon().name("embedded-answers").start(this::listen);
    try {
      this.endpoints = Protocol.endpoints(await(START_PATIENCE, "start"));
    } catch (IOException | InterruptedException | RuntimeException e) {
      end(child, data);
      throw e;
    }
  }

  /**
   * Starts broker and database on a data directory, with this program's own Java and class path,
   * and returns when both take connections.
   *
   * @throws IOException with one sentence for people, if they did not start
   */
  public static EmbeddedProcess start(Path data) throws IOException, InterruptedException {
    return start(Settings.ofThisProgram(data));
  }

  /**
   * As {@link #start(Path)}, in all detail.
   *
   * @throws IOException with one sentence for people, if they did not start
   */
  public static EmbeddedProcess start(Settings settings) throws IOException, InterruptedException {
    return new EmbeddedProcess(settings);
  }

  /** Where broker and database listen; the same over restarts of either. */
  public Endpoints endpoints() {
    return endpoints;
  }

  /** The child's process id. */
  public long pid() {
    return child.pid();
  }

  /** Completes with the exit code when the child has ended, wanted or not. */
  public CompletableFuture<Integer> onExit() {
    return child.onExit().thenApply(Process::exitValue);
  }

  /** Returns when the broker has stopped. */
  public void stopKafka() throws IOException, InterruptedException {
    request(new Protocol.Request(Protocol.Verb.STOP, Protocol.Part.KAFKA));
  }

  /** Returns when the broker takes requests again; does nothing if it does already. */
  public void startKafka() throws IOException, InterruptedException {
    request(new Protocol.Request(Protocol.Verb.START, Protocol.Part.KAFKA));
  }

  /** Returns when the broker takes requests again. */
  public void restartKafka() throws IOException, InterruptedException {
    request(new Protocol.Request(Protocol.Verb.RESTART, Protocol.Part.KAFKA));
  }

  /** Returns when the database has stopped; open connections are cut. */
  public void stopPostgres() throws IOException, InterruptedException {
    request(new Protocol.Request(Protocol.Verb.STOP, Protocol.Part.POSTGRES));
  }

  /** Returns when the database answers again; does nothing if it does already. */
  public void startPostgres() throws IOException, InterruptedException {
    request(new Protocol.Request(Protocol.Verb.START, Protocol.Part.POSTGRES));
  }

  /** Returns when the database answers again; open connections are cut. */
  public void restartPostgres() throws IOException, InterruptedException {
    request(new Protocol.Request(Protocol.Verb.RESTART, Protocol.Part.POSTGRES));
  }

  /** Ends the database as a power cut would; {@link #startPostgres} brings it back. */
  public void crashPostgres() throws IOException, InterruptedException {
    request(new Protocol.Request(Protocol.Verb.CRASH, Protocol.Part.POSTGRES));
  }

  /**
   * Ends the child as a crash would. PostgreSQL, a daemon, stays behind until the next start on the
   * same data or until {@link #close}.
   */
  public void kill() {
    child.destroyForcibly();
    child.onExit().join();
  }

  /** Stops broker and database, and returns when both are gone; what they hold is kept. */
  @Override
  public void close() throws IOException {
    end(child, data);
  }

  private synchronized void request(Protocol.Request request)
      throws IOException, InterruptedException {
    OutputStream toChild = child.getOutputStream();
    toChild.write((request.line() + "\n").getBytes(StandardCharsets.UTF_8));
    toChild.flush();
    await(REQUEST_PATIENCE, request.line());
  }

  private String await(Duration patience, String what) throws IOException, InterruptedException {
    @Nullable String answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (answer == null) {
      throw new IOException(
          "The embedded Kafka and PostgreSQL did not answer \"%s\" within %d s; see %s."
              .formatted(what, patience.toSeconds(), data.resolve("logs")));
    }
    if (answer.startsWith(Protocol.FAILED)) {
      throw new IOException(answer.substring(Protocol.FAILED.length()));
    }
    return answer;
  }

  private void listen() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(Protocol.STEP)) {
          progress.accept(line.substring(Protocol.STEP.length()));
        } else if (line.startsWith(Protocol.PREFIX)) {
          answers.add(line);
        }
      }
    } catch (IOException e) {
      // The pipe of a killed child; the line below tells whoever waits.
    }
    answers.add(
        Protocol.FAILED
            + "The process of the embedded Kafka and PostgreSQL ended; see "
            + data.resolve("logs")
            + ".");
  }

  private static List<String> command(Settings settings) {
    // Ctrl-C in a terminal reaches every process of the foreground; this one has to stay until its
    // parent has let go of it. A signal that is ignored before Java starts stays ignored.
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
    command.add(settings.java().toString());
    command.addAll(
        List.of(
            "-Xms32m",
            "-Xmx256m",
            // One full collection after a first start gives back what unpacking took, not a tenth.
            "-XX:-ShrinkHeapInSteps",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=30",
            "-XX:+UseSerialGC",
            // Halves the start and the memory; a laptop's broker is idle most of the time.
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            // Where other bindings are on the class path too, as in a service's tests.
            "-Dslf4j.provider=org.slf4j.jul.JULServiceProvider",
            "-Dslf4j.internal.verbosity=WARN"));
    command.addAll(settings.jvmArguments());
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator, settings.classPath().stream().map(Path::toString).toList()));
    command.add(EmbeddedMain.class.getName());
    command.add(settings.data().toAbsolutePath().normalize().toString());
    return command;
  }

  /** A child that was killed, or gave up waiting, leaves its PostgreSQL behind. */
  private static void stopPostgresOf(Path data) throws IOException, InterruptedException {
    try (FileChannel channel = DataLock.open(data);
        @Nullable FileLock lock = channel.tryLock()) {
      // Without the lock the data, and so the PostgreSQL, belongs to somebody else's child.
      if (lock != null) {
        StalePostgres.stop(PostgresNode.dataDirectory(data.resolve("postgres")));
      }
    }
  }

  private static void end(Process child, Path data) throws IOException {
    try {
      // The end of its input is the child's sign to stop.
      child.getOutputStream().close();
    } catch (IOException e) {
      // It is gone already.
    }
    try {
      if (!child.waitFor(STOP_PATIENCE)) {
        child.destroyForcibly();
      }
      stopPostgresOf(data);
    } catch (InterruptedException e) {
      child.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
