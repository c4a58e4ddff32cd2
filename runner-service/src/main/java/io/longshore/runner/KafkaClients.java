package io.longshore.runner;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** How this service speaks to Kafka. */
record KafkaClients(String bootstrapServers) {

  Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "client.id", "longshore-runner-admin",
            "default.api.timeout.ms", "10000",
            "request.timeout.ms", "5000"));
  }

  /** Never gives a report up: an outage only makes it late. */
  Producer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "client.id", "longshore-runner",
            "acks", "all",
            "enable.idempotence", "true",
            "linger.ms", "0",
            "delivery.timeout.ms", String.valueOf(Integer.MAX_VALUE),
            "request.timeout.ms", "10000",
            "max.block.ms", "5000",
            "reconnect.backoff.max.ms", "1000"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Without a group, for partitions that are assigned by hand. */
  Consumer<byte[], byte[]> consumer(String clientId) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "client.id", clientId,
            "enable.auto.commit", "false",
            "auto.offset.reset", "none",
            "allow.auto.create.topics", "false",
            "default.api.timeout.ms", "10000",
            "request.timeout.ms", "10000",
            "reconnect.backoff.max.ms", "1000"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
