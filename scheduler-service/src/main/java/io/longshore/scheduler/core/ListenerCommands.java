package io.longshore.scheduler.core;

import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Route;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What commands about listeners come to. */
final class ListenerCommands {
  /** ELB's quotas. */
  private static final int LISTENERS_MAX = 50;

  private static final int CERTIFICATES_MAX = 25;

  Decided create(LoadBalancing state, LoadBalancingCommand.CreateListener command, Instant now) {
    Balanced.LoadBalancer balancer = state.loadBalancer(command.loadBalancerArn());
    if (balancer == null) {
      return LoadBalancingCommands.notFound();
    }
    Balanced.Listener listener =
        new Balanced.Listener(
            command.arn(),
            command.port(),
            command.protocol(),
            command.certificates(),
            command.defaultAction(),
            command.document(),
            Map.of(),
            command.tags(),
            now);
    List<Balanced.Listener> all = state.listenersOf(balancer.arn());
    for (Balanced.Listener other : all) {
      if (other.port() == listener.port()) {
        return isTheSame(other, listener)
            ? Decided.accepted(other.arn())
            : duplicate(balancer.arn());
      }
    }
    if (all.size() >= LISTENERS_MAX) {
      return Decided.rejected(
          ErrorType.TOO_MANY_LISTENERS,
          "A load balancer can have %d listeners.".formatted(LISTENERS_MAX));
    }
    return checked(state, balancer, listener);
  }

  private static boolean isTheSame(Balanced.Listener one, Balanced.Listener other) {
    return one.protocol() == other.protocol()
        && one.certificates().equals(other.certificates())
        && one.document().isLike(other.document());
  }

  private static Decided duplicate(String loadBalancerArn) {
    return Decided.rejected(
        ErrorType.DUPLICATE_LISTENER,
        "A listener already exists on this port for this load balancer '%s'"
            .formatted(loadBalancerArn));
  }

  private static Decided checked(
      LoadBalancing state, Balanced.LoadBalancer balancer, Balanced.Listener listener) {
    Decided refusal = LoadBalancingCommands.refusal(state, balancer, listener.defaultAction());
    return refusal == null ? LoadBalancingCommands.put(listener) : refusal;
  }

  Decided update(LoadBalancing state, LoadBalancingCommand.UpdateListener command) {
    Balanced.Listener before = state.listener(command.arn());
    Balanced.LoadBalancer balancer =
        before == null ? null : state.loadBalancer(before.loadBalancerArn());
    if (before == null || balancer == null) {
      return notFound();
    }
    Integer port = command.port();
    Route.Protocol protocol = command.protocol();
    Route.Action action = command.defaultAction();
    Map<String, String> attributes = new HashMap<>(before.attributes());
    attributes.putAll(command.attributes());
    Balanced.Listener after =
        new Balanced.Listener(
            before.arn(),
            port == null ? before.port() : port,
            protocol == null ? before.protocol() : protocol,
            certificates(before, protocol, command.certificate()),
            action == null ? before.defaultAction() : action,
            before.document().with(command.document()),
            Map.copyOf(attributes),
            before.tags(),
            before.createdAt());
    boolean taken =
        state.listenersOf(balancer.arn()).stream()
            .anyMatch(other -> other.port() == after.port() && !other.arn().equals(after.arn()));
    return taken ? duplicate(balancer.arn()) : checked(state, balancer, after);
  }

  /** Without TLS there are none; another default one leaves the others. */
  private static List<String> certificates(
      Balanced.Listener before, Route.@Nullable Protocol protocol, @Nullable String certificate) {
    if (protocol == Route.Protocol.HTTP || protocol == Route.Protocol.TCP) {
      return List.of();
    }
    if (certificate == null) {
      return before.certificates();
    }
    Set<String> all = new LinkedHashSet<>(List.of(certificate));
    all.addAll(before.certificates().stream().skip(1).toList());
    return List.copyOf(all);
  }

  Decided delete(LoadBalancing state, LoadBalancingCommand.DeleteListener command) {
    Balanced.Listener listener = state.listener(command.arn());
    return listener == null
        ? notFound()
        : Decided.accepted(command.arn(), drop(state, listener).toArray(Decision[]::new));
  }

  /** What it takes for a listener to be no more: its rules first. */
  static List<Decision> drop(LoadBalancing state, Balanced.Listener listener) {
    List<Decision> decisions = new ArrayList<>();
    state.rulesOf(listener.arn()).forEach(rule -> decisions.add(new Decision.DropBalanced(rule)));
    decisions.add(new Decision.DropBalanced(listener));
    return decisions;
  }

  Decided add(LoadBalancing state, LoadBalancingCommand.AddListenerCertificates command) {
    Balanced.Listener listener = state.listener(command.arn());
    if (listener == null) {
      return notFound();
    }
    Set<String> all = new LinkedHashSet<>(listener.certificates());
    all.addAll(command.certificates());
    return all.size() > CERTIFICATES_MAX + 1
        ? Decided.rejected(
            ErrorType.TOO_MANY_CERTIFICATES,
            "A listener can have %d certificates beside the default one."
                .formatted(CERTIFICATES_MAX))
        : LoadBalancingCommands.put(listener.withCertificates(List.copyOf(all)));
  }

  Decided remove(LoadBalancing state, LoadBalancingCommand.RemoveListenerCertificates command) {
    Balanced.Listener listener = state.listener(command.arn());
    if (listener == null) {
      return notFound();
    }
    List<String> before = listener.certificates();
    if (!before.isEmpty() && command.certificates().contains(before.getFirst())) {
      return Decided.rejected(
          ErrorType.OPERATION_NOT_PERMITTED,
          "The default certificate of a listener cannot be removed");
    }
    return LoadBalancingCommands.put(
        listener.withCertificates(
            before.stream().filter(arn -> !command.certificates().contains(arn)).toList()));
  }

  static Decided notFound() {
    return Decided.rejected(ErrorType.LISTENER_NOT_FOUND, "One or more listeners not found");
  }
}
