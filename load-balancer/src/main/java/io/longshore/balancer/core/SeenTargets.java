package io.longshore.balancer.core;

import io.longshore.messages.Report;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import io.longshore.messages.TaskId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the targets are of each route that has some, as it is told: all of them, always. */
public final class SeenTargets {
  private final HealthBoard board;
  private final Draining draining;

  private SeenTargets(HealthBoard board, Draining draining) {
    this.board = board;
    this.draining = draining;
  }

  /**
   * @param balancer the id of this process
   * @return by the keys of the routes
   */
  public static SortedMap<String, Report.OfBalancer> of(
      String balancer, RoutingTable table, HealthBoard board, Draining draining) {
    SeenTargets seen = new SeenTargets(board, draining);
    SortedMap<String, Report.OfBalancer> reports = new TreeMap<>();
    for (Route.ServiceTargets service : table.services()) {
      reports.put(
          service.key(),
          new Report.ServiceTargetsSeen(
              service.cluster(),
              service.service(),
              balancer,
              service.targets().stream()
                  .map(one -> seen.of(RoutingTable.keyOf(one), one.task(), one.draining()))
                  .toList()));
    }
    for (Route.Group group : table.groups().values()) {
      if (!group.targets().isEmpty()) {
        reports.put(
            group.key(),
            new Report.GroupTargetsSeen(
                group.arn(),
                balancer,
                group.targets().stream()
                    .map(one ->
                        seen.of(RoutingTable.keyOf(group, one), null, one.drainingUntil() != null))
                    .toList()));
      }
    }
    return Collections.unmodifiableSortedMap(reports);
  }

  private Report.SeenTarget of(TargetKey key, @Nullable TaskId task, boolean drains) {
    TargetHealth health = board.of(key);
    if (health == null) {
      return withoutGroup(key, task, drains);
    }
    TargetHealth.Reason reason = health.reason();
    return new Report.SeenTarget(
        key.groupArn(),
        task,
        key.host(),
        key.port(),
        draining.isDrained(key) ? TargetState.DRAINED : state(health.state()),
        reason == null ? null : reason.code(),
        health.description());
  }

  /** Nothing can get to it, and there is nobody to say for how long it drains. */
  private static Report.SeenTarget withoutGroup(
      TargetKey key, @Nullable TaskId task, boolean drains) {
    return new Report.SeenTarget(
        key.groupArn(),
        task,
        key.host(),
        key.port(),
        drains ? TargetState.DRAINED : TargetState.UNUSED,
        TargetHealth.Reason.NOT_IN_USE.code(),
        "Target group is not known to the load balancer");
  }

  private static TargetState state(TargetHealth.State state) {
    return switch (state) {
      case INITIAL -> TargetState.INITIAL;
      case HEALTHY -> TargetState.HEALTHY;
      case UNHEALTHY -> TargetState.UNHEALTHY;
      case DRAINING -> TargetState.DRAINING;
      case UNUSED -> TargetState.UNUSED;
      case UNAVAILABLE -> TargetState.UNAVAILABLE;
    };
  }
}
