package io.longshore.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The load generator, small: whoever ends is replaced once, and nobody else is launched. */
class ScaleTest {
  private static final int TASKS = 200;
  private static final int HEALS = 20;

  @Test
  void whoeverEndsIsReplacedOnce() throws Exception {
    Path root = Path.of(System.getProperty("longshore.built", ""));
    assumeTrue(
        Files.exists(root.resolve("scheduler-service/target/quarkus-app/quarkus-run.jar")),
        "the services are packaged: run verify");
    try (Scale scale = new Scale(root, 20, 10, TASKS / 10)) {
      scale.fill(TASKS);
      assertThat(scale.heal(HEALS, 20)).hasSize(HEALS);
      int ended = scale.churn(5, 50);
      assertThat(ended).isGreaterThan(50);
      assertThat(scale.launches()).isEqualTo(TASKS + HEALS + ended);
    }
  }
}
