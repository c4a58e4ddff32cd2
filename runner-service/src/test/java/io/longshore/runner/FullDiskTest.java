package io.longshore.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.longshore.runner.store.OutputPositions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner's files on a disk that is full. Skipped where nobody may mount one. */
class FullDiskTest {
  @TempDir Path parent;
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(parent.resolve("disk"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()) == 0);
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  private static int run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      return -1;
    }
  }

  private Path filler() {
    return disk.resolve("filler");
  }

  private void fill() {
    assertThatThrownBy(
            () -> {
              while (true) {
                Files.write(
                    filler(), new byte[512], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void aRunnerIsRefusedInOneSentenceAndStartsWhenThereIsRoom() throws Exception {
    fill();
    assertThatThrownBy(() -> HostDirectory.open(disk, Optional.empty()))
        .isInstanceOf(RefusedToStartException.class)
        .hasMessageStartingWith("The runner cannot use its directory ");
    Files.delete(filler());
    String drawn;
    try (HostDirectory host = HostDirectory.open(disk, Optional.empty())) {
      drawn = host.hostId();
      assertThat(drawn).matches("[0-9a-f]{32}");
      host.keepMetadataPort(51_679);
      fill();
      assertThatThrownBy(() -> host.keepMetadataPort(51_680)).isInstanceOf(IOException.class);
    }
    Files.delete(filler());
    try (HostDirectory host = HostDirectory.open(disk, Optional.empty())) {
      assertThat(host.hostId()).isEqualTo(drawn);
      assertThat(host.metadataPort()).as("what was there before stays whole").isEqualTo(51_679);
    }
  }

  @Test
  void howFarOutputIsSentIsWrittenDownAsSoonAsThereIsRoom() throws IOException {
    Path file = disk.resolve("positions");
    try (OutputPositions positions = new OutputPositions(file)) {
      positions.reached("one", 1);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> Files.exists(file) && Files.readString(file).equals("one 1\n"));
      fill();
      for (int i = 0; i < 1_000; i++) {
        positions.reached("c" + i, i);
      }
      assertThat(positions.of("c999")).isEqualTo(999);
      // It tries in vain meanwhile, and the old file stays as it was.
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> Files.exists(disk.resolve("positions.new")));
      assertThat(file).hasContent("one 1\n");
      Files.delete(filler());
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> Files.readString(file).contains("c999 999\n"));
    }
    try (OutputPositions again = new OutputPositions(file)) {
      assertThat(again.of("one")).isEqualTo(1);
      assertThat(again.of("c999")).isEqualTo(999);
    }
  }
}
