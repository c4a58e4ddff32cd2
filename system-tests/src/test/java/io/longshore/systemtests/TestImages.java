package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The services' images, and those that stand in for what cannot be pulled. */
final class TestImages {
  static final String TAG = "test";
  static final List<String> SERVICES =
      List.of("api-service", "scheduler-service", "runner-service", "load-balancer");

  private static final String BASE = "longshore-test/java:25";

  /** Where Debian's packages put it. */
  private static final Path POSTGRES = Path.of("/usr/lib/postgresql");

  private TestImages() {}

  /**
   * @param part as it is called in compose files, {@code api}
   * @return the module whose image it runs
   */
  static String module(String part) {
    return SERVICES.stream().filter(module -> module.startsWith(part)).findFirst().orElseThrow();
  }

  /**
   * Skips the calling test class where something is missing that they are made of or run by; fails
   * it where {@code LONGSHORE_REQUIRE_ENGINE} is {@code true}.
   */
  static void orSkip() {
    List<String> missing =
        new ArrayList<>(
            Stream.of("docker", "ldd", "busybox", "prometheus")
                .filter(program -> !Program.isInstalled(program))
                .toList());
    if (!Program.isInstalled("docker-compose") && !hasComposePlugin()) {
      missing.add("docker-compose");
    }
    if (!hasPostgres()) {
      missing.add("initdb below " + POSTGRES);
    }
    if (missing.isEmpty()) {
      return;
    }
    String sentence =
        "Images that stand in for others cannot be made or run here without %s."
            .formatted(String.join(", ", missing));
    if ("true".equals(System.getenv("LONGSHORE_REQUIRE_ENGINE"))) {
      throw new AssertionError("LONGSHORE_REQUIRE_ENGINE is true. " + sentence);
    }
    Program.skip(sentence);
  }

  private static boolean hasComposePlugin() {
    return Stream.of(
            "/usr/libexec/docker/cli-plugins",
            "/usr/lib/docker/cli-plugins",
            "/usr/local/lib/docker/cli-plugins",
            System.getProperty("user.home") + "/.docker/cli-plugins")
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "docker-compose")));
  }

  private static boolean hasPostgres() {
    try (Stream<Path> versions = Files.list(POSTGRES)) {
      return versions.anyMatch(version -> Files.isExecutable(version.resolve("bin/initdb")));
    } catch (IOException e) {
      return false;
    }
  }

  /** Builds what is not there or older than the services; fails the test if that fails. */
  static void build(Path directory) throws InterruptedException {
    Program shell = new Program(directory, Map.of());
    succeeds(shell, "base", Built.ROOT.resolve(".ci").resolve("java-image").toString());
    succeeds(
        shell,
        "images",
        Built.ROOT.resolve("longshore").toString(),
        "images",
        "--base",
        BASE,
        "--tag",
        TAG);
    succeeds(
        shell,
        "stand-ins",
        Built.ROOT.resolve(".ci").resolve("stand-ins").resolve("build").toString());
  }

  private static void succeeds(Program shell, String step, String... command)
      throws InterruptedException {
    // Where sources are newer than what was packaged, the services are packaged first.
    Program.Outcome outcome = shell.run(step, 900, List.of(command));
    assertThat(outcome.code()).as(outcome.output()).isZero();
  }
}
