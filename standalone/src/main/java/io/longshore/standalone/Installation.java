package io.longshore.standalone;

import io.longshore.embedded.EmbeddedProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where this program's own files are; the launcher says so by system properties. */
final class Installation {
  /** The folder with the jars of the embedded broker and database. */
  static final String LIBRARIES = "longshore.embedded.libraries";

  /** An AOT cache for the embedded child; used if it is there. */
  static final String EMBEDDED_CACHE = "longshore.embedded.aot";

  /** Where the embedded child is to leave such a cache when it ends. */
  static final String EMBEDDED_CACHE_OUTPUT = "longshore.embedded.aot.output";

  private Installation() {}

  static EmbeddedProcess.Settings embedded(Path data) throws IOException {
    String configured = System.getProperty(LIBRARIES, "");
    Path libraries =
        configured.isEmpty() ? ownDirectory().resolve("embedded") : Path.of(configured);
    return EmbeddedProcess.Settings.ofLibraries(data, libraries).withJvmArguments(cacheArguments());
  }

  private static List<String> cacheArguments() {
    String output = System.getProperty(EMBEDDED_CACHE_OUTPUT, "");
    if (!output.isEmpty()) {
      return List.of("-XX:AOTCacheOutput=" + output);
    }
    String cache = System.getProperty(EMBEDDED_CACHE, "");
    return !cache.isEmpty() && Files.exists(Path.of(cache))
        ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off")
        : List.of();
  }

  /** This very program, with the same JVM and its arguments, ready to take its own. */
  static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path", ""));
    command.add(Longshore.class.getName());
    command.addAll(arguments);
    return command;
  }

  private static Path ownDirectory() throws IOException {
    try {
      Path own =
          Path.of(Longshore.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return own.toAbsolutePath().resolveSibling("");
    } catch (URISyntaxException e) {
      throw new IOException("This program's own folder was not found", e);
    }
  }
}
