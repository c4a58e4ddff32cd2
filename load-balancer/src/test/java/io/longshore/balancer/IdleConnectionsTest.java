package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many who are connected, have asked once, and say nothing more. */
class IdleConnectionsTest {
  private static final int MANY = 10_000;
  private static final int OTHER_FILES = 1_000;

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static double connections(Balanced balanced) {
    return balanced.registry.get("longshore.balancer.connections").gauge().value();
  }

  @Test
  void tenThousandIdleConnectionsCostLittleAndNobodyNoticesThem() throws Exception {
    // Java raises its own limit to the hard one, which only root may.
    assumeThat(
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : 0)
        .as("files a process may have open")
        .isGreaterThan(MANY + OTHER_FILES);
    try (Balanced balanced = new Balanced();
        Backend backend = Backend.plain()) {
      balanced.serve(Map.of(), backend);
      assertThat(balanced.get("/").statusCode()).isEqualTo(200);
      Process clients = clients(balanced.port);
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(clients.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(said.readLine()).isEqualTo("open");
        assertThat(connections(balanced)).isGreaterThanOrEqualTo(MANY);
        long withThem = heap();
        long direct = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        assertThat(balanced.get("/").statusCode()).isEqualTo(200);
        clients.getOutputStream().close();
        await()
            .atMost(Balanced.SOON)
            .untilAsserted(() -> assertThat(connections(balanced)).isLessThan(10));
        long each = Math.max(0, withThem - heap()) / MANY;
        System.out.printf("%d bytes of heap for an idle connection%n", each);
        assertThat(each).isLessThan(8 << 10);
        assertThat(direct).isLessThan(64L << 20);
        assertThat(backend.connections()).isLessThan(100);
      } finally {
        clients.destroyForcibly();
        assertThat(clients.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static Process clients(int port) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            IdleClients.class.getName(),
            Integer.toString(port),
            Integer.toString(MANY))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
