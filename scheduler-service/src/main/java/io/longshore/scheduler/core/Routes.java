package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which routes a turn has changed. Each is told once, as a whole, however many of its parts have
 * changed.
 */
final class Routes {
  /** The ARNs of load balancers and groups, by the keys of their routes. */
  private final Map<String, String> changed = new LinkedHashMap<>();

  /** By their uids. */
  private final Set<String> services = new LinkedHashSet<>();

  /** What was told of the targets of services, by the keys of their routes. */
  private final Map<String, Route.ServiceTargets> told = new HashMap<>();

  void changed(Service service) {
    if (Targets.mayHave(service)) {
      services.add(service.uid());
    }
  }

  /** Hands over what has changed of the targets of services. */
  List<Outgoing> takeTargets(State state) {
    if (services.isEmpty()) {
      return List.of();
    }
    List<Outgoing> taken = new ArrayList<>();
    for (String uid : services) {
      Service service = state.service(uid);
      // Of a name, the service made last counts.
      if (service == null || state.service(service.cluster(), service.name()) != service) {
        continue;
      }
      Route.ServiceTargets route = Targets.route(state, service);
      if (!route.equals(told.put(route.key(), route))) {
        taken.add(
            route.targets().isEmpty()
                ? new Outgoing.RouteGone(route.key())
                : new Outgoing.Routed(route));
      }
    }
    services.clear();
    return taken;
  }

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
    if (changed.isEmpty()) {
      return List.of();
    }
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
