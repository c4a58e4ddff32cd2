package io.longshore.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.longshore.chaos.History.Entry;
import io.longshore.messages.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads whole topics, from their beginning to what is their end now. */
final class TopicReader {
  private static final List<String> TOPICS =
      List.of(Topics.COMMANDS, Topics.ORDERS, Topics.REPORTS, Topics.EVENTS, Topics.QUARANTINE);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private TopicReader() {}

  /**
   * @throws IOException if the end was not reached within a minute
   */
  static List<Entry> read(String bootstrapServers) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.listTopics(PATIENCE).entrySet().stream()
              .filter(topic -> TOPICS.contains(topic.getKey()))
              .flatMap(topic -> topic.getValue().stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (partitions.stream()
          .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("The topics could not be read to their end in " + PATIENCE);
        }
        consumer.poll(Duration.ofMillis(200)).forEach(record -> entries.add(entry(record)));
      }
    }
    return entries;
  }

  private static Entry entry(ConsumerRecord<byte[], byte[]> record) {
    return new Entry(
        record.topic(),
        record.partition(),
        record.offset(),
        Instant.ofEpochMilli(record.timestamp()),
        record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
        json(record.value()));
  }

  private static @Nullable JsonNode json(byte @Nullable [] value) {
    try {
      return value == null ? null : JSON.readTree(new String(value, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
