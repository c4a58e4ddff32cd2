package io.longshore.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Skipped where nobody may mount a disk. */
class DiskTest {
  @TempDir Path parent;

  @Test
  void aFullDiskTakesNothingUntilItIsEmptied() throws Exception {
    assumeTrue(Means.here(false).contains(Means.DISKS));
    Path file;
    try (Disk disk = Disk.mount(parent.resolve("disk"), 1)) {
      file = Files.createDirectories(disk.data()).resolve("file");
      Files.write(file, new byte[1]);
      disk.fill();
      assertThatThrownBy(() -> Files.write(disk.data().resolve("other"), new byte[1]))
          .isInstanceOf(IOException.class);
      assertThat(file).as("what was there before").hasBinaryContent(new byte[1]);

      disk.empty();
      Files.write(disk.data().resolve("other"), new byte[100_000]);
    }
    assertThat(file).as("nothing is left mounted").doesNotExist();
  }
}
