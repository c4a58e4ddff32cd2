package io.longshore.api.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions within the public events, and what they are about. */
class EventsTest {
  private static final String ARN = "arn:aws:ecs:us-east-1:000000000000:";

  @Test
  void aPositionIsReadAsItWasWritten() {
    EventPosition position = new EventPosition("aB_-9", List.of(0L, 7L));
    assertThat(position.text()).isEqualTo("aB_-9.0.7");
    assertThat(EventPosition.parse(position.text())).isEqualTo(position);
    assertThat(position.after(1, 9).next()).containsExactly(0L, 10L);
    assertThat(position.hasRead(1, 6)).isTrue();
    assertThat(position.hasRead(1, 7)).isFalse();
    assertThat(position.isComparableTo(new EventPosition("aB_-9", List.of(1L)))).isFalse();
    assertThat(position.isAtLeast(new EventPosition("aB_-9", List.of(1L, 0L)))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "x.", "x.-1", "x.1.", "x.99999999999999999999", "a b.1", "x.1\n"})
  void whatIsNoPosition(String text) {
    assertThat(EventPosition.parse(text)).isNull();
  }

  private static Members envelope(String resource, Map<String, Object> detail) {
    return new Members(Map.of("resources", List.of(ARN + resource), "detail", detail));
  }

  @Test
  void whatAnEventIsAbout() {
    Map<String, Object> inCluster = Map.of("clusterArn", ARN + "cluster/shop");
    EventSubject service = EventSubject.of(envelope("service/shop/web", inCluster));
    assertThat(service).isEqualTo(new EventSubject("shop", "web", null));
    EventSubject task =
        EventSubject.of(
            envelope(
                "task/shop/01",
                Map.of("clusterArn", ARN + "cluster/shop", "group", "service:web")));
    assertThat(task).isEqualTo(new EventSubject("shop", "web", "01"));
    EventSubject host = EventSubject.of(envelope("container-instance/shop/02", inCluster));
    assertThat(host).isEqualTo(new EventSubject("shop", null, null));

    assertThat(new EventSubject(null, null, null).matches(host)).isTrue();
    assertThat(new EventSubject("shop", "web", null).matches(task)).isTrue();
    assertThat(new EventSubject("shop", "web", null).matches(host)).isFalse();
    assertThat(new EventSubject("other", null, null).matches(task)).isFalse();
    assertThat(EventSubject.of(Members.NONE)).isEqualTo(new EventSubject(null, null, null));
  }
}
