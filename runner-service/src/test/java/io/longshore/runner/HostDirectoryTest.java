package io.longshore.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
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
  void theSecretIsDrawnOnceAndForNobodyElsesEyes() throws Exception {
    String first;
    try (HostDirectory host = HostDirectory.open(data, Optional.empty())) {
      first = host.metadataSecret();
    }
    try (HostDirectory host = HostDirectory.open(data, Optional.of("mine"))) {
      assertThat(host.metadataSecret()).isEqualTo(first).matches("[0-9a-f]{64}");
    }
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("metadata-secret"))))
        .isEqualTo("rw-------");
    try (HostDirectory other = HostDirectory.open(data.resolve("other"), Optional.empty())) {
      assertThat(other.metadataSecret()).isNotEqualTo(first);
    }
  }

  @Test
  void thePortIsKept() throws Exception {
    try (HostDirectory host = HostDirectory.open(data, Optional.empty())) {
      assertThat(host.metadataPort()).isZero();
      host.keepMetadataPort(51679);
      host.keepMetadataPort(51680);
    }
    try (HostDirectory host = HostDirectory.open(data, Optional.empty())) {
      assertThat(host.metadataPort()).isEqualTo(51680);
      Files.writeString(data.resolve("metadata-port"), "what?");
      assertThat(host.metadataPort()).isZero();
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
  void anotherRunnersProcessIsRefusedUntilTheFirstOneIsGone() throws Exception {
    Process first =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = first.inputReader()) {
      String id = said.readLine();
      assertThat(id).matches("[0-9a-f]{32}");
      assertThatThrownBy(() -> HostDirectory.open(data, Optional.of("another")))
          .isInstanceOf(RefusedToStartException.class)
          .hasMessageStartingWith("Another runner is using ");
      first.destroyForcibly().waitFor();
      try (HostDirectory host = HostDirectory.open(data, Optional.empty())) {
        assertThat(host.hostId()).isEqualTo(id);
      }
    } finally {
      first.destroyForcibly();
    }
  }

  /** Takes a directory, says its host's id and waits to be killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      try (HostDirectory host = HostDirectory.open(Path.of(arguments[0]), Optional.empty())) {
        System.out.println(host.hostId());
        new CountDownLatch(1).await();
      }
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
