package io.longshore.api.inbound.output;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.EventPosition;
import io.longshore.api.inbound.Faults;
import io.longshore.api.inbound.TopicLog;
import io.longshore.api.store.output.OutputStore;
import io.longshore.messages.Codec;
import io.longshore.messages.Output;
import io.longshore.messages.UnreadableMessageException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings {@code longshore.output} into this instance's own files, on a thread of its own. How far
 * it has read stands with the files and may be a moment behind: what comes again is known there.
 */
@ApplicationScoped
public class OutputFeed {
  private static final Logger LOG = Logger.getLogger(OutputFeed.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration SAVING = Duration.ofSeconds(1);
  private static final Duration SWEEPING = Duration.ofSeconds(15);
  private static final Duration LAST_WORK = Duration.ofSeconds(3);

  private final OutputLog log;
  private final boolean enabled;
  private final Path data;
  private final Duration retention;
  private final long bytes;
  private volatile @Nullable OutputStore store;
  private @Nullable Thread thread;

  OutputFeed(
      OutputLog log,
      @ConfigProperty(name = "longshore.api.output") boolean enabled,
      @ConfigProperty(name = "longshore.api.data") Path data,
      @ConfigProperty(name = "longshore.api.output-retention") Duration retention,
      @ConfigProperty(name = "longshore.api.output-bytes") long bytes) {
    this.log = log;
    this.enabled = enabled;
    this.data = data;
    this.retention = retention;
    this.bytes = bytes;
  }

  void start(@Observes StartupEvent event) {
    if (enabled) {
      thread = Thread.ofPlatform().name("api-output").daemon().start(this::run);
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    if (thread != null) {
      thread.interrupt();
      thread.join(LAST_WORK);
    }
  }

  /**
   * What has been taken in.
   *
   * @throws EcsException if this instance keeps no output, or its files are still being looked at
   */
  public OutputStore store() {
    OutputStore opened = store;
    if (opened == null) {
      throw new EcsException(
          "ServiceUnavailableException",
          503,
          enabled
              ? "The output of containers cannot be read yet. Try again."
              : "This instance keeps no output of containers.",
          List.of());
    }
    return opened;
  }

  private void run() {
    OutputStore opened = open();
    if (opened == null) {
      return;
    }
    try (opened) {
      store = opened;
      boolean told = false;
      while (!Thread.currentThread().isInterrupted()) {
        try {
          TopicLog.Topic topic = log.topic();
          try (TopicLog.Reader reader = log.open(topic)) {
            follow(reader, opened);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        } catch (IOException | ExecutionException | RuntimeException e) {
          if (Thread.currentThread().isInterrupted()) {
            return;
          }
          if (!told) {
            LOG.warnf("longshore.output is not taken in at the moment: %s", Faults.bounded(e));
            told = true;
          }
          pause();
        }
      }
    } catch (IOException e) {
      LOG.debugf(e, "The files of output did not close.");
    } finally {
      store = null;
    }
  }

  private @Nullable OutputStore open() {
    Path folder = data.toAbsolutePath().normalize().resolve("output");
    boolean told = false;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        return OutputStore.open(folder, retention, bytes);
      } catch (IOException | RuntimeException e) {
        if (!told) {
          LOG.errorf("Output of containers is not kept, trying again: %s", Faults.bounded(e));
          told = true;
        }
        pause();
      }
    }
    return null;
  }

  private static void follow(TopicLog.Reader reader, OutputStore store) throws IOException {
    String saved = store.position();
    EventPosition position = reader.kept(saved == null ? null : EventPosition.parse(saved));
    reader.seek(position);
    long sweepAt = System.nanoTime();
    long saveAt = System.nanoTime();
    boolean unsaved = false;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
          add(record, store);
          position = position.after(record.partition(), record.offset());
          unsaved = true;
        }
        if (unsaved && System.nanoTime() - saveAt >= 0) {
          store.savePosition(position.text());
          saveAt = System.nanoTime() + SAVING.toNanos();
          unsaved = false;
        }
        if (System.nanoTime() - sweepAt >= 0) {
          store.sweep(System.currentTimeMillis());
          sweepAt = System.nanoTime() + SWEEPING.toNanos();
        }
      }
    } finally {
      if (unsaved) {
        store.savePosition(position.text());
      }
    }
  }

  private static void add(ConsumerRecord<byte[], byte[]> record, OutputStore store)
      throws IOException {
    try {
      store.add(Codec.decode(record.value(), Output.class), System.currentTimeMillis());
    } catch (UnreadableMessageException e) {
      // Every instance reads it, so none of them puts it aside.
      LOG.warnf(
          "The record longshore.output/%d/%d is passed over: %s",
          record.partition(), record.offset(), e.getMessage());
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
