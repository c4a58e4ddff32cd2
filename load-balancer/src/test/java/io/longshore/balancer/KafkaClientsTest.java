package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.inbound.RoutesFeed;
import io.longshore.embedded.EmbeddedProcess;
import io.longshore.messages.Codec;
import io.longshore.messages.Route;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients as they ship, with a real broker. */
class KafkaClientsTest {
  @TempDir private Path data;

  @Test
  void routesArriveAndHoldWhenTheBrokerIsGone() throws Exception {
    try (Balanced balanced = new Balanced();
        Backend backend = new Backend((request, in, out) -> Backend.ok(out, "reached"))) {
      Route[] routes = balanced.routes(Map.of(), Map.of(), Balanced.tasks(backend));
      RoutesFeed feed;
      try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
        KafkaClients kafka = new KafkaClients(embedded.endpoints().bootstrapServers());
        try (Admin admin = kafka.admin()) {
          new Topology(1, 1, (short) 1).ensure(admin);
        }
        try (var producer =
            new KafkaProducer<>(
                Map.<String, Object>of(
                    "bootstrap.servers", embedded.endpoints().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
          for (Route route : List.of(routes)) {
            producer
                .send(
                    new ProducerRecord<>(
                        Topics.ROUTES,
                        0,
                        route.key().getBytes(StandardCharsets.UTF_8),
                        Codec.encode(route)))
                .get(30, TimeUnit.SECONDS);
          }
        }
        feed = new RoutesFeed(kafka::consumer, balanced.balancer::take, Duration.ofHours(1));
        feed.begin();
        balanced.awaitHealthy(backend);
        await()
            .atMost(Balanced.SOON)
            .untilAsserted(() -> assertThat(balanced.get("/").body()).isEqualTo("reached"));
      }
      assertThat(balanced.get("/").body()).isEqualTo("reached");
      feed.close();
    }
  }
}
