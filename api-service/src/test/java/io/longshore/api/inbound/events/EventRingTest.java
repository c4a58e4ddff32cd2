package io.longshore.api.inbound.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.api.core.EventPosition;
import io.longshore.api.core.EventSubject;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventRingTest {
  private static final EventPosition START = new EventPosition("t", List.of(10L, 20L));
  private static final EventSubject ANY = new EventSubject(null, null, null);

  private final EventRing ring = new EventRing(3, START);

  private void add(int partition, long offset) {
    ring.add(new PublicEvent(partition, offset, ANY, "{}"));
  }

  @Test
  void whatGaveWayIsNobodysToJoin() throws Exception {
    add(0, 10);
    add(1, 20);
    add(0, 11);
    assertThat(ring.join(START)).isNotNull();
    add(1, 21);
    assertThat(ring.join(START)).isNull();
    assertThat(ring.read(0, 10, 0)).isNull();
    EventPosition hasTheFirst = START.after(0, 10);
    assertThat(ring.join(hasTheFirst)).isEqualTo(new EventRing.Place(1, hasTheFirst));
    assertThat(ring.read(1, 10, 0)).extracting(PublicEvent::offset).containsExactly(20L, 11L, 21L);
    assertThat(ring.now())
        .isEqualTo(new EventRing.Place(4, new EventPosition("t", List.of(12L, 22L))));
  }

  @Test
  void readersWaitForWhatComesAndForTheEnd() throws Exception {
    assertThat(ring.read(0, 10, 1)).isEmpty();
    Thread adding = Thread.ofVirtual().start(() -> add(0, 10));
    assertThat(ring.read(0, 10, Long.MAX_VALUE)).hasSize(1);
    adding.join();
    Thread closing = Thread.ofVirtual().start(ring::close);
    assertThat(ring.read(1, 10, Long.MAX_VALUE)).isNull();
    closing.join();
  }
}
