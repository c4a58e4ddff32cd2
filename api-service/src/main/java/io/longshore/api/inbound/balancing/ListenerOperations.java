package io.longshore.api.inbound.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.balancing.Actions;
import io.longshore.api.core.balancing.ArnOf;
import io.longshore.api.core.balancing.Attributes;
import io.longshore.api.core.balancing.Balancing;
import io.longshore.api.core.balancing.Listeners;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Listeners and their certificates. */
@ApplicationScoped
class ListenerOperations {
  private static final String ARN = "ListenerArn";
  private static final int ARNS_MAX = 100;

  private final Commands commands;
  private final LoadBalancingStore store;
  private final Markers markers;

  ListenerOperations(Commands commands, LoadBalancingStore store, Markers markers) {
    this.commands = commands;
    this.store = store;
    this.markers = markers;
  }

  Members create(Call call, Members request) {
    String balancer = ArnOf.loadBalancer(Requests.required(request, "LoadBalancerArn"));
    int port = Listeners.port(request);
    String protocol = Listeners.protocol(request, balancer);
    String certificate = Listeners.certificate(request);
    if (Listeners.isSecure(protocol) && certificate == null) {
      throw EcsException.of(
          "ValidationError",
          "A certificate must be specified for %s listeners".formatted(protocol));
    }
    Actions.Parsed action =
        Actions.parse(request.objects("DefaultActions"), ArnOf.isNetwork(balancer));
    Members document = Listeners.document(request, protocol).with("DefaultActions", action.shown());
    String arn =
        commands
            .ask(
                call,
                null,
                new LoadBalancingCommand.CreateListener(
                    Arns.listener(balancer, NewIds.next()),
                    balancer,
                    port,
                    Route.Protocol.valueOf(protocol),
                    certificate == null ? List.of() : List.of(certificate),
                    action.action(),
                    document.json(),
                    Requests.tags(request)))
            .ids()
            .getFirst();
    return shown(found(arn));
  }

  private static Members shown(Balancing.Listener listener) {
    return Members.NONE.with("Listeners", List.of(Listeners.shown(listener)));
  }

  private Balancing.Listener found(String arn) {
    return store.listeners(List.of(arn)).stream().findFirst().orElseThrow(Refusals::noListener);
  }

  private Balancing.Listener named(Members request) {
    return found(ArnOf.listener(Requests.required(request, ARN)));
  }

  Members describe(Call call, Members request) {
    String balancer = request.text("LoadBalancerArn", "");
    List<String> wanted = request.texts("ListenerArns");
    if (balancer.isEmpty() == wanted.isEmpty()) {
      throw Refusals.invalid("Either LoadBalancerArn or ListenerArns must be specified");
    }
    return markers.page(
        request,
        "Listeners",
        balancer.isEmpty() ? chosen(wanted) : ofBalancer(balancer),
        Balancing.Listener::arn,
        Listeners::shown,
        "DescribeListeners",
        balancer,
        wanted.toString());
  }

  private List<Balancing.Listener> ofBalancer(String arn) {
    if (store.loadBalancers(List.of(ArnOf.loadBalancer(arn))).isEmpty()) {
      throw Refusals.noLoadBalancer(arn);
    }
    return store.listenersOf(arn).stream()
        .sorted(Comparator.comparing(Balancing.Listener::arn))
        .toList();
  }

  private List<Balancing.Listener> chosen(List<String> wanted) {
    wanted.forEach(ArnOf::listener);
    Set<String> arns = Set.copyOf(wanted);
    if (arns.size() > ARNS_MAX) {
      throw Refusals.invalid("ListenerArns must have at most %d items".formatted(ARNS_MAX));
    }
    List<Balancing.Listener> found = store.listeners(arns);
    if (found.size() < arns.size()) {
      throw Refusals.noListener();
    }
    return found;
  }

  Members modify(Call call, Members request) {
    Balancing.Listener before = named(request);
    boolean otherProtocol = request.has("Protocol");
    String protocol =
        otherProtocol
            ? Listeners.protocol(request, before.arn())
            : before.document().text("Protocol", "");
    String certificate = Listeners.certificate(request);
    if (Listeners.isSecure(protocol) && certificate == null && before.certificates().isEmpty()) {
      throw Refusals.invalid(
          "A certificate must be specified for %s listeners".formatted(protocol));
    }
    Members document = Listeners.document(request, protocol);
    List<Members> actions = request.objects("DefaultActions");
    Actions.Parsed action =
        actions.isEmpty() ? null : Actions.parse(actions, ArnOf.isNetwork(before.arn()));
    commands.ask(
        call,
        null,
        new LoadBalancingCommand.UpdateListener(
            before.arn(),
            request.has("Port") ? Listeners.port(request) : null,
            otherProtocol ? Route.Protocol.valueOf(protocol) : null,
            certificate,
            action == null ? null : action.action(),
            document.with("DefaultActions", action == null ? null : action.shown()).json(),
            Map.of()));
    return shown(found(before.arn()));
  }

  Members delete(Call call, Members request) {
    String arn = ArnOf.listener(Requests.required(request, ARN));
    commands.ask(call, null, new LoadBalancingCommand.DeleteListener(arn));
    return Members.NONE;
  }

  Members describeAttributes(Call call, Members request) {
    return shownAttributes(named(request));
  }

  private static Members shownAttributes(Balancing.Listener listener) {
    return Members.NONE.with(
        "Attributes", Requests.shownAttributes(Attributes.of(listener), listener.attributes()));
  }

  Members modifyAttributes(Call call, Members request) {
    Balancing.Listener listener = named(request);
    Map<String, String> set = Requests.attributes(request, Attributes.of(listener));
    commands.ask(
        call,
        null,
        new LoadBalancingCommand.UpdateListener(
            listener.arn(), null, null, null, null, Json.EMPTY, set));
    return shownAttributes(found(listener.arn()));
  }

  Members addCertificates(Call call, Members request) {
    Balancing.Listener listener = named(request);
    if (listener.certificates().isEmpty()) {
      throw EcsException.of(
          "UnsupportedProtocol", "Only HTTPS and TLS listeners have certificates");
    }
    List<String> added = Listeners.certificates(request);
    commands.ask(
        call, null, new LoadBalancingCommand.AddListenerCertificates(listener.arn(), added));
    return Members.NONE.with(
        "Certificates",
        added.stream()
            .map(arn -> Members.NONE.with("CertificateArn", arn).with("IsDefault", false))
            .toList());
  }

  Members removeCertificates(Call call, Members request) {
    String arn = ArnOf.listener(Requests.required(request, ARN));
    commands.ask(
        call,
        null,
        new LoadBalancingCommand.RemoveListenerCertificates(arn, Listeners.certificates(request)));
    return Members.NONE;
  }

  Members describeCertificates(Call call, Members request) {
    return Members.NONE.with("Certificates", Listeners.shownCertificates(named(request)));
  }
}
