package io.longshore.scheduler.inbound;

import io.longshore.embedded.EmbeddedProcess;
import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Order;
import io.longshore.messages.Reply;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.SteadyClock;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.scheduler.MigratedDatabase;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.store.ShardStore;
import io.longshore.tracing.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A scheduler's loop on a real broker and a real database, with the test in the place of api and
 * runners.
 */
final class SchedulerUnderTest implements AutoCloseable {
  static final Topology TOPOLOGY = new Topology(2, 2, (short) 1);

  final EmbeddedProcess embedded;
  final PGSimpleDataSource dataSource;
  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConsumer<String, byte[]> outside;
  private final List<ConsumerRecord<String, byte[]>> heard = new ArrayList<>();
  private @Nullable ShardConsumer consumer;
  private @Nullable Thread thread;
  private @Nullable KafkaProducer<String, byte[]> schedulerProducer;
  private int correlation;
  private volatile Duration passed = Duration.ZERO;
  private volatile Duration asleep = Duration.ZERO;

  SchedulerUnderTest(Path data) throws Exception {
    embedded = EmbeddedProcess.start(data);
    dataSource = MigratedDatabase.of(embedded);
    try (Admin admin = Admin.create(servers())) {
      TOPOLOGY.ensure(admin);
    }
    producer = new KafkaProducer<>(servers(), new StringSerializer(), new ByteArraySerializer());
    outside = new KafkaConsumer<>(servers(), new StringDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        List.of(
            new TopicPartition(Topics.ORDERS, 0),
            new TopicPartition(Topics.ORDERS, 1),
            new TopicPartition(Topics.REPLIES, 0),
            new TopicPartition(Topics.EVENTS, 0),
            new TopicPartition(Topics.EVENTS, 1),
            new TopicPartition(Topics.ROUTES, 0),
            new TopicPartition(Topics.QUARANTINE, 0));
    outside.assign(partitions);
    outside.seekToBeginning(partitions);
  }

  Map<String, Object> servers() {
    return Map.of(
        "bootstrap.servers",
        embedded.endpoints().bootstrapServers(),
        "linger.ms",
        0,
        "max.request.size",
        Topology.LARGEST_RECORD);
  }

  void start() {
    schedulerProducer =
        new KafkaProducer<>(servers(), new StringSerializer(), new ByteArraySerializer());
    consumer =
        new ShardConsumer(
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers",
                    embedded.endpoints().bootstrapServers(),
                    "group.id",
                    "scheduler",
                    "enable.auto.commit",
                    false,
                    "auto.offset.reset",
                    "earliest",
                    "partition.assignment.strategy",
                    "org.apache.kafka.clients.consumer.RangeAssignor"),
                new StringDeserializer(),
                new ByteArrayDeserializer()),
            schedulerProducer,
            new ShardStore(dataSource),
            "cluster",
            new Arns("us-east-1", "000000000000"),
            TOPOLOGY,
            Policy.DEFAULT,
            new LaneMetrics(new SimpleMeterRegistry()),
            Spans.NONE,
            clock());
    thread = Thread.ofPlatform().start(consumer);
  }

  void stop() throws InterruptedException {
    if (consumer != null && thread != null && schedulerProducer != null) {
      consumer.stop();
      thread.join();
      schedulerProducer.close(Duration.ZERO);
    }
  }

  /** A runner of its own for a cluster, under the incarnation {@code one}. */
  RunnerId register(ClusterName cluster) {
    RunnerId runner = new RunnerId(Ids.derive("runner", cluster.value()));
    HostResources host =
        new HostResources("host", 4096, 4096, List.of(), Map.of(), "1", "1", false);
    tell(new Report.RunnerRegistered(cluster, runner, "one", host, List.of()));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !all(Order.Manifest.class, order -> order.runner().equals(runner)).isEmpty());
    return runner;
  }

  /** Lets time pass. */
  void advance(Duration duration) {
    passed = passed.plus(duration);
  }

  /** Every process has its own. */
  private SteadyClock clock() {
    return new SteadyClock(
        () -> InstantSource.system().instant().plus(passed).plus(asleep),
        () -> System.nanoTime() + passed.toNanos());
  }

  /** Lets time pass that the machine does not count; less than none sets its clock back. */
  void sleep(Duration duration) {
    asleep = asleep.plus(duration);
  }

  ShardConsumer.Progress progress() {
    return java.util.Objects.requireNonNull(consumer).progress();
  }

  CommandEnvelope envelope(Command command, @Nullable String token, String fingerprint) {
    String id = "call-" + correlation++;
    return new CommandEnvelope(id, "api", id, token, fingerprint, command);
  }

  Reply.Outcome ask(CommandEnvelope envelope) {
    int before = count(Reply.class, reply -> isTo(reply, envelope));
    raw(Topics.COMMANDS, envelope.command().key(), Codec.encode(envelope));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> count(Reply.class, reply -> isTo(reply, envelope)) > before);
    return all(Reply.class, reply -> isTo(reply, envelope)).getLast().outcome();
  }

  Reply.Outcome ask(Command command) {
    return ask(envelope(command, null, ""));
  }

  private static boolean isTo(Reply reply, CommandEnvelope envelope) {
    return reply.correlationId().equals(envelope.correlationId());
  }

  void tell(Report report) {
    raw(Topics.REPORTS, report.key(), Codec.encode(report));
  }

  void raw(String topic, String key, byte[] value) {
    Integer partition =
        topic.equals(Topics.COMMANDS) || topic.equals(Topics.REPORTS)
            ? TOPOLOGY.shardOf(key)
            : null;
    send(new ProducerRecord<>(topic, partition, key, value));
  }

  void send(ProducerRecord<String, byte[]> record) {
    producer.send(record);
    producer.flush();
  }

  <T extends Order> List<T> awaitOrders(Class<T> type, int atLeast) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> all(type, order -> true).size() >= atLeast);
    return all(type, order -> true);
  }

  private <T> int count(Class<T> type, Predicate<T> matching) {
    return all(type, matching).size();
  }

  /** Everything of one kind that has been heard so far. */
  <T> List<T> all(Class<T> type, Predicate<T> matching) {
    List<T> found = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : heard()) {
      Object message = read(record);
      if (type.isInstance(message) && matching.test(type.cast(message))) {
        found.add(type.cast(message));
      }
    }
    return found;
  }

  List<ConsumerRecord<String, byte[]>> heard() {
    outside.poll(Duration.ofMillis(20)).forEach(heard::add);
    return heard;
  }

  private static @Nullable Object read(ConsumerRecord<String, byte[]> record) {
    try {
      return switch (record.topic()) {
        case Topics.ORDERS -> Codec.decode(record.value(), Order.class);
        case Topics.REPLIES -> Codec.decode(record.value(), Reply.class);
        default -> null;
      };
    } catch (UnreadableMessageException e) {
      throw new AssertionError("the scheduler wrote something unreadable", e);
    }
  }

  @Override
  public void close() throws Exception {
    stop();
    producer.close();
    outside.close();
    embedded.close();
  }
}
