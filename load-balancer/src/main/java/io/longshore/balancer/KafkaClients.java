package io.longshore.balancer;

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
                "client.id", "longshore-balancer-admin",
                "default.api.timeout.ms", "10000",
                "request.timeout.ms", "5000")));
  }

  /** Never gives a report up: an outage only makes it late. */
  Producer<byte[], byte[]> producer() {
    Map<String, Object> settings = connection.and(Map.of());
    settings.put("client.id", "longshore-balancer-reports");
    settings.put("acks", "all");
    settings.put("enable.idempotence", "true");
    settings.put("linger.ms", "0");
    // All targets of a service are in one record.
    settings.put("max.request.size", String.valueOf(Topology.LARGEST_RECORD));
    settings.put("delivery.timeout.ms", String.valueOf(Integer.MAX_VALUE));
    settings.put("request.timeout.ms", "10000");
    settings.put("max.block.ms", "5000");
    settings.put("reconnect.backoff.max.ms", "1000");
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Without a group, for partitions that are assigned by hand. */
  Consumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        connection.and(
            Map.of(
                "client.id", "longshore-balancer",
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
