package io.longshore.scheduler.inbound;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record that reads well and yet cannot be decided: a fault of ours, which must not stop the
 * shard.
 */
final class PoisonRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String origin;

  PoisonRecordException(ConsumerRecord<String, byte[]> record, RuntimeException cause) {
    super("cannot decide " + Origins.of(record), cause);
    this.origin = Origins.of(record);
  }

  String origin() {
    return origin;
  }
}
