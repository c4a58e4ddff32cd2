package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.TaskId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Capacity provider strategies. They are checked as ECS does and shown again; which host a task
 * goes to does not follow from them.
 */
public final class Strategies {
  private static final String MEMBER = "capacityProviderStrategy";
  private static final int MOST = 20;
  private static final int MOST_WEIGHT = 1000;
  private static final int MOST_BASE = 100_000;

  /**
   * Digits of a task's id that a provider is drawn by: evenly spread, and few enough for an int.
   */
  private static final int DRAWN_BY = 7;

  private Strategies() {}

  /** What can be refused of a call without knowing its cluster. */
  static void check(Members request) {
    List<Members> strategy = request.objects(MEMBER);
    check(MEMBER, strategy);
    if (!strategy.isEmpty() && request.has("launchType")) {
      throw invalid(
          "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
    }
  }

  static void check(String member, List<Members> strategy) {
    Rules.atMost(member, strategy, MOST);
    Set<String> names = new HashSet<>();
    int bases = 0;
    int weights = 0;
    for (Members item : strategy) {
      String name = Rules.required(item, "capacityProvider");
      if (!names.add(name)) {
        throw invalid("%s names '%s' twice.".formatted(member, Rules.shown(name)));
      }
      weights += Rules.range(member + ".weight", item.integer("weight", 0), 0, MOST_WEIGHT);
      bases += Rules.range(member + ".base", item.integer("base", 0), 0, MOST_BASE) > 0 ? 1 : 0;
    }
    if (bases > 1) {
      throw invalid("%s must have a base for one capacity provider at most.".formatted(member));
    }
    if (strategy.size() > 1 && weights == 0) {
      throw invalid("%s must have a weight of more than 0 somewhere.".formatted(member));
    }
    long fargate = names.stream().filter(Strategies::isFargate).count();
    if (fargate > 0 && fargate < names.size()) {
      throw invalid(
          "%s must not name both Fargate and other capacity providers.".formatted(member));
    }
  }

  /**
   * The call with its cluster's default strategy, where it says neither a strategy nor a launch
   * type.
   *
   * @param cluster its document; null when there is no such cluster, which the scheduler has to say
   */
  public static Members applied(Members request, @Nullable Members cluster) {
    requireAssociated(request, cluster);
    if (cluster == null
        || request.has("launchType")
        || !request.objects(MEMBER).isEmpty()
        || cluster.objects("defaultCapacityProviderStrategy").isEmpty()) {
      return request;
    }
    return request.with(MEMBER, cluster.objects("defaultCapacityProviderStrategy"));
  }

  /** Only what a cluster has can be used in it. */
  public static void requireAssociated(Members request, @Nullable Members cluster) {
    if (cluster == null) {
      return;
    }
    List<String> associated = cluster.texts("capacityProviders");
    for (Members item : request.objects(MEMBER)) {
      String name = item.text("capacityProvider", "");
      if (!associated.contains(name)) {
        throw invalid(
            "The capacity provider '%s' is not associated with the cluster. Associate it with the cluster and try again."
                .formatted(Rules.shown(name)));
      }
    }
  }

  /** A service or a deployment with a strategy has no launch type. */
  static Members withoutLaunchType(Members shape) {
    return shape.objects(MEMBER).isEmpty() ? shape : shape.without("launchType");
  }

  /** The launch type of a task, and its capacity provider where it has a strategy. */
  static Members shown(Members document, TaskId task) {
    List<Members> strategy = document.objects(MEMBER);
    if (strategy.isEmpty()) {
      return Members.NONE.with("launchType", document.text("launchType", "EC2"));
    }
    // Tasks from before the scheduler told them have none of their own.
    String provider = document.text("capacityProviderName", drawn(strategy, task));
    return Members.NONE
        .with("launchType", isFargate(provider) ? "FARGATE" : "EC2")
        .with("capacityProviderName", provider);
  }

  /** By weight, and the same every time. */
  private static String drawn(List<Members> strategy, TaskId task) {
    int total = strategy.stream().mapToInt(item -> item.integer("weight", 0)).sum();
    int left = total == 0 ? 0 : Integer.parseInt(task.value().substring(0, DRAWN_BY), 16) % total;
    for (Members item : strategy) {
      left -= item.integer("weight", 0);
      if (left < 0) {
        return item.text("capacityProvider", "");
      }
    }
    return strategy.getFirst().text("capacityProvider", "");
  }

  private static boolean isFargate(String provider) {
    return CapacityProviders.BUILT_IN.contains(provider);
  }
}
