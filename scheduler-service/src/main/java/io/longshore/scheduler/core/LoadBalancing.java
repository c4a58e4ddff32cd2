package io.longshore.scheduler.core;

import io.longshore.messages.Route;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The part of a shard's {@link State} that is load balancers and target groups; only the shard of
 * {@link io.longshore.messages.Command#LOAD_BALANCING_KEY} has any. There are so few that nothing
 * is indexed but ARNs.
 */
final class LoadBalancing {
  private final Map<String, Balanced> all = new LinkedHashMap<>();

  void put(Balanced resource) {
    all.put(resource.arn(), resource);
  }

  void remove(Balanced resource) {
    all.remove(resource.arn());
  }

  Collection<Balanced> all() {
    return all.values();
  }

  @Nullable Balanced find(String arn) {
    return all.get(arn);
  }

  Balanced.@Nullable LoadBalancer loadBalancer(String arn) {
    return all.get(arn) instanceof Balanced.LoadBalancer found ? found : null;
  }

  Balanced.@Nullable Listener listener(String arn) {
    return all.get(arn) instanceof Balanced.Listener found ? found : null;
  }

  Balanced.@Nullable Rule rule(String arn) {
    return all.get(arn) instanceof Balanced.Rule found ? found : null;
  }

  Balanced.@Nullable TargetGroup group(String arn) {
    return all.get(arn) instanceof Balanced.TargetGroup found ? found : null;
  }

  List<Balanced.LoadBalancer> loadBalancers() {
    return of(Balanced.LoadBalancer.class).toList();
  }

  List<Balanced.TargetGroup> groups() {
    return of(Balanced.TargetGroup.class).toList();
  }

  /** By port. */
  List<Balanced.Listener> listenersOf(String loadBalancerArn) {
    return of(Balanced.Listener.class)
        .filter(listener -> listener.loadBalancerArn().equals(loadBalancerArn))
        .sorted(Comparator.comparing(Balanced.Listener::port))
        .toList();
  }

  /** By priority. */
  List<Balanced.Rule> rulesOf(String listenerArn) {
    return of(Balanced.Rule.class)
        .filter(rule -> rule.listenerArn().equals(listenerArn))
        .sorted(Comparator.comparing(Balanced.Rule::priority))
        .toList();
  }

  private <T extends Balanced> Stream<T> of(Class<T> kind) {
    return all.values().stream().filter(kind::isInstance).map(kind::cast);
  }

  /** The groups that an action sends to. */
  static List<String> groupsOf(Route.Action action) {
    return action instanceof Route.Action.Forward forward
        ? forward.groups().stream().map(Route.Action.WeightedGroup::groupArn).toList()
        : List.of();
  }

  /** The load balancers that send to a group. */
  Set<String> usersOf(String groupArn) {
    Set<String> users = new HashSet<>();
    for (Balanced.LoadBalancer balancer : loadBalancers()) {
      for (Balanced.Listener listener : listenersOf(balancer.arn())) {
        boolean sends =
            Stream.concat(
                    Stream.of(listener.defaultAction()),
                    rulesOf(listener.arn()).stream().map(Balanced.Rule::action))
                .anyMatch(action -> groupsOf(action).contains(groupArn));
        if (sends) {
          users.add(balancer.arn());
        }
      }
    }
    return users;
  }

  /** All that a load balancer has to know of itself. */
  Route.Balancer route(Balanced.LoadBalancer balancer) {
    return new Route.Balancer(
        balancer.arn(),
        balancer.name(),
        balancer.kind(),
        balancer.attributes(),
        listenersOf(balancer.arn()).stream()
            .map(listener -> listener.route(rulesOf(listener.arn())))
            .toList());
  }
}
