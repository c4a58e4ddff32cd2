package io.longshore.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.embedded.EmbeddedProcess;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.Codec;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients as they ship, with a real broker. */
class KafkaClientsTest {
  @TempDir private Path data;

  private static TaskObservation observation(int number) {
    Instant at = Instant.parse("2026-01-01T00:00:00.123456789Z").plusMillis(number);
    return new TaskObservation(
        new TaskId(Ids.derive("task", Integer.toString(number))),
        TaskStatus.RUNNING,
        List.of(
            new ContainerObservation(
                "app",
                Ids.derive("container", Integer.toString(number)).repeat(2),
                ContainerStatus.RUNNING,
                null,
                null,
                "sha256:" + Ids.derive("image").repeat(2),
                List.of(new NetworkBinding("0.0.0.0", 8080, 32_768 + number, "tcp")))),
        null,
        null,
        at,
        at,
        at,
        null,
        null,
        null);
  }

  @Test
  void theRegistrationOfAHostFullOfTasksArrives() throws Exception {
    List<TaskObservation> inventory = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      inventory.add(observation(i));
    }
    RunnerId runner = new RunnerId(Ids.derive("runner"));
    HostResources host = new HostResources("h", 1, 1, List.of(), Map.of(), "1", "1", false);
    Report report = new Report.RunnerRegistered(Tasks.CLUSTER, runner, "one", host, inventory);
    byte[] value = Codec.encode(report);
    assertThat(value.length).as("more than a broker takes as it is").isGreaterThan(2 << 20);

    try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
      KafkaClients kafka =
          new KafkaClients(BrokerConnection.to(embedded.endpoints().bootstrapServers()));
      try (Admin admin = kafka.admin()) {
        new Topology(1, 1, (short) 1).ensure(admin);
      }
      try (var producer = kafka.producer()) {
        producer
            .send(new ProducerRecord<>(Topics.REPORTS, 0, new byte[] {'k'}, value))
            .get(30, TimeUnit.SECONDS);
      }
      TopicPartition partition = new TopicPartition(Topics.REPORTS, 0);
      List<byte[]> arrived = new ArrayList<>();
      try (var consumer = kafka.consumer("test")) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> {
              for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                arrived.add(record.value());
              }
              return !arrived.isEmpty();
            });
      }
      assertThat(Codec.decode(arrived.getFirst(), Report.class)).isEqualTo(report);
    }
  }
}
