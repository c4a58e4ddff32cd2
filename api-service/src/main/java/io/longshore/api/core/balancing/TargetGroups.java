package io.longshore.api.core.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Report;
import io.longshore.messages.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Target groups: what can be asked for, what is filled in, and how they and their targets look. */
public final class TargetGroups {
  private static final List<String> HEALTH_CHECK =
      List.of(
          "HealthCheckEnabled",
          "HealthCheckProtocol",
          "HealthCheckPort",
          "HealthCheckPath",
          "HealthCheckIntervalSeconds",
          "HealthCheckTimeoutSeconds",
          "HealthyThresholdCount",
          "UnhealthyThresholdCount",
          "Matcher");

  private static final Set<String> PROTOCOLS = Set.of("HTTP", "HTTPS", "TCP", "TLS");
  private static final Set<String> HEALTH_PROTOCOLS = Set.of("HTTP", "HTTPS", "TCP");
  private static final Set<String> TARGET_TYPES = Set.of("instance", "ip");
  private static final Pattern CODES =
      Pattern.compile("[0-9]{1,3}(-[0-9]{1,3})?(,[0-9]{1,3}(-[0-9]{1,3})?)*");
  private static final int PORT_MAX = 65_535;
  private static final int TARGETS_AT_ONCE = 200;

  private TargetGroups() {}

  static boolean isHttp(Members document) {
    return document.text("Protocol", "").startsWith("HTTP");
  }

  /** The document of a new one. */
  public static Members document(Members request) {
    String name = Requests.name(request);
    String type = request.text("TargetType", "instance");
    if (!TARGET_TYPES.contains(type)) {
      throw Refusals.unsupported("Targets of type '%s' are not supported here".formatted(type));
    }
    String protocol = Requests.required(request, "Protocol");
    if (!PROTOCOLS.contains(protocol)) {
      throw Refusals.unsupported(
          "Target groups of the protocol '%s' are not supported here".formatted(protocol));
    }
    Requests.range(request, "Port", 1, PORT_MAX);
    Members document =
        Members.NONE
            .with("TargetGroupName", name)
            .with("Protocol", protocol)
            .with("Port", request.integer("Port"))
            .with("VpcId", request.text("VpcId"))
            .with("TargetType", type)
            .with("IpAddressType", request.text("IpAddressType", "ipv4"));
    if (isHttp(document)) {
      document = document.with("ProtocolVersion", request.text("ProtocolVersion", "HTTP1"));
    }
    return healthCheck(document, request);
  }

  /** The members that a change replaces, with what they are to be. */
  public static Members changed(Members document, Members request) {
    return healthCheck(document, request).only(HEALTH_CHECK);
  }

  private static Members healthCheck(Members before, Members request) {
    Members merged = before.over(request.only(HEALTH_CHECK));
    boolean http = isHttp(merged);
    boolean grpc = merged.text("ProtocolVersion", "").equals("GRPC");
    merged = merged.withDefault("HealthCheckProtocol", http ? "HTTP" : "TCP");
    String protocol = merged.text("HealthCheckProtocol", "");
    if (!HEALTH_PROTOCOLS.contains(protocol) || (http && protocol.equals("TCP"))) {
      throw Refusals.invalid(
          "Health checks of a target group with protocol %s cannot use the protocol '%s'"
              .formatted(merged.text("Protocol"), protocol));
    }
    boolean plain = protocol.equals("TCP");
    merged =
        merged
            .withDefault("HealthCheckEnabled", true)
            .withDefault("HealthCheckPort", "traffic-port")
            .withDefault("HealthCheckIntervalSeconds", 30)
            .withDefault("HealthCheckTimeoutSeconds", http ? 5 : plain ? 10 : 6)
            .withDefault("HealthyThresholdCount", 5)
            .withDefault("UnhealthyThresholdCount", 2);
    if (plain) {
      merged = merged.without("HealthCheckPath", "Matcher");
    } else {
      Members matcher =
          grpc
              ? Members.NONE.with("GrpcCode", "12")
              : Members.NONE.with("HttpCode", http ? "200" : "200-399");
      merged =
          merged
              .withDefault("HealthCheckPath", grpc ? "/AWS.ALB/healthcheck" : "/")
              .withDefault("Matcher", matcher.values());
    }
    check(merged);
    return merged;
  }

  private static void check(Members document) {
    if (!document.flag("HealthCheckEnabled")) {
      throw Refusals.invalid("Health checks must be enabled for targets of this type");
    }
    String port = document.text("HealthCheckPort", "");
    if (!port.equals("traffic-port") && !isPort(port)) {
      throw Refusals.invalid("'%s' is not a valid health check port".formatted(Rules.shown(port)));
    }
    int interval = Requests.range(document, "HealthCheckIntervalSeconds", 5, 300);
    int timeout = Requests.range(document, "HealthCheckTimeoutSeconds", 2, 120);
    if (timeout > interval) {
      throw Refusals.invalid(
          "Health check timeout '%d' must be smaller than or equal to the interval '%d'"
              .formatted(timeout, interval));
    }
    Requests.range(document, "HealthyThresholdCount", 2, 10);
    Requests.range(document, "UnhealthyThresholdCount", 2, 10);
    String path = document.text("HealthCheckPath", "/");
    if (!path.startsWith("/") || path.length() > 1024) {
      throw Refusals.invalid("Health check path '%s' is not valid".formatted(Rules.shown(path)));
    }
    Members matcher = document.object("Matcher");
    if (matcher != null) {
      String codes = matcher.text("HttpCode", matcher.text("GrpcCode", ""));
      if (!CODES.matcher(codes).matches()) {
        throw Refusals.invalid(
            "Health check matcher '%s' is not valid".formatted(Rules.shown(codes)));
      }
    }
  }

  private static boolean isPort(String text) {
    return text.matches("[0-9]{1,5}")
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) <= PORT_MAX;
  }

  public static Members shown(Balancing.TargetGroup group) {
    return Members.NONE
        .with("TargetGroupArn", group.arn())
        .over(group.document())
        .with("LoadBalancerArns", group.loadBalancerArns());
  }

  public static List<LoadBalancingCommand.Target> targets(Members request) {
    List<LoadBalancingCommand.Target> targets = new ArrayList<>();
    for (Members target : request.objects("Targets")) {
      String host = Requests.required(target, "Id");
      if (host.length() > 255 || host.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw Refusals.invalid("'%s' is not a valid target".formatted(Rules.shown(host)));
      }
      Integer port = target.integer("Port");
      if (port != null) {
        Requests.range(target, "Port", 1, PORT_MAX);
      }
      targets.add(new LoadBalancingCommand.Target(host, port));
    }
    if (targets.isEmpty() || targets.size() > TARGETS_AT_ONCE) {
      throw Refusals.invalid("Targets must have 1 to %d items".formatted(TARGETS_AT_ONCE));
    }
    return targets;
  }

  /**
   * How targets are; as long as no load balancer has said so, those that are used are being taken
   * in.
   *
   * @param ofTasks the targets in the group that are tasks of services
   * @param asked those to be told of; empty for all
   */
  public static List<Members> health(
      Balancing.TargetGroup group,
      List<Report.SeenTarget> ofTasks,
      List<LoadBalancingCommand.Target> asked,
      Instant now) {
    List<Members> shown = new ArrayList<>();
    for (Report.SeenTarget seen : ofTasks) {
      Route.StaticTarget target = new Route.StaticTarget(seen.host(), seen.port(), null);
      if (asked.isEmpty() || asked.stream().anyMatch(each -> names(group, each, target))) {
        shown.add(described(group, target, health(seen)));
      }
    }
    for (Route.StaticTarget target : group.targets()) {
      Instant until = target.drainingUntil();
      if ((until == null || until.isAfter(now))
          && (asked.isEmpty() || asked.stream().anyMatch(each -> names(group, each, target)))) {
        shown.add(described(group, target, health(group, target)));
      }
    }
    for (LoadBalancingCommand.Target each : asked) {
      if (group.targets().stream().noneMatch(target -> names(group, each, target))
          && ofTasks.stream()
              .noneMatch(seen ->
                  names(group, each, new Route.StaticTarget(seen.host(), seen.port(), null)))) {
        Route.StaticTarget target = new Route.StaticTarget(each.host(), port(group, each), null);
        shown.add(
            described(
                group,
                target,
                health("unused", "Target.NotRegistered", "Target is not registered")));
      }
    }
    return shown;
  }

  private static int port(Balancing.TargetGroup group, LoadBalancingCommand.Target target) {
    Integer given = target.port();
    return given == null ? group.document().integer("Port", 0) : given;
  }

  private static boolean names(
      Balancing.TargetGroup group, LoadBalancingCommand.Target asked, Route.StaticTarget target) {
    return asked.host().equals(target.host()) && port(group, asked) == target.port();
  }

  private static Members health(Balancing.TargetGroup group, Route.StaticTarget target) {
    if (target.drainingUntil() != null) {
      return health(
          "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress");
    }
    for (Report.SeenTarget seen : group.seen()) {
      if (seen.host().equals(target.host()) && seen.port() == target.port()) {
        return health(seen);
      }
    }
    return group.loadBalancerArns().isEmpty()
        ? health(
            "unused",
            "Target.NotInUse",
            "Target group is not configured to receive traffic from the load balancer")
        : health("initial", "Elb.RegistrationInProgress", "Target registration is in progress");
  }

  private static Members health(Report.SeenTarget seen) {
    String description = seen.description().isEmpty() ? null : seen.description();
    return health(seen.state().name().toLowerCase(Locale.ROOT), seen.reason(), description);
  }

  private static Members health(
      String state, @Nullable String reason, @Nullable String description) {
    return Members.NONE
        .with("State", state)
        .with("Reason", reason)
        .with("Description", description);
  }

  private static Members described(
      Balancing.TargetGroup group, Route.StaticTarget target, Members health) {
    String port = group.document().text("HealthCheckPort", "traffic-port");
    return Members.NONE
        .with("Target", Members.NONE.with("Id", target.host()).with("Port", target.port()))
        .with("HealthCheckPort", port.equals("traffic-port") ? "" + target.port() : port)
        .with("TargetHealth", health);
  }
}
