package io.longshore.systemtests;

import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What {@code longshore warm} leaves for later starts: these tests start the same program some
 * twenty times.
 */
final class Warmth {
  static final Path CACHE =
      Built.ROOT.resolve("standalone").resolve("target").resolve("longshore.aot");
  static final Path EMBEDDED_CACHE =
      Built.ROOT.resolve("embedded").resolve("target").resolve("longshore-embedded.aot");
  private static final int MINUTES_MAX = 5;

  private Warmth() {}

  /** What the launcher adds for a start with the cache, which is made if there is none yet. */
  static synchronized List<String> arguments() {
    try {
      if (!Files.exists(CACHE)
          || Files.getLastModifiedTime(CACHE)
                  .compareTo(Files.getLastModifiedTime(Built.standalone()))
              < 0) {
        warm();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a cache was made.", e);
    }
    return List.of("-XX:AOTCache=" + CACHE, "-Xlog:aot*=off", "-Xlog:cds*=off");
  }

  private static void warm() throws IOException, InterruptedException {
    Path said = Built.directory("warm").resolve("warm.out");
    ProcessBuilder builder =
        new ProcessBuilder(
                Built.ROOT.resolve("longshore").toString(),
                "warm",
                Integer.toString(LoopbackPorts.next()))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    // A cache fits the very JDK that made it.
    builder.environment().put("LONGSHORE_JAVA_HOME", System.getProperty("java.home", ""));
    Process warm = builder.start();
    if (!warm.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
      warm.destroy();
    }
    if (warm.isAlive() || warm.exitValue() != 0) {
      throw new IllegalStateException("No cache was made: " + Files.readString(said));
    }
  }
}
