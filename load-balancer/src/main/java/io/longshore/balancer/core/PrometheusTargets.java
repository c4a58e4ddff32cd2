package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Targets as Prometheus' service discovery over HTTP wants them. */
public final class PrometheusTargets {
  /** Not a lasting label, as it changes while the target stays: for a scrape's own rules. */
  private static final String STATE = "__meta_longshore_state";

  /**
   * A group of targets with common labels, in Prometheus' words; here always one target.
   *
   * @param targets as {@code host:port}
   */
  public record Discovered(List<String> targets, Map<String, String> labels) {}

  private PrometheusTargets() {}

  /** All targets, however they are: also who is not healthy, or drains, can be asked. */
  public static List<Discovered> of(Picture picture) {
    List<Discovered> all = new ArrayList<>();
    RoutingTable table = picture.table();
    for (Route.ServiceTargets service : table.services()) {
      for (Route.TaskTarget target : service.targets()) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("cluster", service.cluster().value());
        labels.put("service", service.service().value());
        labels.put("task", target.task().value());
        labels.put("container", target.container());
        add(picture, RoutingTable.keyOf(target), labels, all);
      }
    }
    for (Route.Group group : table.groups().values()) {
      for (Route.StaticTarget target : group.targets()) {
        add(picture, RoutingTable.keyOf(group, target), new LinkedHashMap<>(), all);
      }
    }
    return all;
  }

  private static void add(
      Picture picture, TargetKey key, Map<String, String> labels, List<Discovered> all) {
    Route.Group group = picture.table().groups().get(key.groupArn());
    TargetHealth.State state = picture.states().get(key);
    if (group != null && state != null) {
      labels.put("target_group", group.name());
      labels.put(STATE, state.name().toLowerCase(java.util.Locale.ROOT));
      all.add(new Discovered(List.of(key.address()), labels));
    }
  }
}
