package io.longshore.runner.outbound;

import io.longshore.messages.Topics;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Where records go that cannot be read, as they came, so that what follows them is not held up. */
// The producer's future says nothing that its callback does not.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Quarantine {
  private static final Logger LOG = Logger.getLogger(Quarantine.class);

  private final Producer<byte[], byte[]> producer;

  public Quarantine(Producer<byte[], byte[]> producer) {
    this.producer = producer;
  }

  /**
   * Puts a record aside. Does not wait for Kafka.
   *
   * @param reason bounded, fit for a log
   */
  public void put(ConsumerRecord<byte[], byte[]> record, String reason) {
    String origin = record.topic() + "/" + record.partition() + "/" + record.offset();
    LOG.warnf("The record %s cannot be read and is put aside: %s", origin, reason);
    var aside = new ProducerRecord<>(Topics.QUARANTINE, record.key(), record.value());
    record.headers().forEach(aside.headers()::add);
    aside.headers().add(Topics.QUARANTINE_REASON, reason.getBytes(StandardCharsets.UTF_8));
    aside.headers().add(Topics.QUARANTINE_ORIGIN, origin.getBytes(StandardCharsets.UTF_8));
    try {
      producer.send(
          aside,
          (metadata, failure) -> {
            if (failure != null) {
              LOG.errorf("The record %s could not be put aside: %s", origin, failure);
            }
          });
    } catch (RuntimeException e) {
      LOG.errorf("The record %s could not be put aside: %s", origin, e.getMessage());
    }
  }
}
