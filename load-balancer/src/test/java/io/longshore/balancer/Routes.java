package io.longshore.balancer;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Ids;
import io.longshore.messages.Route;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Routes for tests. */
public final class Routes {
  public static final String GROUP = "arn:aws:elasticloadbalancing:local:0:targetgroup/web/1";

  private Routes() {}

  public static Route.HealthCheck check() {
    return check(Route.Protocol.HTTP, 30, 5, 2, 2);
  }

  public static Route.HealthCheck check(
      Route.Protocol protocol, int interval, int timeout, int healthy, int unhealthy) {
    return new Route.HealthCheck(
        true, protocol, null, "/health", interval, timeout, healthy, unhealthy, "200-299");
  }

  public static Route.Group group(String arn, Map<String, String> attributes) {
    return group(arn, attributes, Route.Protocol.HTTP, check(), List.of());
  }

  public static Route.Group group(
      String arn,
      Map<String, String> attributes,
      Route.Protocol protocol,
      Route.HealthCheck check,
      List<Route.StaticTarget> targets) {
    return new Route.Group(
        arn,
        arn.substring(arn.lastIndexOf('/') + 1),
        protocol,
        "HTTP1",
        check,
        attributes,
        targets);
  }

  public static Route.StaticTarget target(int port, @Nullable Instant drainingUntil) {
    return new Route.StaticTarget("127.0.0.1", port, drainingUntil);
  }

  public static Route.TaskTarget task(String group, String name, int port, boolean draining) {
    return new Route.TaskTarget(
        group, new TaskId(Ids.derive(name)), "web", "127.0.0.1", port, draining);
  }

  public static Route.ServiceTargets targets(Route.TaskTarget... targets) {
    return new Route.ServiceTargets(
        new ClusterName("default"), new ServiceName("web"), List.of(targets));
  }

  public static Route.Action forward(String... groups) {
    List<Route.Action.WeightedGroup> weighted = new ArrayList<>();
    for (String group : groups) {
      weighted.add(new Route.Action.WeightedGroup(group, 1));
    }
    return new Route.Action.Forward(weighted, null);
  }

  public static Route.Action fixed(int status, String body) {
    return new Route.Action.FixedResponse(status, "text/plain", body);
  }

  public static Route.Listener listener(
      int port, Route.Protocol protocol, Route.Action action, Route.Rule... rules) {
    return new Route.Listener(
        "arn:listener/" + port, port, protocol, List.of(), action, List.of(rules));
  }

  public static Route.Rule rule(int priority, Route.Action action, Route.Condition... conditions) {
    return new Route.Rule("arn:rule/" + priority, priority, List.of(conditions), action);
  }

  public static Route.Balancer balancer(Route.Listener... listeners) {
    return balancer(Map.of(), listeners);
  }

  public static Route.Balancer balancer(
      Map<String, String> attributes, Route.Listener... listeners) {
    return new Route.Balancer(
        "arn:balancer/one", "one", Route.Kind.APPLICATION, attributes, List.of(listeners));
  }
}
