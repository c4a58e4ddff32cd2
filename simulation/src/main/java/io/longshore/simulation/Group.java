package io.longshore.simulation;

import java.util.List;

/** What Kafka's group coordinator does: one of the schedulers has the shard. */
final class Group {
  private static final long CHECK = Timeline.millis(500);

  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final List<SchedulerNode> nodes;
  private final long sessionNanos;
  private int owner;

  Group(Timeline timeline, Chance chance, Log log, List<SchedulerNode> nodes, long sessionNanos) {
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.nodes = nodes;
    this.sessionNanos = sessionNanos;
    nodes.getFirst().assign(true);
    timeline.in(CHECK, this::check);
  }

  SchedulerNode owner() {
    return nodes.get(owner);
  }

  private void check() {
    boolean silent = timeline.nanos() - owner().lastSignNanos() > sessionNanos;
    if (log.isUp() && silent) {
      rebalance();
    }
    timeline.in(CHECK, this::check);
  }

  /** Gives the shard to another one that is alive, if there is one. */
  void rebalance() {
    for (int i = 1; i < nodes.size(); i++) {
      int candidate = (owner + i) % nodes.size();
      if (nodes.get(candidate).isAlive()) {
        owner().assign(false);
        owner = candidate;
        // The old owner learns of it at its next poll, which may be later than the new one's.
        timeline.in(chance.delayNanos(20), () -> nodes.get(candidate).assign(owner == candidate));
        return;
      }
    }
  }
}
