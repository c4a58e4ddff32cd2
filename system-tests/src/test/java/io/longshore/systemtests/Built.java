package io.longshore.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the build has put what users start. */
final class Built {
  static final Path ROOT =
      Path.of(System.getProperty("longshore.built", "..")).toAbsolutePath().normalize();
  private static final Path OWN = ROOT.resolve("system-tests").resolve("target");

  private Built() {}

  /** The jar that the launcher runs. */
  static Path standalone() {
    Path target = ROOT.resolve("standalone").resolve("target");
    try (var files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("Nothing was packaged in " + target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param module such as {@code api-service}
   */
  static Path service(String module) {
    Path jar =
        ROOT.resolve(module).resolve("target").resolve("quarkus-app").resolve("quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException("Nothing was packaged as " + jar);
    }
    return jar;
  }

  /** The jars of the embedded broker and database. */
  static Path embedded() {
    return ROOT.resolve("embedded").resolve("target").resolve("lib");
  }

  /** A new directory for what one test keeps: data and logs, there to be looked at afterwards. */
  static Path directory(String test) {
    try {
      Path parent = Files.createDirectories(OWN.resolve("runs"));
      return Files.createTempDirectory(parent, test + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
