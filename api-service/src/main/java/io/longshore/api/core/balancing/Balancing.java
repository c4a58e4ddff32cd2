package io.longshore.api.core.balancing;

import io.longshore.api.core.Members;
import io.longshore.messages.Report;
import io.longshore.messages.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What is stored of load balancing. Documents are what ELB shows, without ARNs. */
public final class Balancing {
  private Balancing() {}

  /** A load balancer. */
  public record LoadBalancer(
      String arn,
      String name,
      Members document,
      Map<String, String> attributes,
      Map<String, String> tags,
      Instant createdAt) {
    boolean isNetwork() {
      return ArnOf.isNetwork(arn);
    }
  }

  /**
   * A listener.
   *
   * @param certificates the default one first
   */
  public record Listener(
      String arn,
      List<String> certificates,
      Members document,
      Map<String, String> attributes,
      Map<String, String> tags) {}

  /** A rule of a listener. */
  public record Rule(String arn, int priority, Members document, Map<String, String> tags) {}

  /**
   * A target group.
   *
   * @param targets those that were registered by hand
   * @param seen how load balancers find them
   * @param loadBalancerArns of those that send to it
   */
  public record TargetGroup(
      String arn,
      String name,
      Members document,
      Map<String, String> attributes,
      List<Route.StaticTarget> targets,
      List<Report.SeenTarget> seen,
      List<String> loadBalancerArns,
      Map<String, String> tags) {}
}
