package io.longshore.balancer.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What other proxies are told by: the routes, and how each target is. Replaced as a whole.
 *
 * @param states of all targets of groups that are there
 * @param eligible by group: the targets that get something new
 */
public record Picture(
    RoutingTable table,
    Map<TargetKey, TargetHealth.State> states,
    Map<String, List<TargetKey>> eligible) {

  public static Picture of(RoutingTable table, HealthBoard board, Traffic traffic) {
    Map<TargetKey, TargetHealth.State> states = new HashMap<>();
    for (TargetKey key : table.targets().keySet()) {
      TargetHealth health = board.of(key);
      if (health != null) {
        states.put(key, health.state());
      }
    }
    Map<String, List<TargetKey>> eligible = new HashMap<>();
    traffic
        .groups()
        .forEach(
            (arn, group) -> eligible.put(arn, group.eligible().stream().map(Target::key).toList()));
    return new Picture(table, Map.copyOf(states), Map.copyOf(eligible));
  }

  /** None for a group that is not there. */
  public List<TargetKey> eligible(String groupArn) {
    return eligible.getOrDefault(groupArn, List.of());
  }
}
