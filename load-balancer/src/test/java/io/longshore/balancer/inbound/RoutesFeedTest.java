package io.longshore.balancer.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.Routes;
import io.longshore.messages.Codec;
import io.longshore.messages.Route;
import io.longshore.messages.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With Kafka's own consumer for tests. */
class RoutesFeedTest {
  private static final TopicPartition PARTITION = new TopicPartition(Topics.ROUTES, 0);
  private static final Route.Group ONE = Routes.group("arn:one", Map.of());
  private static final Route.Group TWO = Routes.group("arn:two", Map.of());

  private final List<MockConsumer<byte[], byte[]>> consumers = new CopyOnWriteArrayList<>();
  private final List<Collection<Route>> told = new CopyOnWriteArrayList<>();
  private volatile long end = 3;
  private final RoutesFeed feed = new RoutesFeed(this::consumer, told::add, Duration.ofHours(1));

  private MockConsumer<byte[], byte[]> consumer() {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, end));
    consumers.add(consumer);
    return consumer;
  }

  @AfterEach
  void close() {
    feed.close();
  }

  private static ConsumerRecord<byte[], byte[]> record(
      long offset, String key, byte @Nullable [] value) {
    return new ConsumerRecord<>(
        Topics.ROUTES, 0, offset, key.getBytes(StandardCharsets.UTF_8), value);
  }

  private void send(int consumer, ConsumerRecord<byte[], byte[]> record) {
    MockConsumer<byte[], byte[]> to = consumers.get(consumer);
    to.schedulePollTask(() -> to.addRecord(record));
  }

  private void begin() {
    feed.begin();
    awaitConsumers(1);
  }

  private void awaitConsumers(int count) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() ->
            consumers.size() == count && consumers.getLast().assignment().contains(PARTITION));
  }

  private void awaitTold(Route... routes) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          assertThat(told).isNotEmpty();
          assertThat(told.getLast()).containsExactlyInAnyOrder(routes);
        });
  }

  @Test
  void nothingIsToldBeforeAllIsRead() {
    begin();
    send(0, record(0, ONE.key(), Codec.encode(ONE)));
    send(0, record(1, TWO.key(), Codec.encode(TWO)));
    send(0, record(2, ONE.key(), null));
    awaitTold(TWO);
    assertThat(told).hasSize(1);
    assertThat(feed.isComplete()).isTrue();
    send(0, record(3, ONE.key(), Codec.encode(ONE)));
    awaitTold(ONE, TWO);
  }

  @Test
  void whatCannotBeReadLeavesWhatWas() {
    begin();
    send(0, record(0, ONE.key(), Codec.encode(ONE)));
    send(0, record(1, ONE.key(), "{nonsense".getBytes(StandardCharsets.UTF_8)));
    send(0, record(2, TWO.key(), Codec.encode(TWO)));
    awaitTold(ONE, TWO);
  }

  @Test
  void anEmptyTopicIsToldToo() {
    end = 0;
    begin();
    awaitTold();
    assertThat(feed.isComplete()).isTrue();
  }

  @Test
  void afterAConsumerThatFailedAllIsReadAnewAndMeanwhileNothingIsTold() {
    begin();
    send(0, record(0, ONE.key(), Codec.encode(ONE)));
    send(0, record(1, TWO.key(), Codec.encode(TWO)));
    send(0, record(2, TWO.key(), Codec.encode(TWO)));
    awaitTold(ONE, TWO);
    int before = told.size();
    end = 5;
    consumers.getFirst().setPollException(new KafkaException("gone"));
    awaitConsumers(2);
    assertThat(told).hasSize(before);
    // Compaction has taken the records of ONE, its tombstone among them.
    send(1, record(4, TWO.key(), Codec.encode(TWO)));
    awaitTold(TWO);
  }
}
