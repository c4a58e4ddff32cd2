package io.longshore.benchmarks;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.core.Desired;
import io.longshore.runner.core.Membership;
import io.longshore.runner.core.Observations;
import io.longshore.runner.core.Outcome;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Step;
import io.longshore.runner.core.TaskKeeper;
import io.longshore.runner.core.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Many runners in one thread, with one consumer and one producer: the classes that decide are those
 * that ship, the protocol is the real one, and a container is an entry in memory that starts and
 * ends at once.
 */
final class SimulatedFleet implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(5);
  private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int PLENTY = 1 << 24;

  private final ClusterName cluster;
  private final byte[] key;
  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final BiConsumer<TaskAssignment, Long> ordered;
  private final Map<String, Member> members = new HashMap<>();
  private final Map<TaskId, Member> homes = new HashMap<>();
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private final Queue<Exit> exits = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile int ready;
  private volatile boolean open = true;
  private volatile @Nullable Throwable failure;

  /** A runner. */
  private static final class Member {
    private final RunnerId id;
    private final HostResources host;
    private final Membership membership;
    private final Map<TaskId, TaskKeeper> keepers = new HashMap<>();

    Member(int number) {
      id = new RunnerId(Ids.derive("scale", Integer.toString(number)));
      host =
          new HostResources(
              "host-" + number,
              PLENTY,
              PLENTY,
              List.of(),
              Map.of(HostResources.ZONE_ATTRIBUTE, "zone-" + number % 3),
              "1",
              "1",
              false);
      membership = new Membership(id, "life-" + number);
    }
  }

  /** Something to be done then; a null task is the member's beat. */
  private record Alarm(long atNanos, Member member, @Nullable TaskId task)
      implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return Long.compare(atNanos - other.atNanos, 0);
    }
  }

  private record Exit(TaskId task, LongConsumer reportedAtNanos) {}

  /**
   * @param ordered is told of each task that is to be started, and when its order was read ({@link
   *     System#nanoTime}); on the fleet's thread
   */
  SimulatedFleet(
      String bootstrapServers,
      ClusterName cluster,
      int runners,
      BiConsumer<TaskAssignment, Long> ordered) {
    this.cluster = cluster;
    this.key = cluster.value().getBytes(StandardCharsets.UTF_8);
    this.ordered = ordered;
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "fetch.max.wait.ms", 100),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "acks",
                "all",
                "linger.ms",
                0,
                "max.request.size",
                16 << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    for (int i = 0; i < runners; i++) {
      Member member = new Member(i);
      members.put(member.id.value(), member);
      // Not all at once.
      alarms.add(new Alarm(System.nanoTime() + i * BEAT_NANOS / runners, member, null));
    }
    this.thread = Thread.ofPlatform().daemon().name("fleet").unstarted(this::run);
  }

  /** Registers all and waits for their manifests. */
  void begin() throws InterruptedException {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(Topics.ORDERS)) {
      partitions.add(new TopicPartition(Topics.ORDERS, info.partition()));
    }
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread.start();
    Patience.await("manifests", () -> ready, n -> n == members.size());
  }

  /**
   * Lets a task's container end, behind everybody's back.
   *
   * @param reportedAtNanos is told when its report is sent, on the fleet's thread
   */
  void end(TaskId task, LongConsumer reportedAtNanos) {
    exits.add(new Exit(task, reportedAtNanos));
  }

  /** What made the fleet stop; null while it works. */
  @Nullable Throwable failure() {
    return failure;
  }

  private void run() {
    try {
      for (Member member : members.values()) {
        follow(member, member.membership.positioned(System.nanoTime()));
      }
      while (open) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          take(record);
        }
        for (Exit exit = exits.poll(); exit != null; exit = exits.poll()) {
          endNow(exit);
        }
        long now = System.nanoTime();
        while (!alarms.isEmpty() && alarms.peek().atNanos - now <= 0) {
          ring(alarms.remove());
        }
        if (ready < members.size()) {
          ready = (int) members.values().stream().filter(m -> m.membership.isReady()).count();
        }
      }
    } catch (UnreadableMessageException | RuntimeException e) {
      failure = e;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) throws UnreadableMessageException {
    Member member = members.get(new String(record.key(), StandardCharsets.UTF_8));
    if (member != null) {
      Order order = Codec.decode(record.value(), Order.class);
      follow(member, member.membership.take(order, false, System.nanoTime()));
    }
  }

  private void endNow(Exit exit) {
    Member member = homes.get(exit.task());
    TaskKeeper keeper = member == null ? null : member.keepers.get(exit.task());
    if (member == null || keeper == null) {
      throw new IllegalStateException("Nobody has the task " + exit.task());
    }
    TaskState state = keeper.state();
    String container = state.assignment().spec().containers().getFirst().name();
    Sighting died =
        Sighting.exited(container, runtimeId(state.task(), container), 1)
            .ended(Instant.now(), false);
    exit.reportedAtNanos().accept(System.nanoTime());
    perform(member, exit.task(), keeper.seen(died, moment()));
  }

  private void ring(Alarm alarm) {
    Member member = alarm.member();
    if (alarm.task() == null) {
      follow(member, member.membership.tick(System.nanoTime()));
      alarms.add(new Alarm(alarm.atNanos() + BEAT_NANOS, member, null));
      return;
    }
    TaskKeeper keeper = member.keepers.get(alarm.task());
    if (keeper != null && keeper.patienceNanos(moment()) == 0) {
      perform(member, alarm.task(), keeper.pass(moment()));
    }
  }

  private static TaskKeeper.Moment moment() {
    return new TaskKeeper.Moment(Instant.now(), System.nanoTime());
  }

  private static String runtimeId(TaskId task, String container) {
    return task.value() + "-" + container;
  }

  private void follow(Member member, List<Membership.Effect> effects) {
    for (Membership.Effect effect : effects) {
      switch (effect) {
        case Membership.Own own -> own(member, own);
        case Membership.Want(TaskId task, Desired desired) -> {
          TaskKeeper keeper = member.keepers.get(task);
          if (keeper != null) {
            perform(member, task, keeper.want(desired, moment()));
          }
        }
        case Membership.Repeat(TaskId task) -> {
          TaskKeeper keeper = member.keepers.get(task);
          if (keeper != null) {
            perform(member, task, keeper.repeat(moment()));
          }
        }
        case Membership.ReportUnknown(TaskId task) ->
            observed(member, Observations.unknown(task, Instant.now()));
        case Membership.Register register ->
            send(
                new Report.RunnerRegistered(
                    cluster,
                    member.id,
                    register.incarnation(),
                    member.host,
                    member.keepers.values().stream().map(TaskKeeper::latest).toList()));
        case Membership.Beat beat ->
            send(new Report.RunnerBeat(cluster, member.id, beat.incarnation(), beat.generation()));
        // Every service allows second copies, nobody leaves, nothing is listed, and repetitions
        // need no word.
        case Membership.CutOff cutOff -> {}
        case Membership.Leave leave -> {}
        case Membership.Remove remove -> {}
        case Membership.PassedOver passed -> {}
      }
    }
  }

  private void own(Member member, Membership.Own own) {
    ordered.accept(own.state().assignment(), System.nanoTime());
    TaskId task = own.state().task();
    TaskKeeper keeper = new TaskKeeper(own.state(), own.reported(), System.nanoTime());
    member.keepers.put(task, keeper);
    homes.put(task, member);
    perform(member, task, keeper.begin(moment()));
    perform(member, task, keeper.want(own.desired(), moment()));
  }

  private void perform(Member member, TaskId task, List<TaskKeeper.Effect> effects) {
    for (TaskKeeper.Effect effect : effects) {
      switch (effect) {
        case TaskKeeper.Report(var observation) -> observed(member, observation);
        case TaskKeeper.Perform(TaskState state, Step.Call call) -> {
          TaskKeeper keeper = member.keepers.get(task);
          if (keeper != null) {
            Outcome outcome = new Outcome.Done(call, sighting(state.task(), call));
            perform(member, task, keeper.ended(outcome, moment()));
          }
        }
        case TaskKeeper.Gone gone -> {
          member.keepers.remove(task);
          homes.remove(task, member);
          member.membership.gone(task);
        }
      }
    }
    TaskKeeper keeper = member.keepers.get(task);
    long patience = keeper == null ? Long.MAX_VALUE : keeper.patienceNanos(moment());
    if (patience != Long.MAX_VALUE) {
      alarms.add(new Alarm(System.nanoTime() + patience, member, task));
    }
  }

  private static @Nullable Sighting sighting(TaskId task, Step.Call call) {
    return switch (call) {
      case Step.Create create ->
          Sighting.created(create.spec().name(), runtimeId(task, create.spec().name()));
      case Step.Start start -> running(task, start.container());
      case Step.Restart restart -> running(task, restart.container());
      case Step.Stop stop ->
          Sighting.exited(stop.container(), runtimeId(task, stop.container()), 143)
              .ended(Instant.now(), false);
      case Step.Pull pull -> null;
      case Step.Remove remove -> null;
      case Step.Release release -> null;
    };
  }

  private static Sighting running(TaskId task, String container) {
    return Sighting.running(container, runtimeId(task, container)).started(Instant.now());
  }

  private void observed(Member member, TaskObservation observation) {
    send(new Report.TaskObserved(cluster, member.id, member.membership.incarnation(), observation));
  }

  private void send(Report report) {
    producer.send(new ProducerRecord<>(Topics.REPORTS, key, Codec.encode(report)));
  }

  @Override
  public void close() throws InterruptedException {
    open = false;
    thread.join();
    consumer.close();
    producer.close(Duration.ofSeconds(2));
  }
}
