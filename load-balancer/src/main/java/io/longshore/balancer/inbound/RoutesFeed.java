package io.longshore.balancer.inbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Route;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The routes, read from the beginning. They are told as a whole, and only when all that stood in
 * the topic has been read: half of them would close listeners. While Kafka is gone the last known
 * ones hold.
 */
public final class RoutesFeed implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RoutesFeed.class);
  private static final TopicPartition PARTITION = new TopicPartition(Topics.ROUTES, 0);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  /** Who is told the routes. */
  @FunctionalInterface
  public interface Taker {
    void take(Collection<Route> routes);
  }

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Taker taker;
  private final long lifeNanos;
  private final Thread thread;
  private volatile @Nullable Consumer<byte[], byte[]> current;
  private volatile boolean open = true;
  private volatile boolean complete;

  /**
   * @param consumers makes a consumer without a group and without a reset policy
   * @param life after which everything is read anew. The topic keeps word of what is gone for a day
   *     only, and a consumer that was cut off for longer would not hear of it
   */
  public RoutesFeed(Supplier<Consumer<byte[], byte[]>> consumers, Taker taker, Duration life) {
    this.consumers = consumers;
    this.taker = taker;
    this.lifeNanos = life.toNanos();
    this.thread = Thread.ofPlatform().daemon().name("routes").unstarted(this::run);
  }

  public void begin() {
    thread.start();
  }

  /** Whether the routes have been told once. */
  public boolean isComplete() {
    return complete;
  }

  private void run() {
    while (open) {
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        current = consumer;
        read(consumer);
      } catch (WakeupException e) {
        LOG.debug("The routes feed ends.");
      } catch (RuntimeException e) {
        LOG.warnf("Routes cannot be read, the last known ones hold: %s", e.toString());
        pause();
      } finally {
        current = null;
      }
    }
  }

  /** Reads with one consumer, all from the beginning. */
  private void read(Consumer<byte[], byte[]> consumer) {
    consumer.assign(List.of(PARTITION));
    consumer.seekToBeginning(List.of(PARTITION));
    long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
    Map<String, Route> routes = new TreeMap<>();
    boolean whole = false;
    long until = System.nanoTime() + lifeNanos;
    while (open && System.nanoTime() - until < 0) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(whole ? POLL : Duration.ofMillis(50));
      for (ConsumerRecord<byte[], byte[]> record : records) {
        take(record, routes);
      }
      boolean justWhole = !whole && consumer.position(PARTITION) >= end;
      whole |= justWhole;
      if (justWhole || (whole && !records.isEmpty())) {
        taker.take(List.copyOf(routes.values()));
        complete = true;
      }
    }
  }

  private static void take(ConsumerRecord<byte[], byte[]> record, Map<String, Route> routes) {
    if (record.key() == null) {
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      routes.remove(key);
      return;
    }
    try {
      routes.put(key, Codec.decode(record.value(), Route.class));
    } catch (UnreadableMessageException e) {
      LOG.errorf(
          "The route at offset %d cannot be read, what it was before holds: %s",
          record.offset(), e.getMessage());
    }
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
    Consumer<byte[], byte[]> reading = current;
    if (reading != null) {
      reading.wakeup();
    }
  }
}
