package io.longshore.runner.outbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.Topics;
import io.longshore.runner.agent.Reports;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reports on their way to Kafka. Of each subject (one task, one runner's beats, one runner's
 * registrations) at most one report is on its way and at most one waits, the newest: so the order
 * per subject holds, and an outage of any length costs no more memory than there are subjects.
 *
 * <p>One thread of its own hands records to the producer, which may block while brokers are away.
 * So what is written on it, as registrations are, has the newest of all that was sent before.
 */
// The producer's future says nothing that its callback does not.
@SuppressWarnings("FutureReturnValueIgnored")
public final class KafkaReports implements Reports, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KafkaReports.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

  private record Subject(RunnerId runner, Class<?> kind, String what) {}

  private record Pending(
      Supplier<? extends Report.OfRunner> report, @Nullable String traceparent, Runnable arrived) {}

  private static final class Lane {
    @Nullable Pending waiting;
    boolean underWay;
  }

  private final Producer<byte[], byte[]> producer;
  private final Map<Subject, Lane> lanes = new HashMap<>();
  private final LinkedBlockingQueue<Subject> due = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean open = true;

  /**
   * @param producer closed by whoever made it
   */
  public KafkaReports(Producer<byte[], byte[]> producer) {
    this.producer = producer;
    this.thread = Thread.ofVirtual().name("reports").start(this::run);
  }

  @Override
  public void send(Report.OfRunner report, @Nullable String traceparent, Runnable arrived) {
    send(subject(report), new Pending(() -> report, traceparent, arrived));
  }

  @Override
  public void register(RunnerId runner, Supplier<Report.RunnerRegistered> registration) {
    send(coming(runner), new Pending(registration, null, () -> {}));
  }

  private void send(Subject subject, Pending pending) {
    synchronized (lanes) {
      Lane lane = lanes.computeIfAbsent(subject, key -> new Lane());
      lane.waiting = pending;
      if (!lane.underWay) {
        lane.underWay = true;
        due.add(subject);
      }
    }
  }

  private static Subject subject(Report.OfRunner report) {
    return switch (report) {
      case Report.TaskObserved observed ->
          new Subject(
              observed.runner(), Report.TaskObserved.class, observed.observation().task().value());
      case Report.RunnerBeat beat -> new Subject(beat.runner(), Report.RunnerBeat.class, "");
      case Report.RunnerRegistered registered -> coming(registered.runner());
      case Report.RunnerLeft left -> coming(left.runner());
    };
  }

  /** Coming and going are one subject: the later of the two is what counts. */
  private static Subject coming(RunnerId runner) {
    return new Subject(runner, Report.RunnerRegistered.class, "");
  }

  private void run() {
    try {
      while (open) {
        Subject subject = due.take();
        Pending pending = next(subject);
        if (pending != null) {
          transmit(subject, pending);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Pending next(Subject subject) {
    synchronized (lanes) {
      Lane lane = lanes.get(subject);
      if (lane == null) {
        return null;
      }
      Pending pending = lane.waiting;
      lane.waiting = null;
      return pending;
    }
  }

  private void transmit(Subject subject, Pending pending) throws InterruptedException {
    try {
      producer.send(record(pending), (metadata, failure) -> arrived(subject, pending, failure));
    } catch (RuntimeException e) {
      LOG.warnf("Reports cannot be sent yet: %s", e.getMessage());
      TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE.toMillis());
      arrived(subject, pending, e);
    }
  }

  private void arrived(Subject subject, Pending pending, @Nullable Exception failure) {
    if (failure == null) {
      pending.arrived().run();
    }
    synchronized (lanes) {
      Lane lane = lanes.get(subject);
      if (lane == null) {
        return;
      }
      if (failure != null && lane.waiting == null) {
        lane.waiting = pending;
      }
      if (lane.waiting == null) {
        lanes.remove(subject);
        lanes.notifyAll();
      } else {
        due.add(subject);
      }
    }
  }

  private static ProducerRecord<byte[], byte[]> record(Pending pending) {
    Report.OfRunner report = pending.report().get();
    byte[] key = report.cluster().value().getBytes(StandardCharsets.UTF_8);
    var record = new ProducerRecord<>(Topics.REPORTS, key, Codec.encode(report));
    if (pending.traceparent() != null) {
      record
          .headers()
          .add(Topics.TRACEPARENT, pending.traceparent().getBytes(StandardCharsets.UTF_8));
    }
    return record;
  }

  /**
   * Waits until everything has arrived.
   *
   * @return whether it has
   */
  public boolean flush(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    synchronized (lanes) {
      while (!lanes.isEmpty()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        lanes.wait(left);
      }
    }
    return true;
  }

  @Override
  public void close() {
    open = false;
    thread.interrupt();
  }
}
