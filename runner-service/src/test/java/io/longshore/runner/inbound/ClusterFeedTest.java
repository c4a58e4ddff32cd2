package io.longshore.runner.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ClusterNotice;
import io.longshore.messages.Codec;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.RunnerId;
import io.longshore.messages.Topics;
import io.longshore.runner.Tasks;
import io.longshore.runner.agent.Agent;
import io.longshore.runner.agent.Fleet;
import io.longshore.runner.agent.Outputs;
import io.longshore.runner.engine.simulated.SimulatedEngine;
import io.longshore.runner.outbound.Quarantine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed and a fleet on a simulated engine; the test is the topic. */
class ClusterFeedTest {
  private static final TopicPartition PARTITION = new TopicPartition(Topics.CLUSTERS, 0);
  private static final ClusterName ALWAYS = new ClusterName("default");
  private static final ClusterName ONE = new ClusterName("one");
  private static final ClusterName TWO = new ClusterName("two");
  private static final HostResources HOST =
      new HostResources("h", 2048, 1024, List.of(), Map.of(), "1", "1", false);

  @TempDir private Path data;

  private final MockConsumer<byte[], byte[]> topic = new MockConsumer<>("none");
  private final SimulatedEngine engine = new SimulatedEngine();
  private final List<Joined> joined = new CopyOnWriteArrayList<>();

  /**
   * @param lists how often the engine had been asked what there is when a cluster was joined
   */
  private record Joined(ClusterName cluster, int lists) {}

  /** Nothing is ordered. */
  private static final class Source implements Fleet.OrderSource {
    @Override
    public void follow(Agent agent) {
      agent.positioned();
    }

    @Override
    public void unfollow(Agent agent) {}
  }

  @SuppressWarnings("NullAway.Init") // Made before each test.
  private Fleet fleet;

  @SuppressWarnings("NullAway.Init") // Made before each test.
  private ClusterFeed feed;

  @BeforeEach
  void assemble() {
    Outputs outputs = Tasks.outputs(engine, data);
    fleet =
        new Fleet(
            engine,
            outputs,
            new Source(),
            cluster -> {
              joined.add(new Joined(cluster, engine.lists()));
              RunnerId runner = new RunnerId(Ids.derive("runner", cluster.value()));
              return List.of(
                  new Agent(
                      new Agent.Identity(cluster, runner, "first"),
                      HOST,
                      Tasks.hands(engine, outputs),
                      (report, traceparent, arrived) -> arrived.run(),
                      () -> Instant.EPOCH));
            },
            Duration.ofHours(1),
            Duration.ofHours(1));
    fleet.begin();
    var producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    feed = new ClusterFeed(() -> topic, fleet, ALWAYS, new Quarantine(producer));
  }

  @AfterEach
  void close() {
    feed.close();
    fleet.close();
    engine.close();
  }

  private void begin(ClusterNotice... notices) {
    topic.updateBeginningOffsets(Map.of(PARTITION, 0L));
    topic.updateEndOffsets(Map.of(PARTITION, (long) notices.length));
    for (int i = 0; i < notices.length; i++) {
      send(i, notices[i]);
    }
    feed.begin();
  }

  private void send(long offset, ClusterNotice notice) {
    byte[] key = notice.cluster().value().getBytes(StandardCharsets.UTF_8);
    topic.schedulePollTask(() ->
        topic.addRecord(
            new ConsumerRecord<>(Topics.CLUSTERS, 0, offset, key, Codec.encode(notice))));
  }

  private void awaitAgents(int count) {
    await().atMost(Duration.ofSeconds(10)).until(() -> fleet.agentCount() == count);
  }

  @Test
  void allThatThereAreAreJoinedByOneList() {
    begin(
        new ClusterNotice(ONE, true),
        new ClusterNotice(TWO, false),
        new ClusterNotice(ONE, false),
        new ClusterNotice(ALWAYS, false),
        new ClusterNotice(TWO, true),
        new ClusterNotice(ONE, true));
    awaitAgents(3);
    assertThat(joined)
        .containsExactlyInAnyOrder(new Joined(ALWAYS, 1), new Joined(ONE, 1), new Joined(TWO, 1));
  }

  @Test
  void anEmptyTopicIsEnoughForTheOneThatIsAlwaysThere() {
    begin();
    awaitAgents(1);
    send(0, new ClusterNotice(ONE, true));
    awaitAgents(2);
    assertThat(joined).extracting(Joined::cluster).containsExactly(ALWAYS, ONE);
  }
}
