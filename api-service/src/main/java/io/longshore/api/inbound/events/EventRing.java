package io.longshore.api.inbound.events;

import io.longshore.api.core.EventPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The latest events, for any number of readers. One thread adds; each reader comes for them at its
 * own pace and is never waited for. Bounded by a number and by a size: the oldest ones give way.
 */
final class EventRing {
  private static final long CHARACTERS_MAX = 16 << 20;

  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<PublicEvent> events = new ArrayDeque<>();
  // Where the oldest and the newest event that is kept are; both guarded by the lock.
  private EventPosition start;
  private EventPosition end;
  // The sequence number of the oldest one.
  private long first;
  private long characters;
  private boolean closed;

  /**
   * @param capacity 1 or more
   * @param start where the first event that is added will be
   */
  EventRing(int capacity, EventPosition start) {
    this.capacity = capacity;
    this.start = start;
    this.end = start;
  }

  /**
   * A place in the ring.
   *
   * @param sequence of the event to look at next
   */
  record Place(long sequence, EventPosition position) {}

  void add(PublicEvent event) {
    lock.lock();
    try {
      events.addLast(event);
      characters += event.size();
      end = end.after(event.partition(), event.offset());
      while (events.size() > capacity || characters > CHARACTERS_MAX) {
        PublicEvent oldest = events.removeFirst();
        characters -= oldest.size();
        start = start.after(oldest.partition(), oldest.offset());
        first++;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing will be added any more; readers are told. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Where the next event will be. */
  Place now() {
    lock.lock();
    try {
      return new Place(first + events.size(), end);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Where somebody with this position reads on: from the oldest event that is kept, passing over
   * those he has. Null when something he lacks has given way already.
   */
  @Nullable Place join(EventPosition position) {
    lock.lock();
    try {
      return position.isAtLeast(start) ? new Place(first, position) : null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for events.
   *
   * @return up to {@code most} of them, none when the time is over; null when the place has given
   *     way, or the ring is closed
   */
  @Nullable List<PublicEvent> read(long sequence, int most, long waitNanos)
      throws InterruptedException {
    lock.lock();
    try {
      long left = waitNanos;
      while (!closed && sequence >= first + events.size() && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (closed || sequence < first) {
        return null;
      }
      List<PublicEvent> found = new ArrayList<>();
      events.stream().skip(sequence - first).limit(most).forEach(found::add);
      return found;
    } finally {
      lock.unlock();
    }
  }
}
