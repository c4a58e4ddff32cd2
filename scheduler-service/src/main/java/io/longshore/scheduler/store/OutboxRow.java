package io.longshore.scheduler.store;

import java.util.Map;

/**
 * A record that is decided and has to reach Kafka.
 *
 * @param sequence counts within the shard; records leave in this order
 * @param value {@link #NONE} for a record without one
 */
public record OutboxRow(
    long sequence, String topic, String key, byte[] value, Map<String, String> headers) {
  /** No message of ours is empty. */
  public static final byte[] NONE = {};
}
