package io.longshore.api.inbound.events;

import io.longshore.api.core.EventPosition;
import io.longshore.api.core.EventSubject;
import io.longshore.api.inbound.events.EventRing.Place;
import io.longshore.api.inbound.events.EventTail.Following;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One reader of the events, on a virtual thread of its own. It reads the ring that all share; what
 * the ring has no more it reads from the broker, until it is back within the ring. Every event
 * carries the position after it, and so does every heartbeat, for those whose filter lets little
 * through.
 */
final class EventStream {
  private static final int BATCH = 100;
  private static final Duration KAFKA_PATIENCE = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(200);

  private final EventTail tail;
  private final EventLog log;
  private final Semaphore catchingUp;
  private final Duration heartbeat;
  private final EventSubject filter;
  private final Sink sink;
  // Null until the first event from now on is known.
  private @Nullable EventPosition position;

  /**
   * @param catchingUp how many may read from the broker at once
   * @param heartbeat how long nothing may be sent
   * @param position after the last event the reader has; null for whatever comes from now on
   */
  EventStream(
      EventTail tail,
      EventLog log,
      Semaphore catchingUp,
      Duration heartbeat,
      EventSubject filter,
      @Nullable EventPosition position,
      Sink sink) {
    this.tail = tail;
    this.log = log;
    this.catchingUp = catchingUp;
    this.heartbeat = heartbeat;
    this.filter = filter;
    this.position = position;
    this.sink = sink;
  }

  /** Until the reader goes, or this thread is interrupted. */
  void run() throws Sink.GoneException, InterruptedException {
    while (true) {
      Following following = tail.following(KAFKA_PATIENCE.toNanos());
      if (following == null) {
        beat();
        continue;
      }
      Place place = join(following);
      deliver(following.ring(), place);
    }
  }

  private Place join(Following following) throws Sink.GoneException, InterruptedException {
    EventRing ring = following.ring();
    EventPosition wanted = position;
    Place now = ring.now();
    if (wanted == null) {
      position = now.position();
      beat();
      return now;
    }
    if (!wanted.isComparableTo(now.position())) {
      return reset(ring, "the events were begun anew");
    }
    Place place = ring.join(wanted);
    // Nobody has read what is not there yet, but perhaps another instance was faster.
    boolean plausible = now.position().isAtLeast(wanted);
    return place != null && plausible ? place : caughtUp(following, wanted);
  }

  private Place caughtUp(Following following, EventPosition wanted)
      throws Sink.GoneException, InterruptedException {
    while (!catchingUp.tryAcquire(heartbeat.toMillis(), TimeUnit.MILLISECONDS)) {
      beat();
    }
    try (EventLog.Reader reader = log.open(following.topic())) {
      if (!reader.keeps(wanted)) {
        return reset(following.ring(), "what followed the last event is not kept any more");
      }
      reader.seek(wanted);
      EventPosition reached = wanted;
      Place place = following.ring().join(reached);
      while (place == null) {
        reached = send(reader.poll(POLL).stream().map(PublicEvent::of).toList(), reached);
        place = following.ring().join(reached);
      }
      return place;
    } finally {
      catchingUp.release();
    }
  }

  /** The reader has missed something and has to look for itself; from here on it misses nothing. */
  private Place reset(EventRing ring, String reason)
      throws Sink.GoneException, InterruptedException {
    Place now = ring.now();
    position = now.position();
    sink.write(
        "id: %s\nevent: reset\ndata: {\"reason\":\"%s\"}\n\n"
            .formatted(now.position().text(), reason));
    return now;
  }

  private void deliver(EventRing ring, Place from) throws Sink.GoneException, InterruptedException {
    long sequence = from.sequence();
    EventPosition reached = from.position();
    while (true) {
      List<PublicEvent> events = ring.read(sequence, BATCH, heartbeat.toNanos());
      if (events == null) {
        return;
      }
      if (events.isEmpty()) {
        beat();
      }
      reached = send(events, reached);
      sequence += events.size();
    }
  }

  private EventPosition send(List<PublicEvent> events, EventPosition from)
      throws Sink.GoneException, InterruptedException {
    EventPosition reached = from;
    StringBuilder text = new StringBuilder();
    for (PublicEvent event : events) {
      if (reached.hasRead(event.partition(), event.offset())) {
        continue;
      }
      reached = reached.after(event.partition(), event.offset());
      if (event.json() != null && filter.matches(event.subject())) {
        text.append("id: ").append(reached.text());
        text.append("\ndata: ").append(event.json()).append("\n\n");
      }
    }
    if (!text.isEmpty()) {
      sink.write(text.toString());
    }
    position = reached;
    return reached;
  }

  private void beat() throws Sink.GoneException, InterruptedException {
    EventPosition reached = position;
    sink.write(reached == null ? ": \n\n" : ": \nid: " + reached.text() + "\n\n");
  }
}
