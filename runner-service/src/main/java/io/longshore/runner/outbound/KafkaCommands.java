package io.longshore.runner.outbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a command and reads replies until its own comes. Each has a consumer for itself: tasks
 * ask so rarely that one that always reads along would cost more.
 */
public final class KafkaCommands implements Commands {
  private static final Logger LOG = Logger.getLogger(KafkaCommands.class);
  private static final TopicPartition REPLIES = new TopicPartition(Topics.REPLIES, 0);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int AT_ONCE = 4;
  // So that a task that asks without end does not make everybody wait who asks for other things.
  private static final Duration ADMISSION = Duration.ofSeconds(2);

  private final Producer<byte[], byte[]> producer;
  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Duration patience;
  private final Semaphore places = new Semaphore(AT_ONCE, true);

  /**
   * @param consumers without a group
   * @param patience from the question to the answer
   */
  public KafkaCommands(
      Producer<byte[], byte[]> producer,
      Supplier<Consumer<byte[], byte[]>> consumers,
      Duration patience) {
    this.producer = producer;
    this.consumers = consumers;
    this.patience = patience;
  }

  @Override
  public Reply.@Nullable Outcome ask(Command command) {
    long deadline = System.nanoTime() + patience.toNanos();
    boolean admitted = false;
    try {
      admitted = places.tryAcquire(ADMISSION.toMillis(), TimeUnit.MILLISECONDS);
      return admitted ? asked(command, deadline) : null;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      LOG.warnf("A task's command was not answered: %s", e.toString());
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      if (admitted) {
        places.release();
      }
    }
  }

  private Reply.@Nullable Outcome asked(Command command, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    String self = "runner-" + UUID.randomUUID();
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(List.of(REPLIES));
      consumer.seekToEnd(List.of(REPLIES));
      // Only with the position known no reply can be missed.
      long unused = consumer.position(REPLIES, left(deadline));
      publish(self, command, deadline);
      while (System.nanoTime() - deadline < 0) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          Reply.Outcome outcome = outcome(self, record);
          if (outcome != null) {
            return outcome;
          }
        }
      }
      return null;
    }
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }

  private void publish(String self, Command command, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    // Repeating what a task asks for does no harm, so nothing tells its calls apart.
    CommandEnvelope envelope = new CommandEnvelope(self, self, null, null, self, command);
    var record =
        new ProducerRecord<>(
            Topics.COMMANDS,
            command.key().getBytes(StandardCharsets.UTF_8),
            Codec.encode(envelope));
    record.headers().add(Topics.REPLY_TO, self.getBytes(StandardCharsets.UTF_8));
    producer.send(record).get(left(deadline).toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Null for the reply to somebody else. */
  private static Reply.@Nullable Outcome outcome(
      String self, ConsumerRecord<byte[], byte[]> record) {
    Header to = record.headers().lastHeader(Topics.REPLY_TO);
    if (to == null || !self.equals(new String(to.value(), StandardCharsets.UTF_8))) {
      return null;
    }
    try {
      Reply reply = Codec.decode(record.value(), Reply.class);
      return self.equals(reply.correlationId()) ? reply.outcome() : null;
    } catch (UnreadableMessageException e) {
      LOG.warnf("A reply is passed over: %s", e.getMessage());
      return null;
    }
  }
}
