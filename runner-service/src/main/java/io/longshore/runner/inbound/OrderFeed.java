package io.longshore.runner.inbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Order;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.agent.Agent;
import io.longshore.runner.agent.Fleet;
import io.longshore.runner.outbound.Quarantine;
import io.longshore.tracing.Spans;
import io.opentelemetry.api.trace.SpanKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The orders for this process's agents. Reads exactly the partitions their ids fall on, by no
 * consumer group, from the end: what was ordered before an agent registered is in its manifest.
 * Whenever orders may have been missed the agents concerned are told, and register again.
 *
 * <p>One thread of its own does everything; {@link #follow} and {@link #unfollow} only leave it a
 * note.
 */
public final class OrderFeed implements Fleet.OrderSource, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OrderFeed.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Topology topology;
  private final Quarantine quarantine;
  private final Spans spans;
  private final LinkedBlockingQueue<Runnable> notes = new LinkedBlockingQueue<>();
  private final Map<String, Agent> agents = new HashMap<>();
  private final Set<String> positioned = new HashSet<>();
  private final Thread thread;
  private volatile @Nullable Consumer<byte[], byte[]> current;
  private volatile boolean open = true;

  /**
   * @param consumers makes a consumer without a group and without a reset policy
   */
  public OrderFeed(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Topology topology,
      Quarantine quarantine,
      Spans spans) {
    this.consumers = consumers;
    this.topology = topology;
    this.quarantine = quarantine;
    this.spans = spans;
    this.thread = Thread.ofPlatform().daemon().name("orders").unstarted(this::run);
  }

  public void begin() {
    thread.start();
  }

  @Override
  public void follow(Agent agent) {
    note(() -> agents.put(agent.runner().value(), agent));
  }

  @Override
  public void unfollow(Agent agent) {
    note(() -> {
      agents.remove(agent.runner().value(), agent);
      positioned.remove(agent.runner().value());
    });
  }

  private void note(Runnable note) {
    notes.add(note);
    Consumer<byte[], byte[]> reading = current;
    if (reading != null) {
      reading.wakeup();
    }
  }

  private void run() {
    while (open) {
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        current = consumer;
        read(consumer);
      } catch (WakeupException e) {
        LOG.debug("The order feed was woken up outside a poll.");
      } catch (RuntimeException e) {
        LOG.warnf("Orders cannot be read, trying again: %s", e.toString());
        pause();
      } finally {
        current = null;
      }
    }
  }

  /** Reads with one consumer until it fails. Whatever came before it may have been missed. */
  private void read(Consumer<byte[], byte[]> consumer) {
    Set<String> before = Set.copyOf(positioned);
    while (open) {
      try {
        readNotes();
        position(consumer, before);
        before = Set.of();
        if (agents.isEmpty()) {
          awaitNote();
          continue;
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          take(record);
        }
      } catch (WakeupException e) {
        LOG.debug("Somebody left a note for the order feed.");
      } catch (InvalidOffsetException e) {
        consumer.seekToEnd(e.partitions());
        doubt(e.partitions(), "orders were deleted before they were read");
      }
    }
  }

  /** A consumer without partitions must not be polled. */
  private void awaitNote() {
    try {
      Runnable note = notes.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (note != null) {
        note.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readNotes() {
    for (Runnable note = notes.poll(); note != null; note = notes.poll()) {
      note.run();
    }
  }

  /**
   * Goes to the end of partitions that are new, and only then lets the agents on them register.
   *
   * @param before agents that had been positioned by a consumer that is no more
   */
  private void position(Consumer<byte[], byte[]> consumer, Set<String> before) {
    Set<TopicPartition> wanted = new HashSet<>();
    agents.values().forEach(agent -> wanted.add(partition(agent)));
    Set<TopicPartition> added = new HashSet<>(wanted);
    added.removeAll(consumer.assignment());
    if (!wanted.equals(consumer.assignment())) {
      consumer.assign(wanted);
    }
    if (!added.isEmpty()) {
      consumer.seekToEnd(added);
      // Seeking is put off until it is needed; asking for the position is what makes it happen.
      added.forEach(consumer::position);
    }
    for (Agent agent : List.copyOf(agents.values())) {
      if (before.contains(agent.runner().value())) {
        agent.doubt("the connection to Kafka was lost");
      } else if (positioned.add(agent.runner().value())) {
        agent.positioned();
      }
    }
  }

  private void doubt(Set<TopicPartition> partitions, String reason) {
    for (Agent agent : agents.values()) {
      if (partitions.contains(partition(agent))) {
        agent.doubt(reason);
      }
    }
  }

  private TopicPartition partition(Agent agent) {
    return new TopicPartition(Topics.ORDERS, topology.orderPartitionOf(agent.runner()));
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    Agent agent = agents.get(key);
    if (agent == null) {
      return;
    }
    try {
      Order order = Codec.decode(record.value(), Order.class);
      String kind = order.getClass().getSimpleName();
      try (Spans.Open span = spans.open(kind, SpanKind.CONSUMER, traceparent(record))) {
        agent.take(order, span.traceparent());
      }
    } catch (UnreadableMessageException e) {
      quarantine.put(record, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.errorf(e, "An order could not be followed: this is a defect.");
      agent.doubt("an order could not be followed");
    }
  }

  private static @Nullable String traceparent(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader(Topics.TRACEPARENT);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    open = false;
    note(() -> {});
  }
}
