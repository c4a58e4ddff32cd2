package io.longshore.api.core.balancing;

import io.longshore.api.core.Rules;

/** ARNs of load balancing in requests: each has to be one of the kind that is asked for. */
public final class ArnOf {
  private ArnOf() {}

  public static String loadBalancer(String arn) {
    return checked(arn, ":loadbalancer/", "load balancer");
  }

  public static String targetGroup(String arn) {
    return checked(arn, ":targetgroup/", "target group");
  }

  public static String listener(String arn) {
    return checked(arn, ":listener/", "listener");
  }

  public static String rule(String arn) {
    return checked(arn, ":listener-rule/", "listener rule");
  }

  private static String checked(String arn, String part, String kind) {
    if (!arn.startsWith("arn:") || !arn.contains(part)) {
      throw Refusals.invalid("'%s' is not a valid %s ARN".formatted(Rules.shown(arn), kind));
    }
    return arn;
  }

  /** Of a load balancer or a listener: whether it is about connections rather than requests. */
  public static boolean isNetwork(String arn) {
    return arn.contains("/net/");
  }
}
