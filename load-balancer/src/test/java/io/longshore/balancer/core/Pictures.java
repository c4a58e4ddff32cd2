package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.time.Instant;
import java.util.List;

/** Pictures for tests: every target that is checked is healthy, unless it is at port 9999. */
final class Pictures {
  private static final Instant NOW = Instant.parse("2026-11-28T00:00:00Z");

  private Pictures() {}

  static Picture of(Route... routes) {
    RoutingTable table = RoutingTable.of(List.of(routes));
    HealthBoard board = new HealthBoard();
    board.take(table, NOW);
    board
        .due(NOW)
        .forEach(check -> {
          if (check.key().port() != 9999) {
            board.checked(check.key(), new CheckResult.Passed(), NOW);
          }
        });
    Traffic traffic = new Traffic();
    traffic.publish(table, board);
    return Picture.of(table, board, traffic);
  }
}
