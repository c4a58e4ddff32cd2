package io.longshore.balancer;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** Programs of others that the load balancer is tried with. */
final class Installed {
  private Installed() {}

  /** Where it is not installed the test is skipped, or fails with LONGSHORE_REQUIRE_ENGINE=true. */
  static Path program(String name) {
    String path = System.getenv("PATH");
    List<String> folders =
        new ArrayList<>(List.of((path == null ? "" : path).split(File.pathSeparator, -1)));
    folders.add("/usr/sbin");
    for (String folder : folders) {
      Path program = Path.of(folder, name);
      if (!folder.isEmpty() && Files.isExecutable(program)) {
        return program;
      }
    }
    String sentence = "The program " + name + " is not installed.";
    if (Boolean.parseBoolean(System.getenv("LONGSHORE_REQUIRE_ENGINE"))) {
      throw new AssertionError("LONGSHORE_REQUIRE_ENGINE is true. " + sentence);
    }
    throw new TestAbortedException(sentence);
  }
}
