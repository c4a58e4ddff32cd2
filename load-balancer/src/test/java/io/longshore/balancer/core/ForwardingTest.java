package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ForwardingTest {
  private static final List<Field> CAME =
      List.of(
          new Field("Host", "shop.example"),
          new Field("X-Forwarded-For", "1.1.1.1"),
          new Field("x-forwarded-for", "2.2.2.2"),
          new Field("X-Forwarded-Proto", "gopher"),
          new Field("Connection", "close"),
          new Field("Accept", "*/*"));

  private static List<Field> forwarded(Map<String, String> attributes) {
    RequestHead head = new RequestHead("GET", "/", "shop.example", 1, CAME, Framing.NONE);
    Asked asked = Asked.of(head, true, 443, InetAddress.ofLiteral("9.9.9.9"));
    return Forwarding.fields(head, asked, 4711, BalancerAttributes.of(attributes), "Root=1");
  }

  @Test
  void theClientIsAddedAndWhatItClaimsOfTheListenerIsReplaced() {
    assertThat(forwarded(Map.of()))
        .containsExactly(
            new Field("Host", "shop.example"),
            new Field("Accept", "*/*"),
            new Field("X-Forwarded-For", "1.1.1.1, 2.2.2.2, 9.9.9.9"),
            new Field("X-Forwarded-Proto", "https"),
            new Field("X-Forwarded-Port", "443"),
            new Field("X-Amzn-Trace-Id", "Root=1"));
  }

  @Test
  void theListenersAttributesSayWhatBecomesOfIt() {
    assertThat(forwarded(Map.of("routing.http.xff_header_processing.mode", "remove")))
        .noneMatch(field -> field.is("X-Forwarded-For"));
    assertThat(forwarded(Map.of("routing.http.xff_header_processing.mode", "preserve")))
        .contains(new Field("X-Forwarded-For", "1.1.1.1"))
        .contains(new Field("X-Forwarded-For", "2.2.2.2"));
    assertThat(forwarded(Map.of("routing.http.xff_client_port.enabled", "true")))
        .contains(new Field("X-Forwarded-For", "1.1.1.1, 2.2.2.2, 9.9.9.9:4711"));
  }

  @Test
  void aTraceIsAsElbWritesIt() {
    assertThat(
            Forwarding.trace(Instant.parse("2026-11-28T00:00:00Z"), RandomGenerator.getDefault()))
        .matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24}");
  }
}
