package io.longshore.api.inbound.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.balancing.ArnOf;
import io.longshore.api.core.balancing.Attributes;
import io.longshore.api.core.balancing.Balancing;
import io.longshore.api.core.balancing.LoadBalancers;
import io.longshore.api.core.balancing.Refusals;
import io.longshore.api.core.balancing.Requests;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.LoadBalancingStore;
import io.longshore.messages.Arns;
import io.longshore.messages.Json;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Route;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** Load balancers. */
@ApplicationScoped
class LoadBalancerOperations {
  private static final String ARN = "LoadBalancerArn";

  private final Commands commands;
  private final LoadBalancingStore store;
  private final Markers markers;
  private final Arns arns;

  LoadBalancerOperations(
      Commands commands, LoadBalancingStore store, Markers markers, Names names) {
    this.commands = commands;
    this.store = store;
    this.markers = markers;
    this.arns = names.arns();
  }

  Members create(Call call, Members request) {
    Route.Kind kind = LoadBalancers.kind(request);
    Members document = LoadBalancers.document(request, arns.region());
    String name = document.text("LoadBalancerName", "");
    String arn =
        commands
            .ask(
                call,
                null,
                new LoadBalancingCommand.CreateLoadBalancer(
                    arns.loadBalancer(kind, name, NewIds.next()),
                    name,
                    kind,
                    document.json(),
                    Requests.tags(request)))
            .ids()
            .getFirst();
    return Members.NONE.with("LoadBalancers", List.of(LoadBalancers.shown(found(arn))));
  }

  private Balancing.LoadBalancer found(String arn) {
    return store.loadBalancers(List.of(arn)).stream()
        .findFirst()
        .orElseThrow(() -> Refusals.noLoadBalancer(arn));
  }

  private Balancing.LoadBalancer named(Members request) {
    return found(ArnOf.loadBalancer(Requests.required(request, ARN)));
  }

  Members describe(Call call, Members request) {
    List<String> names = request.texts("Names");
    List<String> wanted = request.texts("LoadBalancerArns");
    if (!names.isEmpty() && !wanted.isEmpty()) {
      throw Refusals.invalid("Names and LoadBalancerArns cannot be specified together");
    }
    wanted.forEach(ArnOf::loadBalancer);
    List<Balancing.LoadBalancer> all = store.loadBalancers();
    for (String name : names) {
      if (all.stream().noneMatch(balancer -> balancer.name().equals(name))) {
        throw Refusals.noLoadBalancer(name);
      }
    }
    for (String arn : wanted) {
      if (all.stream().noneMatch(balancer -> balancer.arn().equals(arn))) {
        throw Refusals.noLoadBalancer(arn);
      }
    }
    boolean any = names.isEmpty() && wanted.isEmpty();
    return markers.page(
        request,
        "LoadBalancers",
        all.stream()
            .filter(balancer ->
                any || names.contains(balancer.name()) || wanted.contains(balancer.arn()))
            .toList(),
        Balancing.LoadBalancer::arn,
        LoadBalancers::shown,
        "DescribeLoadBalancers",
        names.toString(),
        wanted.toString());
  }

  Members delete(Call call, Members request) {
    String arn = ArnOf.loadBalancer(Requests.required(request, ARN));
    commands.ask(call, null, new LoadBalancingCommand.DeleteLoadBalancer(arn));
    return Members.NONE;
  }

  /** There is nothing that could be reserved, and so nothing is. */
  Members describeCapacityReservation(Call call, Members request) {
    named(request);
    return Members.NONE.with("CapacityReservationState", List.of());
  }

  Members describeAttributes(Call call, Members request) {
    return shownAttributes(named(request));
  }

  private static Members shownAttributes(Balancing.LoadBalancer balancer) {
    return Members.NONE.with(
        "Attributes", Requests.shownAttributes(Attributes.of(balancer), balancer.attributes()));
  }

  Members modifyAttributes(Call call, Members request) {
    Balancing.LoadBalancer balancer = named(request);
    Map<String, String> set = Requests.attributes(request, Attributes.of(balancer));
    commands.ask(
        call, null, new LoadBalancingCommand.UpdateLoadBalancer(balancer.arn(), Json.EMPTY, set));
    return shownAttributes(found(balancer.arn()));
  }

  private Members update(Call call, String arn, Members members) {
    commands.ask(
        call, null, new LoadBalancingCommand.UpdateLoadBalancer(arn, members.json(), Map.of()));
    return found(arn).document();
  }

  Members setSecurityGroups(Call call, Members request) {
    String arn = named(request).arn();
    Members after =
        update(call, arn, Members.NONE.with("SecurityGroups", request.texts("SecurityGroups")));
    return Members.NONE.with("SecurityGroupIds", after.texts("SecurityGroups"));
  }

  Members setSubnets(Call call, Members request) {
    String arn = named(request).arn();
    List<Members> zones = LoadBalancers.zones(request, arns.region());
    if (zones.isEmpty()) {
      throw Refusals.invalid("Subnets or SubnetMappings must be specified");
    }
    Members set =
        Members.NONE
            .with("AvailabilityZones", zones)
            .with("IpAddressType", request.text("IpAddressType"));
    return update(call, arn, set).only(List.of("AvailabilityZones", "IpAddressType"));
  }

  Members setIpAddressType(Call call, Members request) {
    String arn = named(request).arn();
    String type = Requests.required(request, "IpAddressType");
    return update(call, arn, Members.NONE.with("IpAddressType", type))
        .only(List.of("IpAddressType"));
  }
}
