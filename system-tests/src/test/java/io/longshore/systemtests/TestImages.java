package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The services' images, and those that stand in for what cannot be pulled. */
final class TestImages {
  static final String TAG = "test";
  static final List<String> SERVICES =
      List.of("api-service", "scheduler-service", "runner-service", "load-balancer");

  private static final String BASE = "longshore-test/java:25";

  private TestImages() {}

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
    Program.Outcome outcome = shell.run(step, 300, List.of(command));
    assertThat(outcome.code()).as(outcome.output()).isZero();
  }
}
