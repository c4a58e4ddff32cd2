package io.longshore.balancer.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.Report;
import io.longshore.messages.ServiceName;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With Kafka's own producer for tests. */
class KafkaReportsTest {
  // It does not answer until it is told to.
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final AtomicInteger attempts = new AtomicInteger();
  private final KafkaReports reports = new KafkaReports(this::producer);

  /** As when the brokers' names cannot be resolved at first. */
  private Producer<byte[], byte[]> producer() {
    if (attempts.incrementAndGet() == 1) {
      throw new KafkaException("no resolvable bootstrap urls");
    }
    return producer;
  }

  @AfterEach
  void end() {
    reports.close();
    await().atMost(Duration.ofSeconds(10)).until(producer::closed);
  }

  private static Report.OfBalancer report(String service, int port) {
    return new Report.ServiceTargetsSeen(
        new ClusterName("default"),
        new ServiceName(service),
        "this",
        List.of(
            new Report.SeenTarget("arn:g", null, "h", port, Report.TargetState.HEALTHY, null, "")));
  }

  private void tell(String service, int port) {
    reports.tell(Map.of(service, report(service, port)), Set.of("web", "other"));
  }

  private List<String> sent() throws UnreadableMessageException {
    List<String> sent = new ArrayList<>();
    for (var record : producer.history()) {
      if (Codec.decode(record.value(), Report.class) instanceof Report.ServiceTargetsSeen seen) {
        sent.add(seen.service().value() + " " + seen.targets().getFirst().port());
      }
    }
    return sent;
  }

  private void eventuallySent(String... reports) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(sent()).containsExactly(reports));
  }

  @Test
  void ofSeveralUnsentReportsOfARouteOnlyTheNewestIsSent() {
    tell("web", 1);
    eventuallySent("web 1");
    tell("web", 2);
    tell("web", 3);
    tell("other", 1);
    eventuallySent("web 1", "other 1");
    producer.completeNext();
    eventuallySent("web 1", "other 1", "web 3");
  }

  @Test
  void aReportThatFailedIsSentAgainUnlessThereIsANewerOne() {
    tell("web", 1);
    eventuallySent("web 1");
    producer.errorNext(new KafkaException("no"));
    eventuallySent("web 1", "web 1");
    tell("web", 2);
    producer.errorNext(new KafkaException("no"));
    eventuallySent("web 1", "web 1", "web 2");
  }

  @Test
  void ofARouteThatIsGoneNothingMoreIsSent() {
    tell("web", 1);
    tell("other", 1);
    eventuallySent("web 1", "other 1");
    tell("web", 2);
    reports.tell(Map.of(), Set.of("other"));
    producer.completeNext();
    producer.errorNext(new KafkaException("no"));
    eventuallySent("web 1", "other 1", "other 1");
    tell("web", 3);
    eventuallySent("web 1", "other 1", "other 1", "web 3");
  }

  @Test
  void recordsHaveTheKeyOfTheirShard() {
    reports.tell(
        Map.of(
            "group/arn:g",
            new Report.GroupTargetsSeen("arn:g", "this", List.of()),
            "web",
            report("web", 1)),
        Set.of("group/arn:g", "web"));
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() ->
            assertThat(producer.history())
                .extracting(record ->
                    record.topic() + " " + new String(record.key(), StandardCharsets.UTF_8))
                .containsExactlyInAnyOrder(
                    Topics.REPORTS + " default",
                    Topics.REPORTS + " " + Command.LOAD_BALANCING_KEY));
  }
}
