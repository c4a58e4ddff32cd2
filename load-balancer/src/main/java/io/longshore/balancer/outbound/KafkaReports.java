package io.longshore.balancer.outbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Report;
import io.longshore.messages.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reports on their way to Kafka. Of each route at most one report is on its way and at most one
 * waits, the newest: so their order holds, and an outage of any length costs no more memory than
 * there are routes.
 *
 * <p>One thread of its own makes the producer and hands records to it, both of which may block
 * while brokers are away.
 */
// The producer's future says nothing that its callback does not.
@SuppressWarnings("FutureReturnValueIgnored")
public final class KafkaReports implements Reports, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KafkaReports.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);
  private static final Duration LAST_REPORTS = Duration.ofSeconds(1);

  private static final class Lane {
    Report.@Nullable OfBalancer waiting;
    boolean underWay;
    boolean gone;
  }

  private final Supplier<Producer<byte[], byte[]>> producers;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final LinkedBlockingQueue<String> due = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean failed;
  private volatile boolean open = true;

  /**
   * @param producers makes a producer, which this closes; asked again when it fails
   */
  public KafkaReports(Supplier<Producer<byte[], byte[]>> producers) {
    this.producers = producers;
    this.thread = Thread.ofVirtual().name("reports").start(this::run);
  }

  @Override
  public void tell(Map<String, Report.OfBalancer> news, Set<String> present) {
    synchronized (lanes) {
      lanes.forEach((route, lane) -> {
        if (!present.contains(route)) {
          lane.gone = true;
          lane.waiting = null;
        }
      });
      news.forEach((route, report) -> {
        Lane lane = lanes.computeIfAbsent(route, key -> new Lane());
        lane.gone = false;
        lane.waiting = report;
        if (!lane.underWay) {
          lane.underWay = true;
          due.add(route);
        }
      });
    }
  }

  private void run() {
    Producer<byte[], byte[]> producer = null;
    try {
      while (open) {
        String route = due.take();
        while (producer == null) {
          producer = make();
        }
        if (failed) {
          failed = false;
          TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE.toMillis());
        }
        transmit(producer, route);
      }
    } catch (InterruptedException e) {
      LOG.debug("No more reports are sent.");
    } finally {
      if (producer != null) {
        producer.close(LAST_REPORTS);
      }
    }
  }

  private @Nullable Producer<byte[], byte[]> make() throws InterruptedException {
    try {
      return producers.get();
    } catch (RuntimeException e) {
      LOG.warnf("Reports cannot be sent yet: %s", e.toString());
      TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE.toMillis());
      return null;
    }
  }

  private void transmit(Producer<byte[], byte[]> producer, String route) {
    Report.OfBalancer report = next(route);
    if (report == null) {
      return;
    }
    try {
      producer.send(record(report), (metadata, failure) -> arrived(route, report, failure));
    } catch (RuntimeException e) {
      arrived(route, report, e);
    }
  }

  private Report.@Nullable OfBalancer next(String route) {
    synchronized (lanes) {
      Lane lane = lanes.get(route);
      if (lane == null) {
        return null;
      }
      Report.OfBalancer report = lane.waiting;
      lane.waiting = null;
      if (report == null) {
        lanes.remove(route);
      }
      return report;
    }
  }

  private void arrived(String route, Report.OfBalancer report, @Nullable Exception failure) {
    if (failure != null) {
      LOG.warnf("A report of %s could not be sent: %s", route, failure.toString());
      failed = true;
    }
    synchronized (lanes) {
      Lane lane = lanes.get(route);
      if (lane == null) {
        return;
      }
      if (failure != null && lane.waiting == null && !lane.gone) {
        lane.waiting = report;
      }
      if (lane.waiting == null) {
        lanes.remove(route);
      } else {
        due.add(route);
      }
    }
  }

  /** Its key takes it to its shard, as the key of a command does. */
  private static ProducerRecord<byte[], byte[]> record(Report.OfBalancer report) {
    byte[] key = report.key().getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(Topics.REPORTS, key, Codec.encode(report));
  }

  @Override
  public void close() {
    open = false;
    thread.interrupt();
  }
}
