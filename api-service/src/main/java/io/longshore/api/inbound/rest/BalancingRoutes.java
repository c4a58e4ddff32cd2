package io.longshore.api.inbound.rest;

import static io.longshore.api.inbound.rest.Route.delete;
import static io.longshore.api.inbound.rest.Route.get;
import static io.longshore.api.inbound.rest.Route.patch;
import static io.longshore.api.inbound.rest.Route.post;
import static io.longshore.api.inbound.rest.Route.put;

import io.longshore.api.inbound.rest.Route.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The lines about load balancing, all of them operations of ELB. Load balancers and target groups
 * go by their names, which {@link BalancingNames} knows the ARNs of; a listener and a rule by the
 * id at the end of theirs, below what they belong to.
 */
final class BalancingRoutes {
  private static final String BALANCERS = "/v1/load-balancers";
  private static final String BALANCER = BALANCERS + "/{loadBalancer}";
  private static final String LISTENERS = BALANCER + "/listeners";
  private static final String LISTENER = LISTENERS + "/{listener}";
  private static final String RULES = LISTENER + "/rules";
  private static final String RULE = RULES + "/{rule}";
  private static final String GROUPS = "/v1/target-groups";
  private static final String GROUP = GROUPS + "/{targetGroup}";
  private static final String TARGETS = GROUP + "/targets";
  private static final String TARGET = TARGETS + "/{target}/{port}";

  /** More is on no page. */
  private static final int MOST = 100;

  private static final Shown WHOLE = new Shown.Whole("");

  private final String balancerArn;
  private final String listenerArn;
  private final String ruleArn;
  private final String groupArn;

  private BalancingRoutes(String arn) {
    balancerArn = arn + "loadbalancer/{loadBalancer}";
    listenerArn = arn + "listener/{loadBalancer}/{listener}";
    ruleArn = arn + "listener-rule/{loadBalancer}/{listener}/{rule}";
    groupArn = arn + "targetgroup/{targetGroup}";
  }

  /**
   * @param arn how all ARNs of ELB begin here, up to the kind
   */
  static List<Route> all(String arn) {
    BalancingRoutes routes = new BalancingRoutes(arn);
    List<Route> all = new ArrayList<>();
    all.addAll(routes.balancers());
    all.addAll(routes.listeners());
    all.addAll(routes.certificates());
    all.addAll(routes.rules());
    all.addAll(routes.groups());
    all.addAll(routes.targets());
    all.addAll(tags("load balancer", BALANCER, routes.balancerArn));
    all.addAll(tags("listener", LISTENER, routes.listenerArn));
    all.addAll(tags("rule", RULE, routes.ruleArn));
    all.addAll(tags("target group", GROUP, routes.groupArn));
    all.add(
        get("/v1/load-balancing-limits", "DescribeAccountLimits", "How many there may be of what.")
            .shows(WHOLE));
    all.add(
        get("/v1/ssl-policies", "DescribeSSLPolicies", "The security policies of listeners.")
            .query("Names")
            .shows(WHOLE));
    return all;
  }

  private List<Route> balancers() {
    return List.of(
        get(BALANCERS, "DescribeLoadBalancers", "The load balancers.")
            .shows(new Shown.Page("LoadBalancers", MOST)),
        post(BALANCERS, "CreateLoadBalancer", "Creates a load balancer.")
            .shows(new Shown.Item("LoadBalancers"))
            .at(BALANCERS + "/{LoadBalancerName}"),
        get(BALANCER, "DescribeLoadBalancers", "A load balancer.")
            .given("LoadBalancerArns", balancerArn)
            .shows(new Shown.Item("LoadBalancers")),
        delete(BALANCER, "DeleteLoadBalancer", "Deletes a load balancer with its listeners.")
            .given("LoadBalancerArn", balancerArn)
            .status(204),
        get(BALANCER + "/attributes", "DescribeLoadBalancerAttributes", "Its attributes.")
            .given("LoadBalancerArn", balancerArn)
            .shows(WHOLE),
        patch(BALANCER + "/attributes", "ModifyLoadBalancerAttributes", "Sets attributes of it.")
            .given("LoadBalancerArn", balancerArn)
            .shows(WHOLE),
        put(BALANCER + "/subnets", "SetSubnets", "Says which subnets it is shown in.")
            .given("LoadBalancerArn", balancerArn)
            .shows(WHOLE),
        put(BALANCER + "/security-groups", "SetSecurityGroups", "Says which ones it is shown with.")
            .given("LoadBalancerArn", balancerArn)
            .shows(WHOLE),
        put(BALANCER + "/ip-address-type", "SetIpAddressType", "Says which one it is shown with.")
            .given("LoadBalancerArn", balancerArn)
            .shows(WHOLE),
        get(
                BALANCER + "/capacity-reservation",
                "DescribeCapacityReservation",
                "What is reserved for it: nothing.")
            .given("LoadBalancerArn", balancerArn)
            .shows(WHOLE),
        get(BALANCER + "/target-groups", "DescribeTargetGroups", "The groups that it sends to.")
            .given("LoadBalancerArn", balancerArn)
            .shows(new Shown.Page("TargetGroups", MOST)));
  }

  private List<Route> listeners() {
    return List.of(
        get(LISTENERS, "DescribeListeners", "The listeners of a load balancer.")
            .given("LoadBalancerArn", balancerArn)
            .shows(new Shown.Page("Listeners", MOST)),
        post(LISTENERS, "CreateListener", "Creates a listener.")
            .given("LoadBalancerArn", balancerArn)
            .shows(new Shown.Item("Listeners"))
            .at(LISTENERS + "/{ListenerArn}"),
        get(LISTENER, "DescribeListeners", "A listener.")
            .given("ListenerArns", listenerArn)
            .shows(new Shown.Item("Listeners")),
        patch(LISTENER, "ModifyListener", "Changes the members of a listener that are given.")
            .given("ListenerArn", listenerArn)
            .shows(new Shown.Item("Listeners")),
        delete(LISTENER, "DeleteListener", "Deletes a listener with its rules.")
            .given("ListenerArn", listenerArn)
            .status(204),
        get(LISTENER + "/attributes", "DescribeListenerAttributes", "Its attributes.")
            .given("ListenerArn", listenerArn)
            .shows(WHOLE),
        patch(LISTENER + "/attributes", "ModifyListenerAttributes", "Sets attributes of it.")
            .given("ListenerArn", listenerArn)
            .shows(WHOLE));
  }

  private List<Route> certificates() {
    String all = LISTENER + "/certificates";
    return List.of(
        get(all, "DescribeListenerCertificates", "The certificates of a listener.")
            .given("ListenerArn", listenerArn)
            .shows(WHOLE),
        patch(all, "AddListenerCertificates", "Adds certificates to a listener.")
            .given("ListenerArn", listenerArn)
            .shows(WHOLE),
        delete(
                all + "/{certificate}",
                "RemoveListenerCertificates",
                "Takes a certificate, by its ARN, from a listener.")
            .given("ListenerArn", listenerArn)
            .given("Certificates", List.of(Map.of("CertificateArn", "{certificate}")))
            .status(204));
  }

  private List<Route> rules() {
    return List.of(
        get(RULES, "DescribeRules", "The rules of a listener; the last one is its default.")
            .given("ListenerArn", listenerArn)
            .shows(new Shown.Page("Rules", MOST)),
        post(RULES, "CreateRule", "Creates a rule.")
            .given("ListenerArn", listenerArn)
            .shows(new Shown.Item("Rules"))
            .at(RULES + "/{RuleArn}"),
        get(RULE, "DescribeRules", "A rule.")
            .given("RuleArns", ruleArn)
            .shows(new Shown.Item("Rules")),
        patch(RULE, "ModifyRule", "Changes the members of a rule that are given.")
            .given("RuleArn", ruleArn)
            .shows(new Shown.Item("Rules")),
        delete(RULE, "DeleteRule", "Deletes a rule.").given("RuleArn", ruleArn).status(204),
        patch("/v1/rule-priorities", "SetRulePriorities", "Sets the priorities of rules, at once.")
            .shows(WHOLE));
  }

  private List<Route> groups() {
    return List.of(
        get(GROUPS, "DescribeTargetGroups", "The target groups.")
            .shows(new Shown.Page("TargetGroups", MOST)),
        post(GROUPS, "CreateTargetGroup", "Creates a target group.")
            .shows(new Shown.Item("TargetGroups"))
            .at(GROUPS + "/{TargetGroupName}"),
        get(GROUP, "DescribeTargetGroups", "A target group.")
            .given("TargetGroupArns", groupArn)
            .shows(new Shown.Item("TargetGroups")),
        patch(GROUP, "ModifyTargetGroup", "Changes how the health of its targets is checked.")
            .given("TargetGroupArn", groupArn)
            .shows(new Shown.Item("TargetGroups")),
        delete(GROUP, "DeleteTargetGroup", "Deletes a target group that nothing sends to.")
            .given("TargetGroupArn", groupArn)
            .status(204),
        get(GROUP + "/attributes", "DescribeTargetGroupAttributes", "Its attributes.")
            .given("TargetGroupArn", groupArn)
            .shows(WHOLE),
        patch(GROUP + "/attributes", "ModifyTargetGroupAttributes", "Sets attributes of it.")
            .given("TargetGroupArn", groupArn)
            .shows(WHOLE));
  }

  private List<Route> targets() {
    List<Map<String, String>> target = List.of(Map.of("Id", "{target}", "Port", "{port}"));
    return List.of(
        get(TARGETS, "DescribeTargetHealth", "The targets of a group, and how they are.")
            .given("TargetGroupArn", groupArn)
            .shows(WHOLE),
        patch(TARGETS, "RegisterTargets", "Registers targets; those there are stay.")
            .given("TargetGroupArn", groupArn)
            .status(204),
        get(TARGET, "DescribeTargetHealth", "How a target is; unused when it is not registered.")
            .given("TargetGroupArn", groupArn)
            .given("Targets", target)
            .shows(new Shown.Item("TargetHealthDescriptions")),
        delete(TARGET, "DeregisterTargets", "Deregisters a target; it drains if it has traffic.")
            .given("TargetGroupArn", groupArn)
            .given("Targets", target)
            .status(204));
  }

  private static List<Route> tags(String kind, String path, String arn) {
    return List.of(
        get(path + "/tags", "DescribeTags", "The tags of a " + kind + ".")
            .given("ResourceArns", arn)
            .shows(new Shown.Item("TagDescriptions")),
        patch(path + "/tags", "AddTags", "Adds tags to a " + kind + ", or changes their values.")
            .given("ResourceArns", arn)
            .status(204),
        delete(path + "/tags", "RemoveTags", "Takes tags from a " + kind + ".")
            .given("ResourceArns", arn)
            .query("TagKeys")
            .status(204));
  }
}
