package io.longshore.runner.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.Codec;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import io.longshore.runner.Tasks;
import io.longshore.runner.agent.Agent;
import io.longshore.runner.engine.simulated.SimulatedEngine;
import io.longshore.runner.outbound.Quarantine;
import io.longshore.tracing.Spans;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderFeedTest {
  private static final Topology TOPOLOGY = new Topology(1, 1, (short) 1);
  private static final TopicPartition PARTITION = new TopicPartition(Topics.ORDERS, 0);
  private static final RunnerId RUNNER = new RunnerId(Ids.derive("runner"));

  private final List<MockConsumer<byte[], byte[]>> consumers = new CopyOnWriteArrayList<>();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<Report> reports = new CopyOnWriteArrayList<>();
  private final SimulatedEngine engine = new SimulatedEngine();
  private final Agent agent =
      new Agent(
          new Agent.Identity(Tasks.CLUSTER, RUNNER, "first"),
          new HostResources("h", 1, 1, List.of(), Map.of(), "1", "1", false),
          Tasks.hands(engine, Tasks.outputs(engine, Path.of("target", "order-feed"))),
          (report, traceparent, arrived) -> reports.add(report),
          InstantSource.system());
  private final OrderFeed feed =
      new OrderFeed(this::consumer, TOPOLOGY, new Quarantine(producer), Spans.NONE);

  private MockConsumer<byte[], byte[]> consumer() {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    consumer.updateEndOffsets(Map.of(PARTITION, 40L));
    consumers.add(consumer);
    return consumer;
  }

  @BeforeEach
  void begin() {
    feed.begin();
    feed.follow(agent);
    eventuallyRegistered(1);
  }

  @AfterEach
  void end() {
    feed.close();
    engine.close();
  }

  private void eventuallyRegistered(int times) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(registrations()).hasSize(times));
  }

  private List<Report> registrations() {
    return reports.stream().filter(Report.RunnerRegistered.class::isInstance).toList();
  }

  private static ConsumerRecord<byte[], byte[]> record(long offset, String key, byte[] value) {
    return new ConsumerRecord<>(
        Topics.ORDERS, 0, offset, key.getBytes(StandardCharsets.UTF_8), value);
  }

  private static byte[] manifest() {
    return Codec.encode(new Order.Manifest(RUNNER, 1, "first", List.of(), List.of()));
  }

  @Test
  void itReadsFromTheEndPutsAsideWhatNobodyCanReadAndGoesOn() {
    MockConsumer<byte[], byte[]> consumer = consumers.getFirst();
    assertThat(consumer.position(PARTITION)).isEqualTo(40);
    byte[] nonsense = "{nonsense".getBytes(StandardCharsets.UTF_8);
    consumer.schedulePollTask(() -> {
      consumer.addRecord(record(40, "somebody else", nonsense));
      consumer.addRecord(record(41, RUNNER.value(), nonsense));
      consumer.addRecord(record(42, RUNNER.value(), manifest()));
    });
    await().atMost(Duration.ofSeconds(10)).until(agent::isReady);
    assertThat(producer.history()).hasSize(1);
    var aside = producer.history().getFirst();
    assertThat(aside.topic()).isEqualTo(Topics.QUARANTINE);
    assertThat(aside.value()).isEqualTo(nonsense);
    assertThat(aside.headers().lastHeader(Topics.QUARANTINE_ORIGIN).value())
        .isEqualTo("longshore.orders/0/41".getBytes(StandardCharsets.UTF_8));
    assertThat(aside.headers().lastHeader(Topics.QUARANTINE_REASON)).isNotNull();
  }

  @Test
  void afterAConsumerThatFailedItRegistersAgain() {
    consumers.getFirst().setPollException(new KafkaException("gone"));
    eventuallyRegistered(2);
    assertThat(consumers).hasSize(2);
    assertThat(agent.isReady()).isFalse();
  }

  @Test
  void afterOrdersThatWereDeletedUnreadItRegistersAgain() {
    consumers
        .getFirst()
        .setPollException(
            new org.apache.kafka.clients.consumer.OffsetOutOfRangeException(
                Map.of(PARTITION, 40L)));
    eventuallyRegistered(2);
    assertThat(consumers).hasSize(1);
  }
}
