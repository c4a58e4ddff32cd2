package io.longshore.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM of its own, with everything it prints in a file. Ends with this program at the latest. */
public final class Jvm implements AutoCloseable {
  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();
  private static final int STOP_SECONDS = 30;
  private static final int TAIL_LINES = 60;
  private static final int TAIL_WIDTH = 500;

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().unstarted(() -> STARTED.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final Path output;
  private final Process process;

  private Jvm(String name, Path output, Process process) {
    this.name = name;
    this.output = output;
    this.process = process;
    STARTED.add(process);
  }

  /**
   * @param arguments of {@code java}
   * @param environment in addition to this program's own
   * @param output appended to, so that what was said before a restart is still there
   */
  public static Jvm start(
      String name, List<String> arguments, Map<String, String> environment, Path output) {
    return start(name, arguments, environment, output, null);
  }

  /**
   * @param island where it is to run; null for where this program does
   */
  static Jvm start(
      String name,
      List<String> arguments,
      Map<String, String> environment,
      Path output,
      @Nullable Island island) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(island == null ? command : island.in(command))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(environment);
    try {
      return new Jvm(name, output, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** As the system does it when memory runs out: nothing is closed, nothing is said. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    STARTED.remove(process);
  }

  /** As {@link #kill}, without waiting. */
  public void destroy() {
    process.destroyForcibly();
    STARTED.remove(process);
  }

  /** SIGSTOP: not one instruction more, until {@link #resume}; connections stay as they are. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT: goes on as if no time had passed. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException("SIG%s did not reach %s".formatted(name, this.name));
    }
  }

  /** By the signal that systems stop their services with; returns the exit code. */
  public int stop() throws InterruptedException {
    process.destroy();
    return awaitEnd(STOP_SECONDS);
  }

  public int awaitEnd(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      String said = tail();
      kill();
      throw new AssertionError(
          "%s had not ended after %d s; it said:%n%s".formatted(name, seconds, said));
    }
    STARTED.remove(process);
    return process.exitValue();
  }

  /** Everything that has been printed into the file so far. */
  public String output() {
    try {
      return Files.exists(output) ? Files.readString(output, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of the output, for the message of a failure. */
  public String tail() {
    List<String> lines =
        output()
            .lines()
            .map(line -> line.length() <= TAIL_WIDTH ? line : line.substring(0, TAIL_WIDTH) + "…")
            .toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  @Override
  public void close() throws InterruptedException {
    if (process.isAlive()) {
      stop();
    }
    STARTED.remove(process);
  }
}
