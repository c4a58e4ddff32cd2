package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All routes at one moment, put together. What refers to something that is not there is left out or
 * leads nowhere: it may come yet.
 *
 * @param listeners by ARN of their own
 * @param services as they were told, also with targets of groups that are not there
 * @param targets of all groups that are there, in an order that is the same in every process
 */
public record RoutingTable(
    List<Listening> listeners,
    Map<String, Route.Group> groups,
    List<Route.ServiceTargets> services,
    TreeMap<TargetKey, Told> targets) {

  /** A listener and whose it is. */
  public record Listening(
      String balancerArn,
      String balancerName,
      Route.Kind kind,
      Map<String, String> attributes,
      Route.Listener listener) {}

  /**
   * What routes tell of a target.
   *
   * @param drainingUntil null when it is not draining, or when how long follows from its group
   */
  public record Told(TargetKey key, boolean draining, @Nullable Instant drainingUntil) {}

  public static final RoutingTable EMPTY = of(List.of());

  public static RoutingTable of(Collection<Route> routes) {
    List<Listening> listeners = new ArrayList<>();
    Map<String, Route.Group> groups = new HashMap<>();
    List<Route.ServiceTargets> services = new ArrayList<>();
    TreeMap<TargetKey, Told> targets = new TreeMap<>();
    for (Route route : routes) {
      switch (route) {
        case Route.Balancer balancer -> {
          for (Route.Listener listener : balancer.listeners()) {
            listeners.add(
                new Listening(
                    balancer.arn(),
                    balancer.name(),
                    balancer.kind(),
                    balancer.attributes(),
                    listener));
          }
        }
        case Route.Group group -> {
          groups.put(group.arn(), group);
          for (Route.StaticTarget target : group.targets()) {
            TargetKey key = keyOf(group, target);
            boolean draining = target.drainingUntil() != null;
            targets.put(key, new Told(key, draining, target.drainingUntil()));
          }
        }
        case Route.ServiceTargets service -> {
          services.add(service);
          for (Route.TaskTarget target : service.targets()) {
            TargetKey key = keyOf(target);
            targets.put(key, new Told(key, target.draining(), null));
          }
        }
      }
    }
    listeners.sort(Comparator.comparing(listening -> listening.listener().arn()));
    targets.keySet().removeIf(key -> !groups.containsKey(key.groupArn()));
    return new RoutingTable(
        List.copyOf(listeners), Map.copyOf(groups), List.copyOf(services), targets);
  }

  static TargetKey keyOf(Route.Group group, Route.StaticTarget target) {
    return new TargetKey(group.arn(), "", target.host(), target.port());
  }

  static TargetKey keyOf(Route.TaskTarget target) {
    return new TargetKey(
        target.groupArn(),
        target.task().value() + "/" + target.container(),
        target.host(),
        target.port());
  }

  /** Those that get nothing new. */
  public Set<TargetKey> draining() {
    Set<TargetKey> draining = new HashSet<>();
    for (Told told : targets.values()) {
      if (told.draining()) {
        draining.add(told.key());
      }
    }
    return draining;
  }

  /** ARNs of the groups some listener may forward to. */
  public Set<String> used() {
    Set<String> used = new HashSet<>();
    for (Listening listening : listeners) {
      use(listening.listener().defaultAction(), used);
      listening.listener().rules().forEach(rule -> use(rule.action(), used));
    }
    return used;
  }

  private static void use(Route.Action action, Set<String> used) {
    if (action instanceof Route.Action.Forward forward) {
      forward.groups().forEach(group -> used.add(group.groupArn()));
    }
  }
}
