package io.longshore.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class BrokerConnectionTest {
  private static BrokerConnection of(Map<String, String> configured) {
    return BrokerConnection.of(key -> Optional.ofNullable(configured.get(key)));
  }

  @Test
  void addressesAloneAreClearText() {
    assertThat(of(Map.of("kafka.bootstrap.servers", "broker:9092")))
        .isEqualTo(BrokerConnection.to("broker:9092"));
  }

  @Test
  void whatKafkasClientsKnowOfSecurityIsHandedOn() {
    BrokerConnection connection =
        of(
            Map.of(
                "kafka.bootstrap.servers", "broker:9093",
                "kafka.security.protocol", "SSL",
                "kafka.ssl.truststore.type", "PEM",
                "kafka.ssl.truststore.location", "/etc/longshore/kafka/ca.crt",
                "kafka.ssl.keystore.location", "/etc/longshore/kafka/user.p12",
                "kafka.ssl.keystore.password", "hidden",
                "kafka.sasl.mechanism", "PLAIN"));
    assertThat(connection.settings())
        .containsOnly(
            Map.entry("bootstrap.servers", "broker:9093"),
            Map.entry("security.protocol", "SSL"),
            Map.entry("ssl.truststore.type", "PEM"),
            Map.entry("ssl.truststore.location", "/etc/longshore/kafka/ca.crt"),
            Map.entry("ssl.keystore.location", "/etc/longshore/kafka/user.p12"),
            Map.entry("ssl.keystore.password", "hidden"),
            Map.entry("sasl.mechanism", "PLAIN"));
    assertThat(ProducerConfig.configNames()).containsAll(connection.settings().keySet());
  }

  @Test
  void whatAClientWantsForItselfIsNotTheConnections() {
    BrokerConnection connection =
        of(
            Map.of(
                "kafka.bootstrap.servers",
                "broker:9092",
                "kafka.acks",
                "0",
                "kafka.group.id",
                "g"));
    assertThat(connection.and(Map.of("acks", "all", "serializer", ByteArraySerializer.class)))
        .containsOnly(
            Map.entry("bootstrap.servers", "broker:9092"),
            Map.entry("acks", "all"),
            Map.entry("serializer", ByteArraySerializer.class));
  }

  @Test
  void passwordsAreNotPrinted() {
    assertThat(
            of(
                Map.of(
                    "kafka.bootstrap.servers", "broker:9093",
                    "kafka.ssl.keystore.password", "hidden")))
        .hasToString("BrokerConnection[broker:9093]");
  }

  @Test
  void brokersHaveToBeNamed() {
    assertThatThrownBy(() -> of(Map.of("kafka.security.protocol", "SSL")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kafka.bootstrap.servers is not set: name the brokers.");
  }
}
