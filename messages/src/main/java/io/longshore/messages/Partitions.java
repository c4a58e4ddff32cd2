package io.longshore.messages;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Which partition a key falls on; the same as Kafka's default partitioner, so that any client
 * agrees.
 */
public final class Partitions {
  private Partitions() {}

  public static int of(String key, int partitionCount) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(bytes)) % partitionCount;
  }
}
