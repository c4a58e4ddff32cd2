package io.longshore.balancer.outbound;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Writes the access log on a thread of its own. Whoever has an entry leaves it and goes on: no
 * lock, no text, and a wake-up only for the first entry after a while. Entries for which there is
 * no room are dropped and counted.
 *
 * <p>What is there is written at once when it is half of what there is room for, and otherwise when
 * the first of it is 100 ms old. When nothing can be written, the lines at hand are tried again
 * each second from where they stopped, and the rest waits for as long as there is room.
 */
public final class AccessLogWriter implements AccessLog, AutoCloseable {
  /** At most some 30 MB, of requests that are as long as can be; 3 of ordinary ones. */
  public static final int CAPACITY = 8192;

  private static final Logger LOG = Logger.getLogger(AccessLogWriter.class);
  private static final Duration GATHER = Duration.ofMillis(100);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_LINES = Duration.ofSeconds(2);
  // Of one write.
  private static final int CHARACTERS = 64 << 10;

  private final LineSink sink;
  private final String where;
  private final int capacity;
  private final Counter dropped;
  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  // Raised before an entry is in the queue: who finds none may have to look again.
  private final AtomicInteger waiting = new AtomicInteger();
  private final AccessLines lines = new AccessLines();
  private final Thread thread;
  private volatile boolean open = true;
  private boolean failing;

  /**
   * @param where lines go, as the program's log is to call it
   * @param capacity entries that may wait
   */
  public AccessLogWriter(LineSink sink, String where, int capacity, MeterRegistry registry) {
    this.sink = sink;
    this.where = where;
    this.capacity = capacity;
    this.dropped = registry.counter(Meters.PREFIX + "access.log.dropped");
    this.thread = Thread.ofPlatform().daemon().name("balancer-access-log").start(this::run);
  }

  @Override
  public void write(Entry entry) {
    int before = waiting.getAndIncrement();
    if (before >= capacity || !open) {
      waiting.getAndDecrement();
      dropped.increment();
      return;
    }
    entries.add(entry);
    if (before == 0 || before == capacity / 2) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try (sink) {
      while (open || waiting.get() > 0) {
        if (waiting.get() == 0) {
          LockSupport.park(this);
        } else {
          gather();
          writeAll();
        }
      }
    }
  }

  /** Others that come soon are written along. */
  private void gather() {
    long until = System.nanoTime() + GATHER.toNanos();
    long left = GATHER.toNanos();
    while (open && waiting.get() < capacity / 2 && left > 0) {
      LockSupport.parkNanos(this, left);
      left = until - System.nanoTime();
    }
  }

  /** What was there when it began: what came meanwhile may gather others. */
  private void writeAll() {
    int left = waiting.get();
    while (left > 0) {
      int taken = 0;
      Entry entry = entries.poll();
      while (entry != null) {
        lines.add(entry);
        taken++;
        entry = taken < left && lines.length() < CHARACTERS ? entries.poll() : null;
      }
      if (taken == 0) {
        return;
      }
      left -= taken;
      waiting.getAndAdd(-taken);
      write(lines.take(), taken);
    }
  }

  private void write(ByteBuffer bytes, int count) {
    while (bytes.hasRemaining()) {
      try {
        sink.write(bytes);
        if (failing) {
          failing = false;
          LOG.infof("The access log is written to %s again.", where);
        }
      } catch (IOException e) {
        if (!failing) {
          failing = true;
          LOG.errorf(
              "The access log cannot be written to %s; traffic goes on, and what does not fit in"
                  + " memory is dropped and counted: %s",
              where, e);
        }
        if (!open) {
          dropped.increment(count);
          return;
        }
        pause();
      }
    }
  }

  private void pause() {
    long until = System.nanoTime() + RETRY.toNanos();
    long left = RETRY.toNanos();
    while (open && left > 0) {
      LockSupport.parkNanos(this, left);
      left = until - System.nanoTime();
    }
  }

  /** What has been left is written, unless that takes too long. To be called after traffic ends. */
  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(LAST_LINES)) {
        LOG.warnf("Of the access log, %d entries could not be written in time.", waiting.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
