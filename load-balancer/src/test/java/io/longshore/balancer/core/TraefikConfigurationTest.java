package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.balancer.Routes;
import io.longshore.messages.Route;
import io.longshore.messages.Route.Protocol;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** By what Traefik's documentation says of its dynamic configuration. */
class TraefikConfigurationTest {
  private static final String WEB = "arn:targetgroup/web";
  private static final String API = "arn:targetgroup/api";
  private static final Route.Group WEB_GROUP = Routes.group(WEB, Map.of());
  private static final Route.Group API_GROUP = Routes.group(API, Map.of());

  private static Route.ServiceTargets targets() {
    return Routes.targets(
        Routes.task(WEB, "one", 8001, false),
        Routes.task(WEB, "two", 8002, true),
        Routes.task(WEB, "three", 9999, false),
        Routes.task(API, "four", 8004, false));
  }

  private static Route.Balancer listening(
      Protocol protocol, Route.Action action, Route.Rule... rules) {
    return Routes.balancer(Routes.listener(80, protocol, action, rules));
  }

  private static TraefikConfiguration.Said said(Route... routes) {
    TraefikConfiguration.Said said = TraefikConfiguration.of(Pictures.of(routes));
    Schema.check(said.configuration());
    return said;
  }

  private static Map<String, Object> server(String url) {
    return Map.of("url", url);
  }

  @Test
  void aListenerIsARouterAndAGroupAServiceWithWhoIsEligible() {
    TraefikConfiguration.Said said =
        said(listening(Protocol.HTTP, Routes.forward(WEB)), WEB_GROUP, API_GROUP, targets());
    assertThat(said.leftOut()).isEmpty();
    assertThat(said.configuration())
        .isEqualTo(
            Map.of(
                "http",
                Map.of(
                    "routers",
                    Map.of(
                        "port-80-default",
                        Map.of(
                            "entryPoints",
                            List.of("port-80"),
                            "rule",
                            "PathPrefix(`/`)",
                            "priority",
                            1,
                            "service",
                            "web")),
                    "services",
                    Map.of(
                        "web",
                        Map.of(
                            "loadBalancer",
                            Map.of(
                                "passHostHeader",
                                true,
                                "servers",
                                List.of(server("http://127.0.0.1:8001"))))))));
  }

  @Test
  void aServiceWithoutTargetsHasNoListOfServers() {
    assertThat(said(listening(Protocol.HTTP, Routes.forward(WEB)), WEB_GROUP).configuration())
        .extractingByKey("http")
        .asString()
        .contains("web={loadBalancer={passHostHeader=true}}");
  }

  @Test
  void withoutListenersNothingIsSaid() {
    assertThat(said(WEB_GROUP, targets()).configuration()).isEmpty();
  }

  private static String router(Route.Condition... conditions) {
    TraefikConfiguration.Said said =
        said(
            listening(
                Protocol.HTTP,
                Routes.fixed(404, ""),
                Routes.rule(10, Routes.forward(WEB), conditions)),
            WEB_GROUP,
            targets());
    return said.configuration().getOrDefault("http", "") + "";
  }

  private static void assertRule(String rule, Route.Condition... conditions) {
    assertThat(router(conditions)).contains("rule=" + rule + ", priority=59990, service=web");
  }

  @Test
  void conditionsAreSaidInTraefiksLanguage() {
    assertRule("Host(`a.example`)", new Route.Condition.Host(List.of("a.example")));
    assertRule(
        "HostRegexp(`(?i)^.*\\.example(:[0-9]+)?$`)",
        new Route.Condition.Host(List.of("*.example")));
    assertRule(
        "(Path(`/a`) || PathPrefix(`/b/`))", new Route.Condition.Path(List.of("/a", "/b/*")));
    assertRule("PathRegexp(`^/.*/c.\\.png$`)", new Route.Condition.Path(List.of("/*/c?.png")));
    assertRule(
        "HeaderRegexp(`X-Kind`, `(?i)^beta.*$`)",
        new Route.Condition.Header("X-Kind", List.of("beta*")));
    assertRule(
        "(Method(`GET`) || Method(`HEAD`))", new Route.Condition.Method(List.of("GET", "HEAD")));
    assertRule(
        "QueryRegexp(`v`, `(?i)^2$`)",
        new Route.Condition.Query(List.of(new Route.Condition.Pair("v", "2"))));
    assertRule(
        "(ClientIP(`10.0.0.0/8`) || ClientIP(`2001:db8::/32`))",
        new Route.Condition.Source(List.of("10.0.0.0/8", "2001:db8::/32")));
    assertRule(
        "Host(`a.example`) && PathPrefix(`/b`)",
        new Route.Condition.Host(List.of("a.example")),
        new Route.Condition.Path(List.of("/b*")));
  }

  @Test
  void aRuleWithAConditionThatCannotBeSaidIsLeftOutAsAWhole() {
    for (Route.Condition unsayable :
        List.of(
            new Route.Condition.Query(List.of(new Route.Condition.Pair(null, "2"))),
            new Route.Condition.Query(List.of(new Route.Condition.Pair("v*", "2"))),
            new Route.Condition.Path(List.of("/a`b")))) {
      TraefikConfiguration.Said said =
          said(
              listening(
                  Protocol.HTTP,
                  Routes.forward(WEB),
                  Routes.rule(
                      10, Routes.forward(API), new Route.Condition.Path(List.of("/x")), unsayable)),
              WEB_GROUP,
              API_GROUP,
              targets());
      assertThat(said.leftOut()).hasSize(1);
      assertThat(said.leftOut().getFirst()).contains("arn:rule/10");
      assertThat(said.configuration().toString()).doesNotContain("port-80-10");
    }
  }

  @Test
  void aLowerPriorityIsAHigherOneInTraefik() {
    String said =
        said(
                listening(
                    Protocol.HTTP,
                    Routes.forward(WEB),
                    Routes.rule(
                        1, Routes.forward(API), new Route.Condition.Path(List.of("/first"))),
                    Routes.rule(
                        50_000, Routes.forward(API), new Route.Condition.Path(List.of("/last")))),
                WEB_GROUP,
                API_GROUP,
                targets())
            .configuration()
            .toString();
    assertThat(said)
        .contains("rule=Path(`/first`), priority=59999")
        .contains("rule=Path(`/last`), priority=10000")
        .contains("rule=PathPrefix(`/`), priority=1,");
  }

  @Test
  void severalGroupsAreAWeightedServiceAndWeightZeroGetsNothing() {
    Route.Action action =
        new Route.Action.Forward(
            List.of(new Route.Action.WeightedGroup(WEB, 3), new Route.Action.WeightedGroup(API, 1)),
            60);
    String both =
        said(listening(Protocol.HTTP, action), WEB_GROUP, API_GROUP, targets())
            .configuration()
            .toString();
    assertThat(both)
        .contains("service=port-80-default")
        .contains("weight=3")
        .contains("name=AWSALBTG")
        .contains("maxAge=60");
    Route.Action one =
        new Route.Action.Forward(
            List.of(new Route.Action.WeightedGroup(WEB, 0), new Route.Action.WeightedGroup(API, 1)),
            null);
    assertThat(
            said(listening(Protocol.HTTP, one), WEB_GROUP, API_GROUP, targets())
                .configuration()
                .toString())
        .contains("service=api")
        .doesNotContain("weighted");
  }

  @Test
  void stickinessIsACookieOfTheSameName() {
    Route.Group sticky =
        Routes.group(
            WEB,
            Map.of("stickiness.enabled", "true", "stickiness.lb_cookie.duration_seconds", "120"));
    assertThat(
            said(listening(Protocol.HTTP, Routes.forward(WEB)), sticky, targets())
                .configuration()
                .toString())
        .contains("name=AWSALB")
        .contains("maxAge=120");
  }

  @Test
  void tlsOfListenersAndOfGroupsIsSaid() {
    Route.Group secure = Routes.group(WEB, Map.of(), Protocol.HTTPS, Routes.check(), List.of());
    assertThat(
            said(listening(Protocol.HTTPS, Routes.forward(WEB)), secure, targets())
                .configuration()
                .toString())
        .contains("tls={}")
        .contains("https://127.0.0.1:8001")
        .contains("serversTransports={unverified={insecureSkipVerify=true}}");
  }

  @Test
  void aRedirectIsAMiddlewareAndAFixedResponseIsLeftOut() {
    TraefikConfiguration.Said said =
        said(
            listening(
                Protocol.HTTP,
                new Route.Action.Redirect("HTTPS", "#{host}", "443", "/#{path}", "#{query}", 301),
                Routes.rule(5, Routes.fixed(200, "x"), new Route.Condition.Path(List.of("/x")))));
    assertThat(said.configuration().toString())
        .contains("replacement=https://${2}/${4}${5}")
        .contains("permanent=true")
        .contains("service=noop@internal");
    assertThat(said.leftOut()).hasSize(1);
    assertThat(said.leftOut().getFirst()).contains("port-80-5");
  }

  @Test
  void layer4IsSaidAsTcp() {
    Route.Group tcp =
        Routes.group(
            WEB, Map.of(), Protocol.TCP, Routes.check(Protocol.TCP, 30, 5, 2, 2), List.of());
    assertThat(said(listening(Protocol.TCP, Routes.forward(WEB)), tcp, targets()).configuration())
        .isEqualTo(
            Map.of(
                "tcp",
                Map.of(
                    "routers",
                    Map.of(
                        "port-80",
                        Map.of(
                            "entryPoints", List.of("port-80"),
                            "rule", "HostSNI(`*`)",
                            "service", "web")),
                    "services",
                    Map.of(
                        "web",
                        Map.of(
                            "loadBalancer",
                            Map.of("servers", List.of(Map.of("address", "127.0.0.1:8001"))))))));
    assertThat(said(listening(Protocol.TCP, Routes.forward(WEB)), tcp).configuration()).isEmpty();
  }

  /** The members that Traefik's documentation has for what is used here. */
  private static final class Schema {
    private static final Map<String, Set<String>> MEMBERS =
        Map.ofEntries(
            Map.entry("", Set.of("http", "tcp")),
            Map.entry("http", Set.of("routers", "services", "middlewares", "serversTransports")),
            Map.entry(
                "http.routers.*",
                Set.of("entryPoints", "rule", "priority", "service", "middlewares", "tls")),
            Map.entry("http.services.*", Set.of("loadBalancer", "weighted")),
            Map.entry(
                "http.services.*.loadBalancer",
                Set.of("servers", "passHostHeader", "sticky", "serversTransport")),
            Map.entry("http.services.*.loadBalancer.servers", Set.of("url")),
            Map.entry("http.services.*.loadBalancer.sticky", Set.of("cookie")),
            Map.entry(
                "http.services.*.loadBalancer.sticky.cookie", Set.of("name", "maxAge", "path")),
            Map.entry("http.services.*.weighted", Set.of("services", "sticky")),
            Map.entry("http.services.*.weighted.services", Set.of("name", "weight")),
            Map.entry("http.services.*.weighted.sticky", Set.of("cookie")),
            Map.entry("http.services.*.weighted.sticky.cookie", Set.of("name", "maxAge", "path")),
            Map.entry("http.middlewares.*", Set.of("redirectRegex")),
            Map.entry(
                "http.middlewares.*.redirectRegex", Set.of("regex", "replacement", "permanent")),
            Map.entry("http.serversTransports.*", Set.of("insecureSkipVerify")),
            Map.entry("tcp", Set.of("routers", "services", "serversTransports")),
            Map.entry("tcp.routers.*", Set.of("entryPoints", "rule", "service", "tls")),
            Map.entry("tcp.services.*", Set.of("loadBalancer", "weighted")),
            Map.entry("tcp.services.*.loadBalancer", Set.of("servers", "serversTransport")),
            Map.entry("tcp.services.*.loadBalancer.servers", Set.of("address", "tls")),
            Map.entry("tcp.services.*.weighted", Set.of("services")),
            Map.entry("tcp.services.*.weighted.services", Set.of("name", "weight")),
            Map.entry("tcp.serversTransports.*", Set.of("tls")),
            Map.entry("tcp.serversTransports.*.tls", Set.of("insecureSkipVerify")));

    private static final Set<String> NAMED =
        Set.of(
            "http.routers",
            "http.services",
            "http.middlewares",
            "http.serversTransports",
            "tcp.routers",
            "tcp.services",
            "tcp.serversTransports");

    static void check(Map<?, ?> configuration) {
      check("", configuration);
    }

    private static void check(String path, Map<?, ?> object) {
      if (!path.isEmpty() && !path.endsWith(".tls")) {
        assertThat(object).as(path).isNotEmpty();
      }
      object.forEach((name, value) -> {
        String member = NAMED.contains(path) ? "*" : String.valueOf(name);
        if (!member.equals("*")) {
          assertThat(MEMBERS.getOrDefault(path, Set.of())).as(path).contains(member);
        }
        String below = path.isEmpty() ? member : path + "." + member;
        if (value instanceof Map<?, ?> inner) {
          check(below, inner);
        } else if (value instanceof List<?> list) {
          assertThat(list).as(below).isNotEmpty();
          list.forEach(one -> {
            if (one instanceof Map<?, ?> inner) {
              check(below, inner);
            }
          });
        }
      });
    }
  }
}
