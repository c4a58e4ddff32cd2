package io.longshore.api.core.balancing;

import io.longshore.api.core.Members;
import io.longshore.messages.Route;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Load balancers: what can be asked for, what is filled in, and how they look. */
public final class LoadBalancers {
  /** Names under it lead to the own machine wherever names are looked up. */
  private static final String DOMAIN = ".elb.localhost";

  private LoadBalancers() {}

  public static Route.Kind kind(Members request) {
    String type = request.text("Type", "application");
    return switch (type) {
      case "application" -> Route.Kind.APPLICATION;
      case "network" -> Route.Kind.NETWORK;
      default ->
          throw Refusals.unsupported(
              "Load balancers of type '%s' are not supported here".formatted(type));
    };
  }

  /**
   * The document of a new one. What places it in networks of AWS is kept and shown, and nothing
   * follows from it.
   */
  public static Members document(Members request, String region) {
    String name = Requests.name(request);
    if (name.startsWith("internal-")) {
      throw Refusals.invalid("The name '%s' must not begin with 'internal-'".formatted(name));
    }
    return Members.NONE
        .with("DNSName", name + DOMAIN)
        .with("CanonicalHostedZoneId", "ZLONGSHORE")
        .with("LoadBalancerName", name)
        .with("Scheme", request.text("Scheme", "internet-facing"))
        .with("VpcId", "vpc-00000000000000000")
        .with("State", Members.NONE.with("Code", "active"))
        .with("Type", request.text("Type", "application"))
        .with("AvailabilityZones", zones(request, region))
        .with("SecurityGroups", request.texts("SecurityGroups"))
        .with("IpAddressType", request.text("IpAddressType", "ipv4"));
  }

  /** The subnets of a request, each with a zone of its own. */
  public static List<Members> zones(Members request, String region) {
    List<Members> given =
        new ArrayList<>(
            request.texts("Subnets").stream()
                .map(subnet -> Members.NONE.with("SubnetId", subnet))
                .toList());
    given.addAll(request.objects("SubnetMappings"));
    List<Members> zones = new ArrayList<>();
    for (Members subnet : given) {
      String zone = region + (char) ('a' + zones.size() % 26);
      zones.add(
          Members.NONE
              .with("ZoneName", zone)
              .with("SubnetId", Requests.required(subnet, "SubnetId"))
              .with("LoadBalancerAddresses", List.of()));
    }
    return zones;
  }

  public static Members shown(Balancing.LoadBalancer balancer) {
    Instant created = balancer.createdAt();
    return Members.NONE
        .with("LoadBalancerArn", balancer.arn())
        .over(balancer.document())
        .with("CreatedTime", BigDecimal.valueOf(created.toEpochMilli(), 3));
  }
}
