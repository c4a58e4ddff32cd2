package io.longshore.balancer;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** How this service speaks to Kafka. */
record KafkaClients(String bootstrapServers) {

  Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "client.id", "longshore-balancer-admin",
            "default.api.timeout.ms", "10000",
            "request.timeout.ms", "5000"));
  }

  /** Without a group, for partitions that are assigned by hand. */
  Consumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "client.id", "longshore-balancer",
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
