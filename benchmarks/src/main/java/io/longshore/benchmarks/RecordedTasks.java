package io.longshore.benchmarks;

import io.longshore.messages.TaskId;
import io.longshore.messages.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the public events and tells of each task that is recorded as running. It looks at no more
 * of an event than that, so that reading costs the machine little.
 */
final class RecordedTasks implements AutoCloseable {
  private static final String DESIRED = "\"desiredStatus\":\"RUNNING\"";
  private static final String RUNNING = "\"lastStatus\":\"RUNNING\"";

  private final Consumer<byte[], byte[]> consumer;
  private final BiConsumer<TaskId, Long> running;
  private final Thread thread = Thread.ofPlatform().daemon().name("recorded").unstarted(this::run);
  private volatile boolean open = true;
  private volatile @Nullable Throwable failure;

  /**
   * @param running the task, and when its event was read ({@link System#nanoTime}); on one thread
   */
  RecordedTasks(String bootstrapServers, BiConsumer<TaskId, Long> running) {
    this.running = running;
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "fetch.max.wait.ms", 100),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(Topics.EVENTS)) {
      partitions.add(new TopicPartition(Topics.EVENTS, info.partition()));
    }
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread.start();
  }

  /** What made it stop reading; null while it reads. */
  @Nullable Throwable failure() {
    return failure;
  }

  private void run() {
    try {
      read();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void read() {
    while (open) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
        String event = new String(record.value(), StandardCharsets.UTF_8);
        int desired = event.indexOf(DESIRED);
        // The task's own status is the first after it; those of containers come later.
        if (desired >= 0 && event.startsWith(RUNNING, desired + DESIRED.length() + 1)) {
          String arn = new String(record.key(), StandardCharsets.UTF_8);
          running.accept(new TaskId(arn.substring(arn.lastIndexOf('/') + 1)), System.nanoTime());
        }
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    open = false;
    thread.join();
    consumer.close();
  }
}
