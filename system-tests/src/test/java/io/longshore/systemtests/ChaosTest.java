package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.Chaos;
import io.longshore.chaos.Options;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A short run of {@code longshore chaos}: a minute of faults, with a seed that has every kind. */
@Isolated("Its judge allows everything its time, on a machine of its own.")
class ChaosTest {
  private static final long SEED = 897;

  // A promise that was broken stays broken: a second run, where tests get one, does not mend it.
  private static @Nullable String broken;

  @Test
  void everyPromiseIsKept() throws IOException, InterruptedException {
    assertThat(broken).as("what the run before this one found").isNull();
    TestEngine.orSkip().close();
    Path folder = Built.directory("chaos");
    Options options =
        new Options(
            Duration.ofSeconds(60),
            SEED,
            2,
            1,
            2,
            "docker",
            Duration.ofSeconds(90),
            Duration.ofSeconds(10),
            folder,
            Built.ROOT);
    Path said = folder.resolve("chaos.out");
    boolean kept;
    try (PrintStream out = new PrintStream(said.toFile(), StandardCharsets.UTF_8)) {
      kept = Chaos.run(options, out);
    }
    String told = Files.readString(said);
    System.out.println(told);
    broken = kept ? null : told;
    assertThat(kept).as(told).isTrue();
  }
}
