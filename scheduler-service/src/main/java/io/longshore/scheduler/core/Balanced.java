package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.Json;
import io.longshore.messages.Route;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What ELB has an ARN for. Of each, {@code document} is what ELB shows of it, without ARNs; what
 * load balancers have to know stands beside it. Immutable.
 */
public sealed interface Balanced {
  String arn();

  Map<String, String> tags();

  Instant createdAt();

  Balanced withTags(Map<String, String> next);

  /**
   * A load balancer.
   *
   * @param attributes those that were set
   */
  record LoadBalancer(
      String arn,
      String name,
      Route.Kind kind,
      Json document,
      Map<String, String> attributes,
      Map<String, String> tags,
      Instant createdAt)
      implements Balanced {

    boolean isProtected() {
      return "true".equals(attributes.get("deletion_protection.enabled"));
    }

    LoadBalancer with(Json members, Map<String, String> more) {
      return new LoadBalancer(
          arn, name, kind, document.with(members), merged(attributes, more), tags, createdAt);
    }

    @Override
    public LoadBalancer withTags(Map<String, String> next) {
      return new LoadBalancer(arn, name, kind, document, attributes, next, createdAt);
    }
  }

  /**
   * A port of a load balancer.
   *
   * @param certificates the default one first
   * @param attributes those that were set
   */
  record Listener(
      String arn,
      int port,
      Route.Protocol protocol,
      List<String> certificates,
      Route.Action defaultAction,
      Json document,
      Map<String, String> attributes,
      Map<String, String> tags,
      Instant createdAt)
      implements Balanced {

    String loadBalancerArn() {
      return Arns.loadBalancerOf(arn);
    }

    Listener withCertificates(List<String> next) {
      return new Listener(
          arn, port, protocol, next, defaultAction, document, attributes, tags, createdAt);
    }

    @Override
    public Listener withTags(Map<String, String> next) {
      return new Listener(
          arn, port, protocol, certificates, defaultAction, document, attributes, next, createdAt);
    }

    Route.Listener route(List<Rule> rules) {
      return new Route.Listener(
          arn,
          port,
          protocol,
          certificates,
          defaultAction,
          rules.stream().map(Rule::route).toList());
    }
  }

  /** What a listener does with requests for which conditions hold. */
  record Rule(
      String arn,
      int priority,
      List<Route.Condition> conditions,
      Route.Action action,
      Json document,
      Map<String, String> tags,
      Instant createdAt)
      implements Balanced {

    String listenerArn() {
      return Arns.listenerOf(arn);
    }

    Rule with(
        @Nullable List<Route.Condition> nextConditions,
        Route.@Nullable Action nextAction,
        Json members) {
      return new Rule(
          arn,
          priority,
          nextConditions == null ? conditions : nextConditions,
          nextAction == null ? action : nextAction,
          document.with(members),
          tags,
          createdAt);
    }

    Rule withPriority(int next) {
      return new Rule(arn, next, conditions, action, document, tags, createdAt);
    }

    @Override
    public Rule withTags(Map<String, String> next) {
      return new Rule(arn, priority, conditions, action, document, next, createdAt);
    }

    Route.Rule route() {
      return new Route.Rule(arn, priority, conditions, action);
    }
  }

  /**
   * Where traffic is sent.
   *
   * @param attributes those that were set
   * @param targets those that were registered by hand
   * @param seen how load balancers find them
   */
  record TargetGroup(
      String arn,
      String name,
      Route.Protocol protocol,
      String protocolVersion,
      Json document,
      Map<String, String> attributes,
      List<Route.StaticTarget> targets,
      Map<String, String> tags,
      Instant createdAt,
      List<Target> seen)
      implements Balanced {
    private static final int DRAINING_SECONDS = 300;

    /** Read from a row that is older than the last member, it has a default. */
    public TargetGroup {
      seen = seen == null ? List.of() : seen;
    }

    TargetGroup with(Json members, Map<String, String> more) {
      return new TargetGroup(
          arn,
          name,
          protocol,
          protocolVersion,
          document.with(members),
          merged(attributes, more),
          targets,
          tags,
          createdAt,
          seen);
    }

    TargetGroup withTargets(List<Route.StaticTarget> next) {
      return new TargetGroup(
          arn, name, protocol, protocolVersion, document, attributes, next, tags, createdAt, seen);
    }

    TargetGroup withSeen(List<Target> next) {
      return new TargetGroup(
          arn,
          name,
          protocol,
          protocolVersion,
          document,
          attributes,
          targets,
          tags,
          createdAt,
          next);
    }

    /** How load balancers find a target that was registered by hand. */
    Target known(String host, int port) {
      Target fresh = Target.fresh(arn, "", host, port);
      return seen.stream().filter(fresh::isAt).findFirst().orElse(fresh);
    }

    @Override
    public TargetGroup withTags(Map<String, String> next) {
      return new TargetGroup(
          arn,
          name,
          protocol,
          protocolVersion,
          document,
          attributes,
          targets,
          next,
          createdAt,
          seen);
    }

    /** Where targets listen that say nothing else. */
    int port() {
      return Integer.parseInt(document.text("Port"));
    }

    /** How long what a deregistered target has begun may take. */
    int drainingSeconds() {
      String set = attributes.get("deregistration_delay.timeout_seconds");
      return set == null ? DRAINING_SECONDS : Integer.parseInt(set);
    }

    boolean isHttp() {
      return protocol == Route.Protocol.HTTP || protocol == Route.Protocol.HTTPS;
    }

    Route.Group route() {
      return new Route.Group(
          arn, name, protocol, protocolVersion, healthCheck(), attributes, targets);
    }

    /** The api has checked it and filled in the defaults. */
    private Route.HealthCheck healthCheck() {
      String port = document.text("HealthCheckPort");
      return new Route.HealthCheck(
          document.text("HealthCheckEnabled").equals("true"),
          Route.Protocol.valueOf(document.text("HealthCheckProtocol")),
          port.equals("traffic-port") ? null : Integer.valueOf(port),
          document.text("HealthCheckPath"),
          Integer.parseInt(document.text("HealthCheckIntervalSeconds")),
          Integer.parseInt(document.text("HealthCheckTimeoutSeconds")),
          Integer.parseInt(document.text("HealthyThresholdCount")),
          Integer.parseInt(document.text("UnhealthyThresholdCount")),
          matcher(document.nested("Matcher")));
    }

    private static String matcher(Json matcher) {
      String codes = matcher.text("HttpCode");
      return codes.isEmpty() ? matcher.text("GrpcCode") : codes;
    }
  }

  private static Map<String, String> merged(Map<String, String> before, Map<String, String> more) {
    Map<String, String> merged = new HashMap<>(before);
    merged.putAll(more);
    return Map.copyOf(merged);
  }
}
