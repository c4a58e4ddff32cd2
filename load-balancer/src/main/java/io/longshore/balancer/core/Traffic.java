package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What requests see of groups and targets: a picture that is replaced as a whole. One thread
 * publishes, any thread looks.
 */
public final class Traffic {
  private final Map<TargetKey, Target> targets = new HashMap<>();
  private volatile Map<String, GroupView> groups = Map.of();

  /** Null for a group that is not there. */
  public @Nullable GroupView group(String arn) {
    return groups.get(arn);
  }

  public Map<String, GroupView> groups() {
    return groups;
  }

  /** Requests and connections that this target has begun; for the thread that publishes. */
  public int outstanding(TargetKey key) {
    Target target = targets.get(key);
    return target == null ? 0 : target.outstanding();
  }

  /** Nothing gets to it any more; for the thread that publishes. */
  public void cutOff(TargetKey key) {
    Target target = targets.get(key);
    if (target != null) {
      target.cutOff();
    }
  }

  public void publish(RoutingTable table, HealthBoard board) {
    targets
        .values()
        .removeIf(target -> {
          boolean gone = !table.targets().containsKey(target.key());
          if (gone) {
            target.retire();
          }
          // It may come back, and drain, before what it has begun is over.
          return gone && target.outstanding() == 0;
        });
    Map<String, List<GroupView.Seen>> seen = new HashMap<>();
    for (TargetKey key : table.targets().keySet()) {
      TargetHealth health = board.of(key);
      if (health != null) {
        Target target = targets.computeIfAbsent(key, Target::new);
        if (health.state() == TargetHealth.State.HEALTHY) {
          target.healthySince(health.since());
        } else if (health.state() == TargetHealth.State.DRAINING) {
          target.retire();
        }
        if (health.state() != TargetHealth.State.DRAINING && target.retired()) {
          target.revive();
        }
        seen.computeIfAbsent(key.groupArn(), arn -> new ArrayList<>())
            .add(new GroupView.Seen(target, health.state()));
      }
    }
    Map<String, GroupView> next = new HashMap<>();
    for (Route.Group group : table.groups().values()) {
      GroupView before = groups.get(group.arn());
      next.put(
          group.arn(),
          new GroupView(
              group,
              GroupAttributes.of(group.attributes()),
              GroupView.eligible(seen.getOrDefault(group.arn(), List.of())),
              before == null ? new AtomicInteger() : before.turn()));
    }
    groups = next;
  }
}
