package io.longshore.balancer.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What has to be done for the listeners of a table.
 *
 * @param close ports
 * @param open listeners whose port is closed, or is open for another listener
 * @param taken listeners whose port another one has, by ARN, with the other's ARN
 */
public record ListenerPlan(
    List<Integer> close, List<RoutingTable.Listening> open, Map<String, String> taken) {

  /**
   * A port belongs to the listener that has it; of several that want it, to the one whose ARN comes
   * first.
   *
   * @param open ports and the ARN of their listener
   */
  public static ListenerPlan of(Map<Integer, String> open, List<RoutingTable.Listening> wanted) {
    Map<Integer, String> owners = new HashMap<>();
    for (RoutingTable.Listening listening : wanted) {
      if (listening.listener().arn().equals(open.get(listening.listener().port()))) {
        owners.put(listening.listener().port(), listening.listener().arn());
      }
    }
    List<RoutingTable.Listening> toOpen = new ArrayList<>();
    Map<String, String> taken = new HashMap<>();
    for (RoutingTable.Listening listening : wanted) {
      String arn = listening.listener().arn();
      int port = listening.listener().port();
      String owner = owners.putIfAbsent(port, arn);
      if (owner == null) {
        toOpen.add(listening);
      } else if (!owner.equals(arn)) {
        taken.put(arn, owner);
      }
    }
    List<Integer> close =
        open.entrySet().stream()
            .filter(entry -> !entry.getValue().equals(owners.get(entry.getKey())))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    return new ListenerPlan(close, toOpen, taken);
  }
}
