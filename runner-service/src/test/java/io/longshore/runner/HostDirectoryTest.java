package io.longshore.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostDirectoryTest {
  @TempDir Path data;

  @Test
  void theHostIdIsDrawnOnceAndKept() throws Exception {
    String first;
    try (HostDirectory host = HostDirectory.open(data, Optional.empty())) {
      first = host.hostId();
    }
    try (HostDirectory host = HostDirectory.open(data, Optional.empty())) {
      assertThat(host.hostId()).isEqualTo(first).matches("[0-9a-f]{32}");
    }
    try (HostDirectory host = HostDirectory.open(data, Optional.of("mine"))) {
      assertThat(host.hostId()).isEqualTo("mine");
    }
  }

  @Test
  void aSecondProcessIsRefusedInOneSentence() throws Exception {
    try (HostDirectory host = HostDirectory.open(data, Optional.empty())) {
      assertThat(host.directory()).isAbsolute();
      assertThatThrownBy(() -> HostDirectory.open(data, Optional.empty()))
          .isInstanceOf(RefusedToStartException.class)
          .hasMessageStartingWith("Another runner is using ");
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefusedInOneSentence() throws Exception {
    Path file = Files.createFile(data.resolve("file"));
    assertThatThrownBy(() -> HostDirectory.open(file.resolve("x"), Optional.empty()))
        .isInstanceOf(RefusedToStartException.class)
        .hasMessageStartingWith("The runner cannot use its directory ");
  }
}
