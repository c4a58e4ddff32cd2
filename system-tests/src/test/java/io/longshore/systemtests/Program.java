package io.longshore.systemtests;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Somebody else's client, run as a user runs it; what it says goes to files in its directory.
 *
 * @param directory where it runs
 * @param environment in addition to this program's own
 */
record Program(Path directory, Map<String, String> environment) {
  /** Skips the calling test class with a sentence when one is not on the {@code PATH}. */
  static void orSkip(String name) {
    if (!isInstalled(name)) {
      skip("There is no program \"%s\" here, so tests that need it are skipped.".formatted(name));
    }
  }

  /** Whether it is on the {@code PATH}. */
  static boolean isInstalled(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }

  /** Skips the calling test class. */
  static void skip(String sentence) {
    System.out.println(sentence);
    Assumptions.abort(sentence);
  }

  /**
   * Runs it to its end; if that has not come after so many seconds, the program and what it has
   * started are killed and the test fails.
   *
   * @param step names the file of the output
   */
  Outcome run(String step, int seconds, List<String> command) throws InterruptedException {
    Path output = directory.resolve(step + ".out");
    Instant begin = Instant.now();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      String said = Files.readString(output, StandardCharsets.UTF_8);
      if (!ended) {
        throw new AssertionError(
            "%s had not ended after %d s; it said:%n%s".formatted(step, seconds, said));
      }
      System.out.printf(
          "%s: %s ended with %d after %d ms.%n",
          command.getFirst(),
          step,
          process.exitValue(),
          Duration.between(begin, Instant.now()).toMillis());
      return new Outcome(process.exitValue(), said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param output what went to standard output and standard error
   */
  record Outcome(int code, String output) {}
}
