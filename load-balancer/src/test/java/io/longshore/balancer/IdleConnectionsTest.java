package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many who are connected and say nothing. */
class IdleConnectionsTest {
  private static final int MANY = 5_000;

  /** In the same process as the test: two file descriptors each. */
  @Test
  void fiveThousandIdleConnectionsCostLittleAndNobodyNoticesThem() throws Exception {
    List<SocketChannel> idle = new ArrayList<>(MANY);
    try (Balanced balanced = new Balanced();
        Backend backend = Backend.plain()) {
      balanced.serve(Map.of(), backend);
      for (int i = 0; i < MANY; i++) {
        idle.add(SocketChannel.open(new InetSocketAddress("127.0.0.1", balanced.port)));
      }
      await()
          .atMost(Balanced.SOON)
          .untilAsserted(() ->
              assertThat(balanced.registry.get("longshore.balancer.connections").gauge().value())
                  .isGreaterThanOrEqualTo(MANY));
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      long withThem = runtime.totalMemory() - runtime.freeMemory();
      assertThat(balanced.get("/").statusCode()).isEqualTo(200);
      for (SocketChannel one : idle) {
        one.close();
      }
      await()
          .atMost(Balanced.SOON)
          .untilAsserted(() ->
              assertThat(balanced.registry.get("longshore.balancer.connections").gauge().value())
                  .isLessThan(10));
      System.gc();
      long without = runtime.totalMemory() - runtime.freeMemory();
      long each = Math.max(0, withThem - without) / MANY;
      assertThat(each).isLessThan(16 << 10);
    } finally {
      for (SocketChannel one : idle) {
        one.close();
      }
    }
  }
}
