package io.longshore.runner;

import io.longshore.messages.BrokerConnection;
import io.longshore.messages.Topology;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** How this service speaks to Kafka. */
record KafkaClients(BrokerConnection connection) {

  Admin admin() {
    return Admin.create(
        connection.and(
            Map.of(
                "client.id", "longshore-runner-admin",
                "default.api.timeout.ms", "10000",
                "request.timeout.ms", "5000")));
  }

  /**
   * Never gives a report up: an outage only makes it late. A host full of tasks registers with all
   * of them in one record.
   */
  Producer<byte[], byte[]> producer() {
    return producer(
        "longshore-runner",
        Map.of("linger.ms", "0", "max.request.size", String.valueOf(Topology.LARGEST_RECORD)));
  }

  /**
   * For output, which is much and compresses well; apart from reports, which must not wait for it.
   */
  Producer<byte[], byte[]> outputProducer() {
    return producer(
        "longshore-runner-output",
        Map.of(
            // The only one that needs nothing of the platform.
            "compression.type", "gzip",
            "linger.ms", "50",
            "buffer.memory", String.valueOf(4 << 20)));
  }

  private Producer<byte[], byte[]> producer(String clientId, Map<String, Object> more) {
    Map<String, Object> settings = connection.and(more);
    settings.put("client.id", clientId);
    settings.put("acks", "all");
    settings.put("enable.idempotence", "true");
    settings.put("delivery.timeout.ms", String.valueOf(Integer.MAX_VALUE));
    settings.put("request.timeout.ms", "10000");
    settings.put("max.block.ms", "5000");
    settings.put("reconnect.backoff.max.ms", "1000");
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Without a group, for partitions that are assigned by hand. */
  Consumer<byte[], byte[]> consumer(String clientId) {
    return new KafkaConsumer<>(
        connection.and(
            Map.of(
                "client.id", clientId,
                "enable.auto.commit", "false",
                "auto.offset.reset", "none",
                "allow.auto.create.topics", "false",
                "default.api.timeout.ms", "10000",
                "request.timeout.ms", "10000",
                "reconnect.backoff.max.ms", "1000")),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
