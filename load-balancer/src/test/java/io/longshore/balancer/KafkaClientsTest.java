package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.inbound.RoutesFeed;
import io.longshore.balancer.outbound.KafkaReports;
import io.longshore.embedded.EmbeddedProcess;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Report;
import io.longshore.messages.Route;
import io.longshore.messages.ServiceName;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients as they ship, with a real broker. */
class KafkaClientsTest {
  @TempDir private Path data;

  @Test
  void reportsAreOnThePartitionOfTheirShard() throws Exception {
    Topology topology = new Topology(5, 1, (short) 1);
    try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
      KafkaClients kafka =
          new KafkaClients(BrokerConnection.to(embedded.endpoints().bootstrapServers()));
      try (Admin admin = kafka.admin()) {
        topology.ensure(admin);
      }
      List<TopicPartition> all = new ArrayList<>();
      for (int i = 0; i < topology.shards(); i++) {
        all.add(new TopicPartition(Topics.REPORTS, i));
      }
      try (KafkaReports reports = new KafkaReports(kafka::producer);
          Consumer<byte[], byte[]> consumer = kafka.consumer()) {
        Map<String, Report.OfBalancer> told = new HashMap<>();
        told.put("group/g", new Report.GroupTargetsSeen("g", "this", List.of()));
        for (String cluster : List.of("a", "b", "c", "d", "e", "f")) {
          told.put(
              "targets/" + cluster + "/web",
              new Report.ServiceTargetsSeen(
                  new ClusterName(cluster), new ServiceName("web"), "this", List.of()));
        }
        reports.tell(told, told.keySet());
        consumer.assign(all);
        consumer.seekToBeginning(all);
        Map<String, Integer> partitions = new HashMap<>();
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> {
              consumer
                  .poll(Duration.ofMillis(200))
                  .forEach(record ->
                      partitions.put(
                          new String(record.key(), StandardCharsets.UTF_8), record.partition()));
              return partitions.size() == 7;
            });
        assertThat(partitions)
            .allSatisfy((key, partition) -> assertThat(partition).isEqualTo(topology.shardOf(key)));
      }
    }
  }

  @Test
  void routesArriveAndHoldWhenTheBrokerIsGone() throws Exception {
    try (Balanced balanced = new Balanced();
        Backend backend = new Backend((request, in, out) -> Backend.ok(out, "reached"))) {
      Route[] routes = balanced.routes(Map.of(), Map.of(), Balanced.tasks(backend));
      RoutesFeed feed;
      try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
        KafkaClients kafka =
            new KafkaClients(BrokerConnection.to(embedded.endpoints().bootstrapServers()));
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
