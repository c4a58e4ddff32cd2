package io.longshore.scheduler.core;

import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Route;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What commands about target groups come to. */
final class TargetGroupCommands {
  /** ELB's quotas. */
  private static final int GROUPS_MAX = 3000;

  private static final int TARGETS_MAX = 1000;

  Decided create(LoadBalancing state, LoadBalancingCommand.CreateTargetGroup command, Instant now) {
    List<Balanced.TargetGroup> all = state.groups();
    for (Balanced.TargetGroup other : all) {
      if (other.name().equals(command.name())) {
        return other.document().isLike(command.document())
            ? Decided.accepted(other.arn())
            : Decided.rejected(
                ErrorType.DUPLICATE_TARGET_GROUP_NAME,
                "A target group with the same name '%s' exists, but with different settings"
                    .formatted(command.name()));
      }
    }
    if (all.size() >= GROUPS_MAX) {
      return Decided.rejected(
          ErrorType.TOO_MANY_TARGET_GROUPS, "There can be %d target groups.".formatted(GROUPS_MAX));
    }
    return LoadBalancingCommands.put(
        new Balanced.TargetGroup(
            command.arn(),
            command.name(),
            command.protocol(),
            command.protocolVersion(),
            command.document(),
            Map.of(),
            List.of(),
            command.tags(),
            now,
            List.of()));
  }

  Decided update(LoadBalancing state, LoadBalancingCommand.UpdateTargetGroup command) {
    Balanced.TargetGroup group = state.group(command.arn());
    return group == null
        ? LoadBalancingCommands.groupsNotFound()
        : LoadBalancingCommands.put(group.with(command.document(), command.attributes()));
  }

  Decided delete(LoadBalancing state, LoadBalancingCommand.DeleteTargetGroup command) {
    Balanced.TargetGroup group = state.group(command.arn());
    if (group == null) {
      return Decided.accepted(command.arn());
    }
    return state.usersOf(group.arn()).isEmpty()
        ? Decided.accepted(group.arn(), new Decision.DropBalanced(group))
        : Decided.rejected(
            ErrorType.IN_USE,
            "Target group '%s' is currently in use by a listener or a rule".formatted(group.arn()));
  }

  private record Address(String host, int port) {}

  Decided register(LoadBalancing state, LoadBalancingCommand.RegisterTargets command, Instant now) {
    Balanced.TargetGroup group = state.group(command.targetGroupArn());
    if (group == null) {
      return LoadBalancingCommands.groupsNotFound();
    }
    Map<Address, Route.StaticTarget> targets = new LinkedHashMap<>();
    for (Route.StaticTarget target : remaining(group, now)) {
      targets.put(new Address(target.host(), target.port()), target);
    }
    for (LoadBalancingCommand.Target target : command.targets()) {
      Integer given = target.port();
      int port = given == null ? group.port() : given;
      targets.put(
          new Address(target.host(), port), new Route.StaticTarget(target.host(), port, null));
    }
    if (targets.size() > TARGETS_MAX) {
      return Decided.rejected(
          ErrorType.TOO_MANY_TARGETS, "A target group can have %d targets.".formatted(TARGETS_MAX));
    }
    return LoadBalancingCommands.put(group.withTargets(List.copyOf(targets.values())));
  }

  /** A target that gets traffic may end what it has begun; any other goes at once. */
  Decided deregister(
      LoadBalancing state, LoadBalancingCommand.DeregisterTargets command, Instant now) {
    Balanced.TargetGroup group = state.group(command.targetGroupArn());
    if (group == null) {
      return LoadBalancingCommands.groupsNotFound();
    }
    boolean drain = group.drainingSeconds() > 0 && !state.usersOf(group.arn()).isEmpty();
    Instant until = now.plusSeconds(group.drainingSeconds());
    List<Route.StaticTarget> targets = new ArrayList<>();
    for (Route.StaticTarget target : remaining(group, now)) {
      boolean leaves = command.targets().stream().anyMatch(given -> names(given, target));
      if (!leaves || target.drainingUntil() != null) {
        targets.add(target);
      } else if (drain) {
        targets.add(new Route.StaticTarget(target.host(), target.port(), until));
      }
    }
    return LoadBalancingCommands.put(group.withTargets(List.copyOf(targets)));
  }

  private static boolean names(LoadBalancingCommand.Target given, Route.StaticTarget target) {
    Integer port = given.port();
    return given.host().equals(target.host()) && (port == null || port == target.port());
  }

  /** Those whose draining is not over. */
  private static List<Route.StaticTarget> remaining(Balanced.TargetGroup group, Instant now) {
    return group.targets().stream()
        .filter(target -> {
          Instant until = target.drainingUntil();
          return until == null || until.isAfter(now);
        })
        .toList();
  }
}
