package io.longshore.api.inbound.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.balancing.ArnOf;
import io.longshore.api.core.balancing.Balancing;
import io.longshore.api.core.balancing.Refusals;
import io.longshore.api.core.balancing.Requests;
import io.longshore.api.core.balancing.SslPolicies;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.LoadBalancingStore;
import io.longshore.messages.Arns;
import io.longshore.messages.LoadBalancingCommand;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tags, and what is the same for everybody: limits and security policies. */
@ApplicationScoped
class BalancingTagOperations {
  private static final int ARNS_MAX = 20;
  private static final int KEYS_MAX = 50;

  /** What the scheduler enforces. */
  private static final Map<String, Integer> LIMITS =
      Map.of(
          "application-load-balancers", 50,
          "network-load-balancers", 50,
          "target-groups", 3000,
          "targets-per-target-group", 1000,
          "listeners-per-application-load-balancer", 50,
          "listeners-per-network-load-balancer", 50,
          "rules-per-application-load-balancer", 100,
          "certificates-per-application-load-balancer", 25,
          "certificates-per-network-load-balancer", 25,
          "condition-values-per-alb-rule", 5);

  private final Commands commands;
  private final LoadBalancingStore store;

  BalancingTagOperations(Commands commands, LoadBalancingStore store) {
    this.commands = commands;
    this.store = store;
  }

  Members add(Call call, Members request) {
    List<String> arns = Requests.some(request, "ResourceArns", ARNS_MAX);
    Map<String, String> tags = Requests.tags(request);
    if (tags.isEmpty()) {
      throw Refusals.invalid("'Tags' must be specified");
    }
    commands.ask(call, null, new LoadBalancingCommand.AddTags(arns, tags));
    return Members.NONE;
  }

  Members remove(Call call, Members request) {
    List<String> arns = Requests.some(request, "ResourceArns", ARNS_MAX);
    List<String> keys = Requests.some(request, "TagKeys", KEYS_MAX);
    commands.ask(call, null, new LoadBalancingCommand.RemoveTags(arns, keys));
    return Members.NONE;
  }

  Members describe(Call call, Members request) {
    List<String> arns = Requests.some(request, "ResourceArns", ARNS_MAX);
    Map<String, Map<String, String>> tags = new LinkedHashMap<>();
    store.loadBalancers(arns).forEach(each -> tags.put(each.arn(), each.tags()));
    store.targetGroups(arns).forEach(each -> tags.put(each.arn(), each.tags()));
    store.listeners(arns).forEach(each -> tags.put(each.arn(), each.tags()));
    store.rules(arns).forEach(each -> tags.put(each.arn(), each.tags()));
    List<Members> shown = new ArrayList<>();
    for (String arn : arns) {
      Map<String, String> ofResource = tags.get(arn);
      shown.add(
          Members.NONE
              .with("ResourceArn", arn)
              .with("Tags", Requests.shownTags(ofResource == null ? ofMissing(arn) : ofResource)));
    }
    return Members.NONE.with("TagDescriptions", shown);
  }

  /** The default rule of a listener is there and has none. */
  private Map<String, String> ofMissing(String arn) {
    if (arn.contains(":loadbalancer/")) {
      throw Refusals.noLoadBalancer(arn);
    } else if (arn.contains(":targetgroup/")) {
      throw Refusals.noTargetGroup();
    } else if (arn.contains(":listener/")) {
      throw Refusals.noListener();
    }
    String listener = Arns.listenerOf(ArnOf.rule(arn));
    List<Balancing.Listener> found = store.listeners(List.of(listener));
    if (found.isEmpty() || !Arns.defaultRule(listener).equals(arn)) {
      throw Refusals.noRule();
    }
    return Map.of();
  }

  Members limits(Call call, Members request) {
    return Members.NONE.with(
        "Limits",
        LIMITS.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(limit ->
                Members.NONE
                    .with("Name", limit.getKey())
                    .with("Max", Integer.toString(limit.getValue())))
            .toList());
  }

  Members sslPolicies(Call call, Members request) {
    return Members.NONE.with("SslPolicies", SslPolicies.shown(request.texts("Names")));
  }
}
