package io.longshore.scheduler.inbound;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What can be watched of the scheduler's turns, under {@code longshore.scheduler.*}. */
public final class LaneMetrics {
  private final Timer turns;
  private final Counter records;
  private final Counter tasks;
  private final Counter sent;
  private final Counter quarantined;
  private final Counter takeovers;
  private final Counter failures;
  private final Map<Integer, Long> backlog = new ConcurrentHashMap<>();

  public LaneMetrics(MeterRegistry registry) {
    turns =
        Timer.builder("longshore.scheduler.turn")
            .description("From records read to their outcome committed")
            .publishPercentileHistogram()
            .register(registry);
    records = registry.counter("longshore.scheduler.records");
    tasks = registry.counter("longshore.scheduler.task.changes");
    sent = registry.counter("longshore.scheduler.outbox.records");
    quarantined = registry.counter("longshore.scheduler.quarantined");
    takeovers = registry.counter("longshore.scheduler.takeovers");
    failures = registry.counter("longshore.scheduler.turn.failures");
    Gauge.builder(
            "longshore.scheduler.outbox.backlog",
            backlog,
            all -> all.values().stream().mapToLong(Long::longValue).sum())
        .description("Records decided and not yet acknowledged by Kafka")
        .register(registry);
  }

  void turned(int incoming, Duration duration) {
    records.increment(incoming);
    turns.record(duration);
  }

  void committed(int shard, int changedTasks, int outgoing, long unacknowledged) {
    tasks.increment(changedTasks);
    sent.increment(outgoing);
    backlog.put(shard, unacknowledged);
  }

  void quarantined() {
    quarantined.increment();
  }

  void takenOver() {
    takeovers.increment();
  }

  void failed() {
    failures.increment();
  }

  void gaveUp(int shard) {
    backlog.remove(shard);
  }
}
