package io.longshore.scheduler.core;

import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Route;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What commands about load balancers come to; of groups and of listeners others decide. */
final class LoadBalancingCommands {
  /** ELB's quotas. */
  private static final int LOAD_BALANCERS_MAX = 50;

  private static final int TAGS_MAX = 50;

  private final TargetGroupCommands groupCommands = new TargetGroupCommands();
  private final ListenerCommands listenerCommands = new ListenerCommands();
  private final ListenerRuleCommands ruleCommands = new ListenerRuleCommands();

  Decided decide(LoadBalancing state, LoadBalancingCommand asked, Instant now) {
    return switch (asked) {
      case LoadBalancingCommand.CreateLoadBalancer command -> create(state, command, now);
      case LoadBalancingCommand.UpdateLoadBalancer command -> update(state, command);
      case LoadBalancingCommand.DeleteLoadBalancer command -> delete(state, command);
      case LoadBalancingCommand.CreateTargetGroup command ->
          groupCommands.create(state, command, now);
      case LoadBalancingCommand.UpdateTargetGroup command -> groupCommands.update(state, command);
      case LoadBalancingCommand.DeleteTargetGroup command -> groupCommands.delete(state, command);
      case LoadBalancingCommand.RegisterTargets command ->
          groupCommands.register(state, command, now);
      case LoadBalancingCommand.DeregisterTargets command ->
          groupCommands.deregister(state, command, now);
      case LoadBalancingCommand.CreateListener command ->
          listenerCommands.create(state, command, now);
      case LoadBalancingCommand.UpdateListener command -> listenerCommands.update(state, command);
      case LoadBalancingCommand.DeleteListener command -> listenerCommands.delete(state, command);
      case LoadBalancingCommand.AddListenerCertificates command ->
          listenerCommands.add(state, command);
      case LoadBalancingCommand.RemoveListenerCertificates command ->
          listenerCommands.remove(state, command);
      case LoadBalancingCommand.CreateRule command -> ruleCommands.create(state, command, now);
      case LoadBalancingCommand.UpdateRule command -> ruleCommands.update(state, command);
      case LoadBalancingCommand.DeleteRule command -> ruleCommands.delete(state, command);
      case LoadBalancingCommand.SetRulePriorities command ->
          ruleCommands.setPriorities(state, command);
      case LoadBalancingCommand.AddTags command -> tag(state, command);
      case LoadBalancingCommand.RemoveTags command -> untag(state, command);
    };
  }

  private static Decided create(
      LoadBalancing state, LoadBalancingCommand.CreateLoadBalancer command, Instant now) {
    List<Balanced.LoadBalancer> all = state.loadBalancers();
    for (Balanced.LoadBalancer other : all) {
      if (other.name().equals(command.name())) {
        return other.kind() == command.kind() && other.document().isLike(command.document())
            ? Decided.accepted(other.arn())
            : Decided.rejected(
                ErrorType.DUPLICATE_LOAD_BALANCER_NAME,
                "A load balancer with the same name '%s' exists, but with different settings"
                    .formatted(command.name()));
      }
    }
    long ofKind = all.stream().filter(other -> other.kind() == command.kind()).count();
    if (ofKind >= LOAD_BALANCERS_MAX) {
      return Decided.rejected(
          ErrorType.TOO_MANY_LOAD_BALANCERS,
          "There can be %d load balancers of a type.".formatted(LOAD_BALANCERS_MAX));
    }
    return put(
        new Balanced.LoadBalancer(
            command.arn(),
            command.name(),
            command.kind(),
            command.document(),
            Map.of(),
            command.tags(),
            now));
  }

  private static Decided update(
      LoadBalancing state, LoadBalancingCommand.UpdateLoadBalancer command) {
    Balanced.LoadBalancer balancer = state.loadBalancer(command.arn());
    return balancer == null
        ? notFound()
        : put(balancer.with(command.document(), command.attributes()));
  }

  private static Decided delete(
      LoadBalancing state, LoadBalancingCommand.DeleteLoadBalancer command) {
    Balanced.LoadBalancer balancer = state.loadBalancer(command.arn());
    if (balancer == null) {
      return Decided.accepted(command.arn());
    }
    if (balancer.isProtected()) {
      return Decided.rejected(
          ErrorType.OPERATION_NOT_PERMITTED,
          "Load balancer '%s' cannot be deleted because deletion protection is enabled"
              .formatted(command.arn()));
    }
    List<Decision> decisions = new ArrayList<>();
    for (Balanced.Listener listener : state.listenersOf(balancer.arn())) {
      decisions.addAll(ListenerCommands.drop(state, listener));
    }
    decisions.add(new Decision.DropBalanced(balancer));
    return new Decided(Accepted.of(command.arn()), decisions);
  }

  private static Decided tag(LoadBalancing state, LoadBalancingCommand.AddTags command) {
    List<Decision> decisions = new ArrayList<>();
    for (String arn : command.arns()) {
      Balanced resource = state.find(arn);
      if (resource == null) {
        return missing(arn);
      }
      Map<String, String> tags = new HashMap<>(resource.tags());
      tags.putAll(command.tags());
      if (tags.size() > TAGS_MAX) {
        return Decided.rejected(
            ErrorType.TOO_MANY_TAGS, "A resource can have %d tags.".formatted(TAGS_MAX));
      }
      decisions.add(new Decision.PutBalanced(resource.withTags(Map.copyOf(tags))));
    }
    return new Decided(new Accepted(command.arns(), List.of()), decisions);
  }

  private static Decided untag(LoadBalancing state, LoadBalancingCommand.RemoveTags command) {
    List<Decision> decisions = new ArrayList<>();
    for (String arn : command.arns()) {
      Balanced resource = state.find(arn);
      if (resource == null) {
        return missing(arn);
      }
      Map<String, String> tags = new HashMap<>(resource.tags());
      command.tagKeys().forEach(tags::remove);
      decisions.add(new Decision.PutBalanced(resource.withTags(Map.copyOf(tags))));
    }
    return new Decided(new Accepted(command.arns(), List.of()), decisions);
  }

  static Decided put(Balanced resource) {
    return Decided.accepted(resource.arn(), new Decision.PutBalanced(resource));
  }

  static Decided notFound() {
    return Decided.rejected(
        ErrorType.LOAD_BALANCER_NOT_FOUND, "One or more load balancers not found");
  }

  static Decided groupsNotFound() {
    return Decided.rejected(
        ErrorType.TARGET_GROUP_NOT_FOUND, "One or more target groups not found");
  }

  /** In the words for what the ARN says it is of. */
  private static Decided missing(String arn) {
    if (arn.contains(":targetgroup/")) {
      return groupsNotFound();
    } else if (arn.contains(":listener/")) {
      return ListenerCommands.notFound();
    } else if (arn.contains(":listener-rule/")) {
      return ListenerRuleCommands.notFound();
    }
    return notFound();
  }

  /**
   * Why a listener cannot send to where an action says; null when it can. ELB has a group behind
   * one load balancer only.
   */
  static @Nullable Decided refusal(
      LoadBalancing state, Balanced.LoadBalancer balancer, Route.Action action) {
    for (String arn : LoadBalancing.groupsOf(action)) {
      Balanced.TargetGroup group = state.group(arn);
      if (group == null) {
        return groupsNotFound();
      }
      if (group.isHttp() != (balancer.kind() == Route.Kind.APPLICATION)) {
        return Decided.rejected(
            ErrorType.INCOMPATIBLE_PROTOCOLS,
            "The target group '%s' with protocol %s cannot be behind a load balancer of this type"
                .formatted(arn, group.protocol()));
      }
      if (state.usersOf(arn).stream().anyMatch(user -> !user.equals(balancer.arn()))) {
        return Decided.rejected(
            ErrorType.TARGET_GROUP_ASSOCIATION_LIMIT,
            "The following target groups cannot be associated with more than one load balancer: "
                + arn);
      }
    }
    return null;
  }
}
