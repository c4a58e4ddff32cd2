package io.longshore.api.inbound.rest;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Rules;
import io.longshore.api.core.balancing.Refusals;
import io.longshore.api.store.LoadBalancingStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Load balancers and target groups have a name in a path, which is unique in the account, and an id
 * that nobody can know in their ARN. What comes between the kind and the end of the ARN takes the
 * name's place, so that the table can say what ARN a path means.
 */
@ApplicationScoped
class BalancingNames {
  static final String LOAD_BALANCER = "loadBalancer";
  static final String TARGET_GROUP = "targetGroup";

  private final LoadBalancingStore store;

  BalancingNames(LoadBalancingStore store) {
    this.store = store;
  }

  /**
   * The parameters of a path, as they are in ARNs: {@code front} becomes {@code app/front/ID}.
   *
   * @throws EcsException if there is none of the name
   */
  Map<String, String> inArns(Map<String, String> parameters) {
    Map<String, String> result = new LinkedHashMap<>(parameters);
    String balancer = parameters.get(LOAD_BALANCER);
    if (balancer != null) {
      result.put(
          LOAD_BALANCER,
          found(store.loadBalancerArn(balancer), Refusals.noLoadBalancer(Rules.shown(balancer))));
    }
    String group = parameters.get(TARGET_GROUP);
    if (group != null) {
      result.put(TARGET_GROUP, found(store.targetGroupArn(group), Refusals.noTargetGroup()));
    }
    return result;
  }

  /** What follows the kind, which no ARN has a slash before. */
  private static String found(@Nullable String arn, EcsException refusal) {
    if (arn == null) {
      throw refusal;
    }
    return arn.substring(arn.indexOf('/') + 1);
  }
}
