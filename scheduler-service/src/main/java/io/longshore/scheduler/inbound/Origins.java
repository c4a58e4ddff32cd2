package io.longshore.scheduler.inbound;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where a record came from, in one word. */
final class Origins {
  private Origins() {}

  static String of(ConsumerRecord<String, byte[]> record) {
    return record.topic() + "-" + record.partition() + "@" + record.offset();
  }
}
