package io.longshore.chaos;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the build has made of the services.
 *
 * @param root the folder of the whole project
 */
public record Build(Path root) {
  public Build {
    root = root.toAbsolutePath().normalize();
  }

  /**
   * The program of a service.
   *
   * @param module such as {@code api-service}
   */
  public Path service(String module) {
    Path jar =
        root.resolve(module).resolve("target").resolve("quarkus-app").resolve("quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException("Nothing was packaged as " + jar);
    }
    return jar;
  }

  /** The jars of the embedded broker and database. */
  public Path embedded() {
    return root.resolve("embedded").resolve("target").resolve("lib");
  }
}
