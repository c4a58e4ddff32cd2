package io.longshore.api.inbound.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.balancing.ArnOf;
import io.longshore.api.core.balancing.Attributes;
import io.longshore.api.core.balancing.Balancing;
import io.longshore.api.core.balancing.Refusals;
import io.longshore.api.core.balancing.Requests;
import io.longshore.api.core.balancing.TargetGroups;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.LoadBalancingStore;
import io.longshore.messages.Arns;
import io.longshore.messages.Json;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Route;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Target groups and the targets that are registered by hand. */
@ApplicationScoped
class TargetGroupOperations {
  private static final String ARN = "TargetGroupArn";

  private final InstantSource clock = InstantSource.system();
  private final Commands commands;
  private final LoadBalancingStore store;
  private final Markers markers;
  private final Arns arns;

  TargetGroupOperations(Commands commands, LoadBalancingStore store, Markers markers, Names names) {
    this.commands = commands;
    this.store = store;
    this.markers = markers;
    this.arns = names.arns();
  }

  Members create(Call call, Members request) {
    Members document = TargetGroups.document(request);
    String name = document.text("TargetGroupName", "");
    String arn =
        commands
            .ask(
                call,
                null,
                new LoadBalancingCommand.CreateTargetGroup(
                    arns.targetGroup(name, NewIds.next()),
                    name,
                    Route.Protocol.valueOf(document.text("Protocol", "")),
                    document.text("ProtocolVersion", ""),
                    document.json(),
                    Requests.tags(request)))
            .ids()
            .getFirst();
    return shown(found(arn));
  }

  private static Members shown(Balancing.TargetGroup group) {
    return Members.NONE.with("TargetGroups", List.of(TargetGroups.shown(group)));
  }

  private Balancing.TargetGroup found(String arn) {
    return store.targetGroups(List.of(arn)).stream()
        .findFirst()
        .orElseThrow(Refusals::noTargetGroup);
  }

  private Balancing.TargetGroup named(Members request) {
    return found(ArnOf.targetGroup(Requests.required(request, ARN)));
  }

  Members describe(Call call, Members request) {
    List<String> names = request.texts("Names");
    List<String> wanted = request.texts("TargetGroupArns");
    String balancer = request.text("LoadBalancerArn", "");
    wanted.forEach(ArnOf::targetGroup);
    if (!balancer.isEmpty()
        && store.loadBalancers(List.of(ArnOf.loadBalancer(balancer))).isEmpty()) {
      throw Refusals.noLoadBalancer(balancer);
    }
    List<Balancing.TargetGroup> all = store.targetGroups();
    boolean missing =
        names.stream().anyMatch(name -> all.stream().noneMatch(g -> g.name().equals(name)))
            || wanted.stream().anyMatch(arn -> all.stream().noneMatch(g -> g.arn().equals(arn)));
    if (missing) {
      throw Refusals.noTargetGroup();
    }
    List<Balancing.TargetGroup> chosen =
        all.stream()
            .filter(group -> names.isEmpty() || names.contains(group.name()))
            .filter(group -> wanted.isEmpty() || wanted.contains(group.arn()))
            .filter(group -> balancer.isEmpty() || group.loadBalancerArns().contains(balancer))
            .toList();
    return markers.page(
        request,
        "TargetGroups",
        chosen,
        Balancing.TargetGroup::arn,
        TargetGroups::shown,
        "DescribeTargetGroups",
        names.toString(),
        wanted.toString(),
        balancer);
  }

  Members modify(Call call, Members request) {
    Balancing.TargetGroup group = named(request);
    Members changed = TargetGroups.changed(group.document(), request);
    commands.ask(
        call,
        null,
        new LoadBalancingCommand.UpdateTargetGroup(group.arn(), changed.json(), Map.of()));
    return shown(found(group.arn()));
  }

  Members delete(Call call, Members request) {
    String arn = ArnOf.targetGroup(Requests.required(request, ARN));
    commands.ask(call, null, new LoadBalancingCommand.DeleteTargetGroup(arn));
    return Members.NONE;
  }

  Members describeAttributes(Call call, Members request) {
    return shownAttributes(named(request));
  }

  private static Members shownAttributes(Balancing.TargetGroup group) {
    return Members.NONE.with(
        "Attributes", Requests.shownAttributes(Attributes.of(group), group.attributes()));
  }

  Members modifyAttributes(Call call, Members request) {
    Balancing.TargetGroup group = named(request);
    Map<String, String> set = Requests.attributes(request, Attributes.of(group));
    commands.ask(
        call, null, new LoadBalancingCommand.UpdateTargetGroup(group.arn(), Json.EMPTY, set));
    return shownAttributes(found(group.arn()));
  }

  Members register(Call call, Members request) {
    String arn = ArnOf.targetGroup(Requests.required(request, ARN));
    commands.ask(
        call, null, new LoadBalancingCommand.RegisterTargets(arn, TargetGroups.targets(request)));
    return Members.NONE;
  }

  Members deregister(Call call, Members request) {
    String arn = ArnOf.targetGroup(Requests.required(request, ARN));
    commands.ask(
        call, null, new LoadBalancingCommand.DeregisterTargets(arn, TargetGroups.targets(request)));
    return Members.NONE;
  }

  Members health(Call call, Members request) {
    Balancing.TargetGroup group = named(request);
    List<LoadBalancingCommand.Target> asked =
        request.objects("Targets").isEmpty() ? List.of() : TargetGroups.targets(request);
    return Members.NONE.with(
        "TargetHealthDescriptions",
        TargetGroups.health(group, store.taskTargets(group.arn()), asked, clock.instant()));
  }
}
