package io.longshore.api.inbound;

import io.longshore.api.core.EventPosition;
import io.longshore.messages.BrokerConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A topic as the broker keeps it, read from any position. Positions are the readers' own: there is
 * no group, and nothing is committed.
 */
public class TopicLog {
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  private final BrokerConnection connection;
  private final String name;

  protected TopicLog(BrokerConnection connection, String name) {
    this.connection = connection;
    this.name = name;
  }

  /** The topic, as long as it is not made again. */
  public record Topic(String name, String id, int partitions) {}

  /**
   * Asks the broker.
   *
   * @throws ExecutionException if it cannot be asked or has no such topic yet; worth another try
   */
  public Topic topic() throws ExecutionException, InterruptedException {
    Map<String, Object> settings =
        connection.and(
            Map.of(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                3000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) ANSWER_PATIENCE.toMillis()));
    try (Admin admin = Admin.create(settings)) {
      TopicDescription topic =
          admin.describeTopics(List.of(name)).allTopicNames().get().values().iterator().next();
      return new Topic(name, topic.topicId().toString(), topic.partitions().size());
    }
  }

  /** A reader that stands nowhere yet. */
  public Reader open(Topic topic) {
    return new Reader(
        new KafkaConsumer<>(
            connection.and(
                Map.of(
                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                    false,
                    // A position that is not there any more is said, not mended.
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                    "none",
                    ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    (int) ANSWER_PATIENCE.toMillis(),
                    ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                    256 * 1024,
                    ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                    false)),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer()),
        topic);
  }

  /** Of one thread at a time. */
  public static final class Reader implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Topic topic;
    private final List<TopicPartition> partitions;

    private Reader(KafkaConsumer<byte[], byte[]> consumer, Topic topic) {
      this.consumer = consumer;
      this.topic = topic;
      this.partitions =
          IntStream.range(0, topic.partitions())
              .mapToObj(number -> new TopicPartition(topic.name(), number))
              .toList();
      consumer.assign(partitions);
    }

    /** Goes to where the next record will be. */
    public EventPosition seekToEnd() {
      EventPosition end = positions(consumer.endOffsets(partitions));
      seek(end);
      return end;
    }

    /** Whether everything from this position on is still kept, and it is not made up. */
    public boolean keeps(EventPosition position) {
      return position.isAtLeast(positions(consumer.beginningOffsets(partitions)))
          && positions(consumer.endOffsets(partitions)).isAtLeast(position);
    }

    public void seek(EventPosition position) {
      for (TopicPartition partition : partitions) {
        consumer.seek(partition, position.next().get(partition.partition()));
      }
    }

    /** The same, where what is not kept, or was made up, gives way to the oldest that is kept. */
    public EventPosition kept(@Nullable EventPosition position) {
      EventPosition begin = positions(consumer.beginningOffsets(partitions));
      EventPosition end = positions(consumer.endOffsets(partitions));
      if (position == null || !position.isComparableTo(begin)) {
        return begin;
      }
      EventPosition kept = position;
      for (int i = 0; i < partitions.size(); i++) {
        long next = position.next().get(i);
        if (next < begin.next().get(i) || next > end.next().get(i)) {
          kept = kept.after(i, begin.next().get(i) - 1);
        }
      }
      return kept;
    }

    public List<ConsumerRecord<byte[], byte[]>> poll(Duration patience) {
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      consumer.poll(patience).forEach(records::add);
      return records;
    }

    private EventPosition positions(Map<TopicPartition, Long> offsets) {
      return new EventPosition(
          topic.id(), partitions.stream().map(p -> offsets.getOrDefault(p, 0L)).toList());
    }

    @Override
    public void close() {
      // An interrupted thread, too, gives its sockets back.
      boolean interrupted = Thread.interrupted();
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
