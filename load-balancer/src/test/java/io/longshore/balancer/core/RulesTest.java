package io.longshore.balancer.core;

import static io.longshore.balancer.Routes.fixed;
import static io.longshore.balancer.Routes.listener;
import static io.longshore.balancer.Routes.rule;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Route;
import io.longshore.messages.Route.Condition;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.1.2.3");

  private static Asked asked(String method, String host, String path, @Nullable String query) {
    return new Asked(
        method,
        false,
        host,
        80,
        path,
        query,
        List.of(new Field("User-Agent", "Mozilla/5 Gecko"), new Field("X-Kind", "beta")),
        CLIENT);
  }

  private static boolean holds(Condition condition, Asked asked) {
    Rules rules =
        new Rules(
            listener(
                80, Route.Protocol.HTTP, fixed(404, "no"), rule(1, fixed(200, "yes"), condition)));
    return ((Route.Action.FixedResponse) rules.actionFor(asked)).statusCode() == 200;
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, EXAMPLE.com, true",
    "*.example.com, a.b.example.com, true",
    "*.example.com, example.com, false",
    "exampl?.com, example.com, true",
    "exampl?.com, exampl.com, false",
    "*, anything, true",
    "a*b*c, aXbXbc, true",
    "a*b*c, aXbXbd, false",
  })
  void hosts(String pattern, String host, boolean expected) {
    assertThat(holds(new Condition.Host(List.of("never", pattern)), asked("GET", host, "/", null)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/*, /api/x/y, true",
    "/api/*, /API/x, false",
    "/api/*, /api, false",
    "/img/?.png, /img/a.png, true",
    "/, /, true",
    "/, /x, false",
  })
  void paths(String pattern, String path, boolean expected) {
    assertThat(holds(new Condition.Path(List.of(pattern)), asked("GET", "h", path, null)))
        .isEqualTo(expected);
  }

  @Test
  void headersAreMatchedWithoutRegardToCase() {
    Asked asked = asked("GET", "h", "/", null);
    assertThat(holds(new Condition.Header("user-agent", List.of("*gecko*")), asked)).isTrue();
    assertThat(holds(new Condition.Header("X-KIND", List.of("BETA")), asked)).isTrue();
    assertThat(holds(new Condition.Header("x-kind", List.of("bet")), asked)).isFalse();
    assertThat(holds(new Condition.Header("x-other", List.of("*")), asked)).isFalse();
  }

  @Test
  void methodsAreMatchedWithRegardToCase() {
    Condition get = new Condition.Method(List.of("PUT", "GET"));
    assertThat(holds(get, asked("GET", "h", "/", null))).isTrue();
    assertThat(holds(get, asked("get", "h", "/", null))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "version, v1, version=v1, true",
        "version, v1, a=b&VERSION=V1&c, true",
        "version, v1, xversion=v1, false",
        "version, v?, version=v2, true",
        "null, *example*, q=an-example-of, true",
        "null, *example*, example, false",
        "null, *, null, false",
      })
  void queries(@Nullable String key, String value, @Nullable String query, boolean expected) {
    Condition condition = new Condition.Query(List.of(new Condition.Pair(key, value)));
    assertThat(holds(condition, asked("GET", "h", "/", query))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, true",
    "10.1.2.3/32, true",
    "10.1.2.2/31, true",
    "10.1.2.4/30, false",
    "0.0.0.0/0, true",
    "::/0, false",
    "nonsense, false",
    "10.0.0.0/99, false",
  })
  void sources(String range, boolean expected) {
    assertThat(holds(new Condition.Source(List.of(range)), asked("GET", "h", "/", null)))
        .isEqualTo(expected);
  }

  @Test
  void theLowestPriorityWhoseConditionsAllHoldDecides() {
    Condition api = new Condition.Path(List.of("/api/*"));
    Condition post = new Condition.Method(List.of("POST"));
    Rules rules =
        new Rules(
            listener(
                80,
                Route.Protocol.HTTP,
                fixed(404, "default"),
                rule(20, fixed(202, "api"), api),
                rule(10, fixed(201, "post to api"), api, post),
                rule(30, fixed(203, "post"), post)));
    assertThat(rules.actionFor(asked("POST", "h", "/api/x", null)))
        .isEqualTo(fixed(201, "post to api"));
    assertThat(rules.actionFor(asked("GET", "h", "/api/x", null))).isEqualTo(fixed(202, "api"));
    assertThat(rules.actionFor(asked("POST", "h", "/x", null))).isEqualTo(fixed(203, "post"));
    assertThat(rules.actionFor(asked("GET", "h", "/x", null))).isEqualTo(fixed(404, "default"));
  }

  @Test
  void aRedirectFillsInWhatWasAskedFor() {
    Route.Action.Redirect https =
        new Route.Action.Redirect("HTTPS", "#{host}", "443", "/new/#{path}", "#{query}&x=1", 301);
    assertThat(Redirects.location(https, asked("GET", "shop.example", "/a/b", "q=2")))
        .isEqualTo("https://shop.example:443/new/a/b?q=2&x=1");
    Route.Action.Redirect same =
        new Route.Action.Redirect(
            "#{protocol}", "other.example", "#{port}", "/#{path}", "#{query}", 302);
    assertThat(Redirects.location(same, asked("GET", "shop.example", "/a", null)))
        .isEqualTo("http://other.example:80/a");
  }
}
