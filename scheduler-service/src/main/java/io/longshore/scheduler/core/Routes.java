package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which routes a turn has changed. Each is told once, as a whole, however many of its parts have
 * changed.
 */
final class Routes {
  /** The ARNs of load balancers and groups, by the keys of their routes. */
  private final Map<String, String> changed = new LinkedHashMap<>();

  void changed(Balanced resource) {
    switch (resource) {
      case Balanced.LoadBalancer balancer -> balancer(balancer.arn());
      case Balanced.Listener listener -> balancer(listener.loadBalancerArn());
      case Balanced.Rule rule -> balancer(Arns.loadBalancerOf(rule.listenerArn()));
      case Balanced.TargetGroup group -> changed.put("group/" + group.arn(), group.arn());
    }
  }

  private void balancer(String arn) {
    changed.put("balancer/" + arn, arn);
  }

  /** Hands over what has changed, as it is now. */
  List<Outgoing> take(LoadBalancing state) {
    List<Outgoing> taken = new ArrayList<>();
    changed.forEach((key, arn) ->
        taken.add(
            switch (state.find(arn)) {
              case Balanced.LoadBalancer balancer -> new Outgoing.Routed(state.route(balancer));
              case Balanced.TargetGroup group -> new Outgoing.Routed(group.route());
              case null, default -> new Outgoing.RouteGone(key);
            }));
    changed.clear();
    return taken;
  }
}
