package io.longshore.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {
  @TempDir Path directory;

  @Test
  void staysTheSameWhileNobodyElseTakesThem() throws Exception {
    Path file = directory.resolve("ports.properties");
    Ports first = Ports.choose(file);

    assertThat(Ports.choose(file)).isEqualTo(first);
    assertThat(Set.of(first.kafka(), first.controller(), first.postgres())).hasSize(3);
  }

  @Test
  void replacesOnlyTheOneThatIsTaken() throws Exception {
    Path file = directory.resolve("ports.properties");
    Ports first = Ports.choose(file);
    try (ServerSocket other =
        new ServerSocket(first.kafka(), 1, InetAddress.getLoopbackAddress())) {
      Ports second = Ports.choose(file);

      assertThat(second.kafka()).isNotEqualTo(other.getLocalPort());
      assertThat(second.controller()).isEqualTo(first.controller());
      assertThat(second.postgres()).isEqualTo(first.postgres());
    }
  }

  @Test
  void ignoresNonsenseInTheFile() throws Exception {
    Path file = directory.resolve("ports.properties");
    Files.writeString(file, "kafka=99999\ncontroller=abc\npostgres=\n");

    Ports ports = Ports.choose(file);

    assertThat(ports.kafka()).isBetween(20_000, 31_999);
    assertThat(ports.controller()).isBetween(20_000, 31_999);
    assertThat(ports.postgres()).isBetween(20_000, 31_999);
  }
}
