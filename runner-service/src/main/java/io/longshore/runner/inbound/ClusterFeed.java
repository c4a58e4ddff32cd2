package io.longshore.runner.inbound;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ClusterNotice;
import io.longshore.messages.Codec;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.agent.Fleet;
import io.longshore.runner.outbound.Quarantine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Which clusters there are, for a host that lends itself to all of them. Reads the whole topic at
 * every start; only what holds at its end is acted on. Of clusters that are gone by then an earlier
 * process may have left something.
 *
 * <p>One thread of its own.
 */
public final class ClusterFeed implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ClusterFeed.class);
  private static final TopicPartition PARTITION = new TopicPartition(Topics.CLUSTERS, 0);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Fleet fleet;
  private final ClusterName always;
  private final Quarantine quarantine;
  private final Thread thread;
  private volatile @Nullable Consumer<byte[], byte[]> current;
  private volatile boolean open = true;

  /**
   * @param always a cluster that is joined whatever is told of it, and never left
   */
  public ClusterFeed(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Fleet fleet,
      ClusterName always,
      Quarantine quarantine) {
    this.consumers = consumers;
    this.fleet = fleet;
    this.always = always;
    this.quarantine = quarantine;
    this.thread = Thread.ofPlatform().daemon().name("clusters").unstarted(this::run);
  }

  public void begin() {
    thread.start();
  }

  private void run() {
    while (open) {
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        current = consumer;
        consumer.assign(List.of(PARTITION));
        consumer.seekToBeginning(List.of(PARTITION));
        read(consumer);
      } catch (WakeupException e) {
        LOG.debug("The cluster feed closes.");
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warnf("The clusters cannot be read, trying again: %s", e.toString());
        pause();
      } finally {
        current = null;
      }
    }
  }

  private void read(Consumer<byte[], byte[]> consumer) throws InterruptedException {
    long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
    Map<ClusterName, Boolean> notices = new LinkedHashMap<>();
    while (open) {
      if (consumer.position(PARTITION) >= end) {
        act(notices);
        notices.clear();
      }
      consumer.poll(POLL).forEach(record -> take(record, notices));
    }
  }

  private void act(Map<ClusterName, Boolean> notices) throws InterruptedException {
    List<ClusterName> there = new ArrayList<>(List.of(always));
    List<ClusterName> gone = new ArrayList<>();
    for (Map.Entry<ClusterName, Boolean> notice : notices.entrySet()) {
      if (notice.getValue()) {
        there.add(notice.getKey());
      } else if (!notice.getKey().equals(always)) {
        gone.add(notice.getKey());
      }
    }
    fleet.join(there);
    if (!gone.isEmpty()) {
      fleet.leave(gone);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record, Map<ClusterName, Boolean> notices) {
    if (record.value() == null) {
      // A notice that was taken back says no more than the one that said the cluster was gone.
      return;
    }
    try {
      ClusterNotice notice = Codec.decode(record.value(), ClusterNotice.class);
      notices.put(notice.cluster(), notice.active());
    } catch (UnreadableMessageException e) {
      quarantine.put(record, String.valueOf(e.getMessage()));
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
    thread.interrupt();
  }
}
