package io.longshore.scheduler.outbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Reply;
import io.longshore.messages.Topics;
import io.longshore.scheduler.store.OutboxRow;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sees one shard's outbox off to Kafka, in order, and knows up to where the broker has it. Records
 * are handed over by the shard's lane after the commit that decided them; acknowledgements come on
 * the producer's thread.
 *
 * <p>The producer retries without end and is idempotent, so records neither overtake each other nor
 * get lost while this process lives; when it dies, the next owner sends again whatever is still in
 * the table.
 */
public final class Relay {
  private final Producer<String, byte[]> producer;
  private final TreeSet<Long> unacknowledged = new TreeSet<>();
  private long last;
  private @Nullable Exception failure;

  /**
   * @param last the sequence before the first record that will be handed over
   */
  public Relay(Producer<String, byte[]> producer, long last) {
    this.producer = producer;
    this.last = last;
  }

  /** Hands records over; their sequences go on growing from call to call. */
  public void send(List<OutboxRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    synchronized (this) {
      rows.forEach(row -> unacknowledged.add(row.sequence()));
      last = rows.getLast().sequence();
    }
    for (OutboxRow row : rows) {
      producer.send(
          withHeaders(new ProducerRecord<>(row.topic(), row.key(), value(row)), row.headers()),
          (metadata, e) -> acknowledged(row.sequence(), e));
    }
  }

  /** A reply needs no outbox: a caller that misses it asks again and gets the stored answer. */
  public void reply(String replyTo, Reply reply, @Nullable String traceparent) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topics.REPLIES, replyTo, Codec.encode(reply));
    Map<String, String> headers =
        traceparent == null
            ? Map.of(Topics.REPLY_TO, replyTo)
            : Map.of(Topics.REPLY_TO, replyTo, Topics.TRACEPARENT, traceparent);
    producer.send(withHeaders(record, headers));
  }

  private synchronized void acknowledged(long sequence, @Nullable Exception e) {
    if (e == null) {
      unacknowledged.remove(sequence);
    } else {
      failure = e;
    }
  }

  /** Everything up to here has reached the broker. */
  public synchronized long sentUpTo() {
    return unacknowledged.isEmpty() ? last : unacknowledged.first() - 1;
  }

  /**
   * Why this relay cannot go on, in which case its lane has to start again from the table; null if
   * it can.
   */
  public synchronized @Nullable Exception failure() {
    return failure;
  }

  /** A record without a value is what Kafka takes for a tombstone. */
  private static byte @Nullable [] value(OutboxRow row) {
    return row.value().length == 0 ? null : row.value();
  }

  private static ProducerRecord<String, byte[]> withHeaders(
      ProducerRecord<String, byte[]> record, Map<String, String> headers) {
    headers.forEach(
        (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return record;
  }
}
