package io.longshore.scheduler.inbound;

import io.longshore.messages.Arns;
import io.longshore.messages.SteadyClock;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.outbound.Relay;
import io.longshore.scheduler.store.OwnedShard;
import io.longshore.scheduler.store.ShardStore;
import io.longshore.tracing.Spans;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler's one thread of decisions: polls commands and reports and gives each owned shard
 * its turns.
 *
 * <p>Owning a partition is the lease, the epoch in PostgreSQL is the fence. Positions come from the
 * database alone: Kafka's own group offsets are never read or written. When a turn fails, whatever
 * the reason, the shard's partitions pause, and a little later the shard is taken over again from
 * the last committed turn; the other shards go on.
 */
public final class ShardConsumer implements Runnable, ConsumerRebalanceListener {
  private static final Logger LOG = Logger.getLogger(ShardConsumer.class);
  private static final Duration LONGEST_POLL = Duration.ofMillis(250);

  /** Runners speak every two seconds; with nothing at all for this long, the brokers are asked. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(1);
  private static final Duration RETRY_FIRST = Duration.ofMillis(200);
  private static final Duration RETRY_CEILING = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final Producer<String, byte[]> producer;
  private final ShardStore store;
  private final String kafkaCluster;
  private final Arns arns;
  private final Topology topology;
  private final Policy policy;
  private final LaneMetrics metrics;
  private final Spans spans;
  private final SteadyClock clock;
  // Older than this, what is known of what is waiting says nothing about a lease. An idle poll is
  // shorter, so that the brokers are only asked when there is reason to.
  private final Duration stale;
  private final Map<Integer, ShardLane> lanes = new TreeMap<>();
  private final Map<Integer, Retry> broken = new TreeMap<>();
  private final Set<String> poison = new HashSet<>();
  // Shards of which it is not known whether all that was waiting has been read.
  private final Set<Integer> doubted = new HashSet<>();
  // Where the topics of a shard ended when that, or whether somebody is lost, became a question.
  private final Map<Integer, End> ends = new TreeMap<>();
  private final Set<Integer> working = new ConcurrentSkipListSet<>();
  private final Queue<List<String>> pruned = new ConcurrentLinkedQueue<>();
  private Instant lastContact = Instant.EPOCH;
  // When the poll before the present one had returned.
  private Instant lastPoll = Instant.EPOCH;
  private long seenLeaps;
  private volatile boolean deaf;
  private volatile boolean stopped;
  private volatile Instant lastLoop = Instant.MAX;

  /**
   * @param patience how long to wait after that attempt, should it fail
   */
  private record Retry(Instant at, Duration patience) {}

  /**
   * The brokers were asked after {@code askedAt}, so what they had acknowledged by then is in it.
   */
  private record End(Instant askedAt, Map<TopicPartition, Long> offsets) {}

  /**
   * What this thread is about, for health checks.
   *
   * @param deaf whether the brokers do not answer
   */
  public record Progress(Set<Integer> workingShards, Instant lastLoop, boolean deaf) {}

  public ShardConsumer(
      Consumer<String, byte[]> consumer,
      Producer<String, byte[]> producer,
      ShardStore store,
      String kafkaCluster,
      Arns arns,
      Topology topology,
      Policy policy,
      LaneMetrics metrics,
      Spans spans,
      SteadyClock clock) {
    this.consumer = consumer;
    this.producer = producer;
    this.store = store;
    this.kafkaCluster = kafkaCluster;
    this.arns = arns;
    this.topology = topology;
    this.policy = policy;
    this.metrics = metrics;
    this.spans = spans;
    this.clock = clock;
    this.seenLeaps = clock.leaps();
    this.stale = policy.runnerLease().dividedBy(4);
  }

  /** Runs until {@link #stop}. */
  @Override
  public void run() {
    try (consumer) {
      consumer.subscribe(List.of(Topics.COMMANDS, Topics.REPORTS), this);
      while (!stopped) {
        lastLoop = clock.instant();
        ConsumerRecords<String, byte[]> polled = consumer.poll(patience());
        listen(polled);
        Instant end = clock.instant();
        forgetPruned();
        takeTurns(polled);
        lastPoll = end;
        repair();
      }
    } catch (WakeupException e) {
      if (!stopped) {
        throw e;
      }
    }
  }

  public void stop() {
    stopped = true;
    consumer.wakeup();
  }

  /** Deleted services are stored no more. Safe to call from any thread. */
  public void pruned(List<String> services) {
    pruned.add(services);
  }

  private void forgetPruned() {
    for (List<String> gone = pruned.poll(); gone != null; gone = pruned.poll()) {
      List<String> services = gone;
      lanes.values().forEach(lane -> lane.forget(services));
    }
  }

  /** Safe to call from any thread. */
  public Progress progress() {
    return new Progress(Set.copyOf(working), lastLoop, deaf);
  }

  private Duration patience() {
    Instant next = null;
    for (ShardLane lane : lanes.values()) {
      next = next == null || lane.nextTurn().isBefore(next) ? lane.nextTurn() : next;
    }
    for (Retry retry : broken.values()) {
      next = next == null || retry.at().isBefore(next) ? retry.at() : next;
    }
    if (next == null) {
      return LONGEST_POLL;
    }
    Duration wait = Duration.between(clock.instant(), next);
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST_POLL) < 0 ? wait : LONGEST_POLL;
  }

  private void takeTurns(ConsumerRecords<String, byte[]> polled) {
    for (ShardLane lane : List.copyOf(lanes.values())) {
      List<ConsumerRecord<String, byte[]>> incoming = new ArrayList<>();
      for (TopicPartition partition : partitionsOf(lane.shard())) {
        incoming.addAll(polled.records(partition));
      }
      Instant now = clock.instant();
      if (lastPoll.plus(stale).isBefore(now)) {
        doubted.add(lane.shard());
        ends.remove(lane.shard());
      }
      if (incoming.isEmpty() && lane.nextTurn().isAfter(now)) {
        continue;
      }
      try {
        renewAfterLeap(now);
        lane.turn(incoming, heardUpTo(lane, now), now);
        metrics.turned(incoming.size(), Duration.between(now, clock.instant()));
      } catch (SQLException | RuntimeException e) {
        breakDown(lane.shard(), e);
      }
    }
  }

  /**
   * Tells a runner's silence from the brokers'. While they do not answer, nobody can be heard and
   * nobody is taken for lost; afterwards everybody gets a fresh lease.
   */
  private void listen(ConsumerRecords<String, byte[]> polled) {
    Instant now = clock.instant();
    boolean quiet = polled.isEmpty() && lastContact.plus(QUIET).isBefore(now);
    if (quiet && !brokersAnswer()) {
      if (!deaf) {
        LOG.warn("The brokers do not answer; until they do, no runner is taken for lost.");
      }
      deaf = true;
    } else if (quiet || !polled.isEmpty()) {
      lastContact = clock.instant();
      if (deaf) {
        LOG.info("The brokers answer again.");
        lanes.values().forEach(lane -> lane.renewLeases(lastContact));
      }
      deaf = false;
    }
  }

  /** While this machine slept, or by another owner's clock, nobody could be heard either. */
  private void renewAfterLeap(Instant now) {
    long leapt = clock.leaps();
    if (leapt != seenLeaps) {
      seenLeaps = leapt;
      LOG.warn("The time here has leapt forward; every runner gets a fresh lease.");
      lanes.values().forEach(lane -> lane.renewLeases(now));
    }
  }

  private boolean brokersAnswer() {
    if (consumer.assignment().isEmpty()) {
      return true;
    }
    try {
      consumer.endOffsets(consumer.assignment(), PROBE_PATIENCE);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /**
   * A moment until which everything that runners were told had arrived has been read.
   *
   * <p>What is known of what is waiting comes with what the brokers send while they are polled;
   * after a slow turn, or when this process was stopped for a while, it is as old as that took, and
   * runners that have spoken all the time would be taken for silent. Then the brokers are asked
   * once how much there is, and all of that has to be read first. Where somebody is about to be
   * taken for lost they are asked, always: a runner that knows that it has been heard relies on
   * that.
   *
   * @return null for none
   */
  private @Nullable Instant heardUpTo(ShardLane lane, Instant now) {
    int shard = lane.shard();
    if (deaf || isWaiting(shard)) {
      return null;
    }
    if (!doubted.contains(shard) && !lane.mayLose(now)) {
      ends.remove(shard);
      return now;
    }
    End end = ends.get(shard);
    if (end == null) {
      end = end(shard);
    }
    if (end == null || !isReached(end)) {
      return null;
    }
    ends.remove(shard);
    doubted.remove(shard);
    return end.askedAt();
  }

  /** Whether more is waiting, as far as the brokers have said. */
  private boolean isWaiting(int shard) {
    for (TopicPartition partition : partitionsOf(shard)) {
      OptionalLong lag = consumer.currentLag(partition);
      if (lag.isEmpty() || lag.getAsLong() > 0) {
        return true;
      }
    }
    return false;
  }

  private @Nullable End end(int shard) {
    Instant askedAt = clock.instant();
    try {
      End end = new End(askedAt, consumer.endOffsets(partitionsOf(shard), PROBE_PATIENCE));
      ends.put(shard, end);
      return end;
    } catch (TimeoutException e) {
      return null;
    }
  }

  private boolean isReached(End end) {
    return end.offsets().entrySet().stream()
        .allMatch(partition -> consumer.position(partition.getKey()) >= partition.getValue());
  }

  private void breakDown(int shard, Exception e) {
    metrics.failed();
    if (e instanceof PoisonRecordException poisonRecord) {
      LOG.errorf(e, "A fault: %s. The record will be quarantined.", e.getMessage());
      poison.add(poisonRecord.origin());
    } else {
      LOG.warnf(e, "Shard %d: the turn failed; taking the shard over again.", shard);
    }
    lanes.remove(shard);
    ends.remove(shard);
    working.remove(shard);
    broken.put(shard, new Retry(clock.instant(), RETRY_FIRST));
    consumer.pause(partitionsOf(shard));
  }

  private void repair() {
    for (Map.Entry<Integer, Retry> entry : List.copyOf(broken.entrySet())) {
      if (entry.getValue().at().isAfter(clock.instant())) {
        continue;
      }
      int shard = entry.getKey();
      try {
        takeOver(shard);
        broken.remove(shard);
        consumer.resume(partitionsOf(shard));
      } catch (SQLException | RuntimeException e) {
        Duration wait = entry.getValue().patience();
        LOG.warnf("Shard %d cannot be taken over, again in %s: %s", shard, wait, e.getMessage());
        Duration doubled = wait.multipliedBy(2);
        broken.put(
            shard,
            new Retry(
                clock.instant().plus(wait),
                doubled.compareTo(RETRY_CEILING) < 0 ? doubled : RETRY_CEILING));
      }
    }
  }

  private void takeOver(int shard) throws SQLException {
    OwnedShard owned = store.acquire(shard, kafkaCluster);
    if (owned.decidedAt() != null) {
      clock.goOnFrom(owned.decidedAt());
    }
    Relay relay = relay(owned);
    Instant now = clock.instant();
    ShardLane lane =
        new ShardLane(owned, store, relay, arns, topology, policy, poison, metrics, spans, now);
    consumer.seek(new TopicPartition(Topics.COMMANDS, shard), owned.commandsOffset());
    consumer.seek(new TopicPartition(Topics.REPORTS, shard), owned.reportsOffset());
    lane.resume();
    lanes.put(shard, lane);
    working.add(shard);
    metrics.takenOver();
    LOG.infof(
        "Shard %d taken over in epoch %d: %d services, %d tasks, %d runners, %d records to send.",
        shard,
        owned.epoch(),
        owned.state().services().size(),
        owned.state().tasks().size(),
        owned.state().runners().size(),
        owned.unsent().size());
  }

  /**
   * Each ownership has its own relay; what an earlier one still has in flight is sent a second time
   * at worst.
   */
  private Relay relay(OwnedShard owned) {
    return new Relay(
        producer,
        owned.unsent().isEmpty() ? owned.sequence() : owned.unsent().getFirst().sequence() - 1);
  }

  private List<TopicPartition> partitionsOf(int shard) {
    return List.of(
        new TopicPartition(Topics.COMMANDS, shard), new TopicPartition(Topics.REPORTS, shard));
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    for (int shard : shardsOf(partitions)) {
      // Taken over by repair(), right after the poll that is under way: one way in, whether or not
      // the database answers.
      broken.put(shard, new Retry(clock.instant(), RETRY_FIRST));
      consumer.pause(assigned(shard));
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    for (int shard : shardsOf(partitions)) {
      lanes.remove(shard);
      ends.remove(shard);
      broken.remove(shard);
      working.remove(shard);
      metrics.gaveUp(shard);
      LOG.infof("Shard %d given up.", shard);
    }
  }

  private List<TopicPartition> assigned(int shard) {
    return partitionsOf(shard).stream().filter(consumer.assignment()::contains).toList();
  }

  private static Set<Integer> shardsOf(Collection<TopicPartition> partitions) {
    Set<Integer> shards = new HashSet<>();
    partitions.forEach(partition -> shards.add(partition.partition()));
    return shards;
  }
}
