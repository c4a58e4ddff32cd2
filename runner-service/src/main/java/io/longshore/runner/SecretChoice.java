package io.longshore.runner;

import io.longshore.runner.secrets.EnvironmentFiles;
import io.longshore.runner.secrets.Provisions;
import io.longshore.runner.secrets.SecretFolder;
import io.longshore.runner.secrets.SecretProgram;
import io.longshore.runner.secrets.SecretStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where this host's containers get from what their definitions only refer to. */
final class SecretChoice {
  private SecretChoice() {}

  /**
   * @param directory the runner's own, which has the folders that no setting names
   * @throws RefusedToStartException if a folder that a setting names is not there, or a program is
   *     wanted and none is named
   */
  static Provisions choose(RunnerSettings settings, Path directory) throws RefusedToStartException {
    Path buckets =
        named("environment-buckets", settings.environmentBuckets(), directory, "environment");
    List<Path> folders = settings.environmentFolders().orElse(List.of());
    return new Provisions(store(settings, directory), new EnvironmentFiles(buckets, folders));
  }

  private static SecretStore store(RunnerSettings settings, Path directory)
      throws RefusedToStartException {
    return switch (settings.secretStore()) {
      case FILE ->
          new SecretFolder(
              named("secret-directory", settings.secretDirectory(), directory, "secrets"));
      case COMMAND ->
          new SecretProgram(
              settings
                  .secretCommand()
                  .orElseThrow(() ->
                      new RefusedToStartException(
                          "longshore.runner.secret-store is command: longshore.runner.secret-command has to name a program.")),
              settings.secretTimeout());
    };
  }

  private static Path named(String setting, Optional<Path> path, Path directory, String otherwise)
      throws RefusedToStartException {
    if (path.isEmpty()) {
      return directory.resolve(otherwise);
    }
    if (!Files.isDirectory(path.get())) {
      throw new RefusedToStartException(
          "longshore.runner.%s names %s, which is not a directory.".formatted(setting, path.get()));
    }
    return path.get();
  }
}
