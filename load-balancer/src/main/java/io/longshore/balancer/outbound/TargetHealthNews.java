package io.longshore.balancer.outbound;

import io.longshore.balancer.core.HealthBoard;

/**
 * Who is told how targets are. Called on the thread that decides: it must not wait. Each process of
 * the load balancer tells what it sees itself.
 */
@FunctionalInterface
public interface TargetHealthNews {
  void changed(HealthBoard.Change change);
}
