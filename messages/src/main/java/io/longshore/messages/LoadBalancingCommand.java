package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command about load balancers and target groups, all of which one shard has. ARNs are made by
 * the api, so that a resource is known by one name from its first command on.
 *
 * <p>{@code document} is the described resource as ELB shows it. What takes effect of it stands
 * beside it in the words of {@link Route}; in updates null members stay as they are, and the
 * document's members replace those of the same name.
 */
@JsonSubTypes({
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.CreateLoadBalancer.class,
      name = "CreateLoadBalancer"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.UpdateLoadBalancer.class,
      name = "UpdateLoadBalancer"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.DeleteLoadBalancer.class,
      name = "DeleteLoadBalancer"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.CreateTargetGroup.class,
      name = "CreateTargetGroup"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.UpdateTargetGroup.class,
      name = "UpdateTargetGroup"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.DeleteTargetGroup.class,
      name = "DeleteTargetGroup"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.CreateListener.class, name = "CreateListener"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.UpdateListener.class, name = "UpdateListener"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.DeleteListener.class, name = "DeleteListener"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.AddListenerCertificates.class,
      name = "AddListenerCertificates"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.RemoveListenerCertificates.class,
      name = "RemoveListenerCertificates"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.CreateRule.class, name = "CreateRule"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.UpdateRule.class, name = "UpdateRule"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.DeleteRule.class, name = "DeleteRule"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.SetRulePriorities.class,
      name = "SetRulePriorities"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.RegisterTargets.class, name = "RegisterTargets"),
  @JsonSubTypes.Type(
      value = LoadBalancingCommand.DeregisterTargets.class,
      name = "DeregisterTargets"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.AddTags.class, name = "AddTags"),
  @JsonSubTypes.Type(value = LoadBalancingCommand.RemoveTags.class, name = "RemoveTags"),
})
public sealed interface LoadBalancingCommand extends Command {
  @Override
  default String key() {
    return LOAD_BALANCING_KEY;
  }

  /** One of the same name and with the same document is no error and changes nothing. */
  record CreateLoadBalancer(
      String arn, String name, Route.Kind kind, Json document, Map<String, String> tags)
      implements LoadBalancingCommand {}

  /**
   * @param attributes to be set beside those that are
   */
  record UpdateLoadBalancer(String arn, Json document, Map<String, String> attributes)
      implements LoadBalancingCommand {}

  /** With its listeners and their rules. One that is not there is no error. */
  record DeleteLoadBalancer(String arn) implements LoadBalancingCommand {}

  /** One of the same name and with the same document is no error and changes nothing. */
  record CreateTargetGroup(
      String arn,
      String name,
      Route.Protocol protocol,
      String protocolVersion,
      Json document,
      Map<String, String> tags)
      implements LoadBalancingCommand {}

  /**
   * @param attributes to be set beside those that are
   */
  record UpdateTargetGroup(String arn, Json document, Map<String, String> attributes)
      implements LoadBalancingCommand {}

  /** One that is not there is no error. */
  record DeleteTargetGroup(String arn) implements LoadBalancingCommand {}

  /** One of the same port and with the same document is no error and changes nothing. */
  record CreateListener(
      String arn,
      String loadBalancerArn,
      int port,
      Route.Protocol protocol,
      List<String> certificates,
      Route.Action defaultAction,
      Json document,
      Map<String, String> tags)
      implements LoadBalancingCommand {}

  /**
   * @param certificate the default one
   * @param attributes to be set beside those that are
   */
  record UpdateListener(
      String arn,
      @Nullable Integer port,
      Route.@Nullable Protocol protocol,
      @Nullable String certificate,
      Route.@Nullable Action defaultAction,
      Json document,
      Map<String, String> attributes)
      implements LoadBalancingCommand {}

  /** With its rules. */
  record DeleteListener(String arn) implements LoadBalancingCommand {}

  /** Beside the default one. */
  record AddListenerCertificates(String arn, List<String> certificates)
      implements LoadBalancingCommand {}

  /** Those that are not there are no error. */
  record RemoveListenerCertificates(String arn, List<String> certificates)
      implements LoadBalancingCommand {}

  record CreateRule(
      String arn,
      String listenerArn,
      int priority,
      List<Route.Condition> conditions,
      Route.Action action,
      Json document,
      Map<String, String> tags)
      implements LoadBalancingCommand {}

  record UpdateRule(
      String arn,
      @Nullable List<Route.Condition> conditions,
      Route.@Nullable Action action,
      Json document)
      implements LoadBalancingCommand {}

  record DeleteRule(String arn) implements LoadBalancingCommand {}

  /**
   * All of them or none.
   *
   * @param priorities by the ARNs of rules
   */
  record SetRulePriorities(Map<String, Integer> priorities) implements LoadBalancingCommand {}

  /**
   * @param port null for that of the group
   */
  record Target(String host, @Nullable Integer port) {}

  record RegisterTargets(String targetGroupArn, List<Target> targets)
      implements LoadBalancingCommand {}

  /** Those that are not there are no error. Without a port, all of the host. */
  record DeregisterTargets(String targetGroupArn, List<Target> targets)
      implements LoadBalancingCommand {}

  /** All of them or none. */
  record AddTags(List<String> arns, Map<String, String> tags) implements LoadBalancingCommand {}

  /** All of them or none. */
  record RemoveTags(List<String> arns, List<String> tagKeys) implements LoadBalancingCommand {}
}
