package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What commands about the rules of listeners come to. */
final class ListenerRuleCommands {
  /** ELB's quota, for all listeners of a load balancer. */
  private static final int RULES_MAX = 100;

  Decided create(LoadBalancing state, LoadBalancingCommand.CreateRule command, Instant now) {
    Balanced.Listener listener = state.listener(command.listenerArn());
    Balanced.LoadBalancer balancer = balancerOf(state, listener);
    if (listener == null || balancer == null) {
      return ListenerCommands.notFound();
    }
    if (state.rulesOf(listener.arn()).stream()
        .anyMatch(other -> other.priority() == command.priority())) {
      return inUse(command.priority());
    }
    int rules =
        state.listenersOf(balancer.arn()).stream()
            .mapToInt(each -> state.rulesOf(each.arn()).size())
            .sum();
    if (rules >= RULES_MAX) {
      return Decided.rejected(
          ErrorType.TOO_MANY_RULES, "A load balancer can have %d rules.".formatted(RULES_MAX));
    }
    Decided refusal = LoadBalancingCommands.refusal(state, balancer, command.action());
    return refusal != null
        ? refusal
        : LoadBalancingCommands.put(
            new Balanced.Rule(
                command.arn(),
                command.priority(),
                command.conditions(),
                command.action(),
                command.document(),
                command.tags(),
                now));
  }

  private static Balanced.@Nullable LoadBalancer balancerOf(
      LoadBalancing state, Balanced.@Nullable Listener listener) {
    return listener == null ? null : state.loadBalancer(listener.loadBalancerArn());
  }

  private static Decided inUse(int priority) {
    return Decided.rejected(
        ErrorType.PRIORITY_IN_USE, "Priority '%d' is currently in use".formatted(priority));
  }

  Decided update(LoadBalancing state, LoadBalancingCommand.UpdateRule command) {
    Balanced.Rule before = state.rule(command.arn());
    Balanced.LoadBalancer balancer =
        before == null ? null : balancerOf(state, state.listener(before.listenerArn()));
    if (before == null || balancer == null) {
      return isDefault(state, command.arn())
          ? Decided.rejected(
              ErrorType.OPERATION_NOT_PERMITTED,
              "Default rule '%s' cannot be modified; modify its listener".formatted(command.arn()))
          : notFound();
    }
    Balanced.Rule after = before.with(command.conditions(), command.action(), command.document());
    Decided refusal = LoadBalancingCommands.refusal(state, balancer, after.action());
    return refusal == null ? LoadBalancingCommands.put(after) : refusal;
  }

  Decided delete(LoadBalancing state, LoadBalancingCommand.DeleteRule command) {
    Balanced.Rule rule = state.rule(command.arn());
    if (rule != null) {
      return Decided.accepted(rule.arn(), new Decision.DropBalanced(rule));
    }
    return isDefault(state, command.arn())
        ? Decided.rejected(
            ErrorType.OPERATION_NOT_PERMITTED,
            "Default rule '%s' cannot be deleted".formatted(command.arn()))
        : notFound();
  }

  private static boolean isDefault(LoadBalancing state, String ruleArn) {
    String listener = Arns.listenerOf(ruleArn);
    return state.listener(listener) != null && Arns.defaultRule(listener).equals(ruleArn);
  }

  /** What counts is what the priorities are afterwards: two rules may change places. */
  Decided setPriorities(LoadBalancing state, LoadBalancingCommand.SetRulePriorities command) {
    Map<String, Integer> priorities = command.priorities();
    List<Decision> decisions = new ArrayList<>();
    Set<String> listeners = new HashSet<>();
    for (Map.Entry<String, Integer> entry : priorities.entrySet()) {
      Balanced.Rule rule = state.rule(entry.getKey());
      if (rule == null) {
        return notFound();
      }
      listeners.add(rule.listenerArn());
      decisions.add(new Decision.PutBalanced(rule.withPriority(entry.getValue())));
    }
    for (String listener : listeners) {
      Set<Integer> taken = new HashSet<>();
      for (Balanced.Rule rule : state.rulesOf(listener)) {
        int priority = priorities.getOrDefault(rule.arn(), rule.priority());
        if (!taken.add(priority)) {
          return inUse(priority);
        }
      }
    }
    return new Decided(new Accepted(List.copyOf(priorities.keySet()), List.of()), decisions);
  }

  static Decided notFound() {
    return Decided.rejected(ErrorType.RULE_NOT_FOUND, "One or more rules not found");
  }
}
