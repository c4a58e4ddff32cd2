package io.longshore.k8s;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The program that makes manifests of an overlay: kustomize, or the one that is part of kubectl.
 */
final class Kustomize {
  private static final long SECONDS = 60;

  private Kustomize() {}

  /**
   * What {@code kubectl apply -k} would send. Where neither program is installed the test is
   * skipped, or fails with {@code LONGSHORE_REQUIRE_ENGINE=true}.
   */
  static String render(Path directory) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(program());
    command.add(directory.toString());
    Path errors = Files.createTempFile("longshore-kustomize", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " did not end");
      }
      String said = Files.readString(errors);
      // What is deprecated is said there, too.
      if (process.exitValue() != 0 || !said.isBlank()) {
        throw new AssertionError(command + " ended with " + process.exitValue() + ":\n" + said);
      }
      return out;
    } finally {
      Files.delete(errors);
    }
  }

  private static List<String> program() {
    String path = System.getenv().getOrDefault("PATH", "");
    if (isOn(path, "kustomize")) {
      return List.of("kustomize", "build");
    }
    if (isOn(path, "kubectl")) {
      return List.of("kubectl", "kustomize");
    }
    String sentence = "Neither kustomize nor kubectl is on the PATH: overlays cannot be rendered.";
    if (Boolean.parseBoolean(System.getenv("LONGSHORE_REQUIRE_ENGINE"))) {
      throw new AssertionError("LONGSHORE_REQUIRE_ENGINE is true. " + sentence);
    }
    return Assumptions.abort(sentence);
  }

  private static boolean isOn(String path, String program) {
    return Stream.of(path.split(File.pathSeparator))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory).resolve(program)));
  }
}
