package io.longshore.api.inbound.events;

import io.longshore.api.core.EventPosition;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows {@code longshore.events} for all streams of this instance: one consumer, on a thread of
 * its own that is started for the first stream. When Kafka fails it begins anew with another ring;
 * readers of the old one go on from their own positions.
 */
@ApplicationScoped
class EventTail {
  private static final Logger LOG = Logger.getLogger(EventTail.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final EventLog log;
  private final int kept;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Both guarded by the lock.
  private @Nullable Thread thread;
  private @Nullable Following following;

  EventTail(EventLog log, @ConfigProperty(name = "longshore.api.events-kept") int kept) {
    this.log = log;
    this.kept = kept;
  }

  /** The topic as it is now, and its latest events. */
  record Following(EventLog.Topic topic, EventRing ring) {}

  /** Null when Kafka cannot be followed within that time. */
  @Nullable Following following(long waitNanos) throws InterruptedException {
    lock.lock();
    try {
      if (thread == null) {
        thread = Thread.ofPlatform().name("api-events").daemon().start(this::run);
      }
      long left = waitNanos;
      while (following == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return following;
    } finally {
      lock.unlock();
    }
  }

  void stop(@Observes ShutdownEvent event) {
    close();
  }

  /** Ends the thread. Called once. */
  void close() {
    lock.lock();
    try {
      if (thread != null) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    boolean told = false;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        EventLog.Topic topic = log.topic();
        try (EventLog.Reader reader = log.open(topic)) {
          follow(topic, reader);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | RuntimeException e) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        if (!told) {
          LOG.warnf("longshore.events cannot be followed: %s", e.getMessage());
          told = true;
        }
        pause();
      }
    }
  }

  private void follow(EventLog.Topic topic, EventLog.Reader reader) {
    EventPosition end = reader.seekToEnd();
    EventRing ring = new EventRing(kept, end);
    publish(new Following(topic, ring));
    try {
      while (!Thread.currentThread().isInterrupted()) {
        reader.poll(POLL).forEach(record -> ring.add(PublicEvent.of(record)));
      }
    } finally {
      publish(null);
      ring.close();
    }
  }

  private void publish(@Nullable Following next) {
    lock.lock();
    try {
      following = next;
      changed.signalAll();
    } finally {
      lock.unlock();
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
