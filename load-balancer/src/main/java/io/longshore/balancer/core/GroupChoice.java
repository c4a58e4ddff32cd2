package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which of the groups of an action gets a request: by weight, or where the client was before. */
public final class GroupChoice {
  private GroupChoice() {}

  /**
   * @return the group's ARN; null when all weights are 0
   */
  public static @Nullable String pick(
      Route.Action.Forward forward, List<Field> fields, Instant now, RandomGenerator random) {
    if (forward.stickySeconds() != null) {
      for (Route.Action.WeightedGroup group : forward.groups()) {
        if (group.weight() > 0 && StickyCookie.names(fields, group.groupArn(), now)) {
          return group.groupArn();
        }
      }
    }
    return byWeight(forward.groups(), random);
  }

  private static @Nullable String byWeight(
      List<Route.Action.WeightedGroup> groups, RandomGenerator random) {
    int total = groups.stream().mapToInt(Route.Action.WeightedGroup::weight).sum();
    if (total <= 0) {
      return null;
    }
    int left = groups.size() == 1 ? 0 : random.nextInt(total);
    for (Route.Action.WeightedGroup group : groups) {
      left -= group.weight();
      if (left < 0) {
        return group.groupArn();
      }
    }
    return null;
  }
}
