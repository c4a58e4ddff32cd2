package io.longshore.api.core.balancing;

import io.longshore.api.core.EcsException;

/** ELB's words for what is refused. */
public final class Refusals {
  private Refusals() {}

  public static EcsException invalid(String message) {
    return EcsException.of("ValidationError", message);
  }

  /** What ELB has and Longshore has not. */
  public static EcsException unsupported(String message) {
    return EcsException.of("InvalidConfigurationRequest", message);
  }

  public static EcsException noLoadBalancer(String named) {
    return EcsException.of(
        "LoadBalancerNotFound", "Load balancers '[%s]' not found".formatted(named));
  }

  public static EcsException noTargetGroup() {
    return EcsException.of("TargetGroupNotFound", "One or more target groups not found");
  }

  public static EcsException noListener() {
    return EcsException.of("ListenerNotFound", "One or more listeners not found");
  }

  public static EcsException noRule() {
    return EcsException.of("RuleNotFound", "One or more rules not found");
  }
}
