package io.longshore.messages;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One of each command about load balancers, and of what they are told. */
final class LoadBalancingSamples {
  private static final Arns ARNS = new Arns("r", "a");
  private static final String BALANCER =
      ARNS.loadBalancer(Route.Kind.APPLICATION, "front", "0123456789abcdef");
  private static final String LISTENER = Arns.listener(BALANCER, "1123456789abcdef");
  private static final String RULE = Arns.rule(LISTENER, "2123456789abcdef");
  private static final String GROUP = ARNS.targetGroup("web", "3123456789abcdef");
  private static final Json DOCUMENT = new Json("{\"launchType\":\"EC2\"}");
  private static final Map<String, String> TAGS = Map.of("team", "blue");
  private static final Map<String, String> IDLE = Map.of("idle_timeout.timeout_seconds", "30");
  private static final List<String> CERTIFICATES = List.of("certificate");
  private static final Route.Action FORWARD =
      new Route.Action.Forward(List.of(new Route.Action.WeightedGroup(GROUP, 1)), 60);
  private static final Route.Action REDIRECT =
      new Route.Action.Redirect("HTTPS", "#{host}", "443", "/#{path}", "#{query}", 301);
  private static final Route.Action FIXED = new Route.Action.FixedResponse(404, "text/plain", "no");
  private static final List<Route.Condition> CONDITIONS =
      List.of(
          new Route.Condition.Host(List.of("*.example.org")),
          new Route.Condition.Path(List.of("/a/*")),
          new Route.Condition.Header("X-A", List.of("b")),
          new Route.Condition.Method(List.of("GET")),
          new Route.Condition.Query(
              List.of(new Route.Condition.Pair("k", "v"), new Route.Condition.Pair(null, "w"))),
          new Route.Condition.Source(List.of("10.0.0.0/8")));
  private static final List<LoadBalancingCommand.Target> TARGETS =
      List.of(
          new LoadBalancingCommand.Target("10.0.0.1", 8080),
          new LoadBalancingCommand.Target("10.0.0.2", null));

  private LoadBalancingSamples() {}

  static List<Object> all() {
    return List.of(
        new LoadBalancingCommand.CreateLoadBalancer(
            BALANCER, "front", Route.Kind.APPLICATION, DOCUMENT, TAGS),
        new LoadBalancingCommand.UpdateLoadBalancer(BALANCER, DOCUMENT, IDLE),
        new LoadBalancingCommand.DeleteLoadBalancer(BALANCER),
        new LoadBalancingCommand.CreateTargetGroup(
            GROUP, "web", Route.Protocol.HTTP, "HTTP1", DOCUMENT, TAGS),
        new LoadBalancingCommand.UpdateTargetGroup(
            GROUP, DOCUMENT, Map.of("stickiness.enabled", "true")),
        new LoadBalancingCommand.DeleteTargetGroup(GROUP),
        new LoadBalancingCommand.CreateListener(
            LISTENER, BALANCER, 443, Route.Protocol.HTTPS, CERTIFICATES, FORWARD, DOCUMENT, TAGS),
        new LoadBalancingCommand.UpdateListener(
            LISTENER, 443, Route.Protocol.HTTPS, "certificate", REDIRECT, DOCUMENT, Map.of()),
        new LoadBalancingCommand.DeleteListener(LISTENER),
        new LoadBalancingCommand.AddListenerCertificates(LISTENER, List.of("other")),
        new LoadBalancingCommand.RemoveListenerCertificates(LISTENER, List.of("other")),
        new LoadBalancingCommand.CreateRule(RULE, LISTENER, 10, CONDITIONS, FIXED, DOCUMENT, TAGS),
        new LoadBalancingCommand.UpdateRule(RULE, CONDITIONS, FORWARD, DOCUMENT),
        new LoadBalancingCommand.DeleteRule(RULE),
        new LoadBalancingCommand.SetRulePriorities(Map.of(RULE, 20)),
        new LoadBalancingCommand.RegisterTargets(GROUP, TARGETS),
        new LoadBalancingCommand.DeregisterTargets(GROUP, TARGETS),
        new LoadBalancingCommand.AddTags(List.of(BALANCER), TAGS),
        new LoadBalancingCommand.RemoveTags(List.of(BALANCER), List.of("team")),
        new Route.Balancer(
            BALANCER,
            "front",
            Route.Kind.APPLICATION,
            IDLE,
            List.of(
                new Route.Listener(
                    LISTENER,
                    443,
                    Route.Protocol.HTTPS,
                    CERTIFICATES,
                    FORWARD,
                    List.of(new Route.Rule(RULE, 10, CONDITIONS, FIXED))))),
        new Route.Group(
            GROUP,
            "web",
            Route.Protocol.HTTP,
            "HTTP1",
            new Route.HealthCheck(true, Route.Protocol.HTTP, null, "/", 30, 5, 5, 2, "200"),
            Map.of(),
            List.of(
                new Route.StaticTarget(
                    "10.0.0.1", 8080, Instant.parse("2026-01-02T03:04:05.678901Z")))));
  }
}
