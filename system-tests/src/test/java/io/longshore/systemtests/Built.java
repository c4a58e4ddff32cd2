package io.longshore.systemtests;

import io.longshore.chaos.Build;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the build has put what users start. */
final class Built {
  static final Path ROOT =
      Path.of(System.getProperty("longshore.built", "..")).toAbsolutePath().normalize();
  static final Build SERVICES = new Build(ROOT);
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

  /** As the root's pom.xml has it. */
  static String version() {
    try {
      Matcher version =
          Pattern.compile("<version>([^<]+)</version>")
              .matcher(Files.readString(ROOT.resolve("pom.xml")));
      if (!version.find()) {
        throw new IllegalStateException("The root has no version");
      }
      return version.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
