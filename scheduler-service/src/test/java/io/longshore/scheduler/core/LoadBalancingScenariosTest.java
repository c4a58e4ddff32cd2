package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Arns;
import io.longshore.messages.Json;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.Route;
import io.longshore.messages.Route.StaticTarget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What load balancers are told, and what they cannot be asked. */
class LoadBalancingScenariosTest {
  private static final Arns ARNS = new Arns("us-east-1", "000000000000");
  private static final String FRONT =
      ARNS.loadBalancer(Route.Kind.APPLICATION, "front", "0000000000000001");
  private static final String BACK =
      ARNS.loadBalancer(Route.Kind.NETWORK, "back", "0000000000000002");
  private static final String LISTENER = Arns.listener(FRONT, "0000000000000003");
  private static final String WEB = ARNS.targetGroup("web", "0000000000000004");
  private static final Json DOCUMENT =
      new Json(
          """
          {"Port":80,"HealthCheckEnabled":true,"HealthCheckProtocol":"HTTP",
          "HealthCheckPort":"81","HealthCheckPath":"/","HealthCheckIntervalSeconds":30,
          "HealthCheckTimeoutSeconds":5,"HealthyThresholdCount":5,"UnhealthyThresholdCount":2,
          "Matcher":{"HttpCode":"200"}}
          """);
  private static final Route.Action NOT_FOUND =
      new Route.Action.FixedResponse(404, "text/plain", "");

  private final World world = new World();

  private Outcome ask(LoadBalancingCommand command) {
    world.outgoing.clear();
    return world.command(command);
  }

  private static ErrorType refusal(Outcome outcome) {
    return outcome instanceof Rejected rejected ? rejected.error() : ErrorType.SERVER;
  }

  private Outcome group(String arn, Json document) {
    return ask(
        new LoadBalancingCommand.CreateTargetGroup(
            arn, "web", Route.Protocol.HTTP, "HTTP1", document, Map.of()));
  }

  private Outcome balancer(String arn, String name, Route.Kind kind) {
    return ask(new LoadBalancingCommand.CreateLoadBalancer(arn, name, kind, Json.EMPTY, Map.of()));
  }

  private Outcome listener(String arn, String balancer, int port, Route.Action action) {
    return ask(
        new LoadBalancingCommand.CreateListener(
            arn,
            balancer,
            port,
            Route.Protocol.HTTP,
            List.of(),
            action,
            new Json("{\"Port\":" + port + "}"),
            Map.of()));
  }

  private Outcome rule(String id, int priority, Route.Action action) {
    return ask(
        new LoadBalancingCommand.CreateRule(
            Arns.rule(LISTENER, id),
            LISTENER,
            priority,
            List.of(new Route.Condition.Host(List.of("*.example.org"))),
            action,
            Json.EMPTY,
            Map.of()));
  }

  private static Route.Action forward(String group) {
    return new Route.Action.Forward(List.of(new Route.Action.WeightedGroup(group, 1)), null);
  }

  private Route.Balancer told() {
    assertThat(world.outgoing).hasSize(1);
    return world.outgoing.getFirst() instanceof Outgoing.Routed(Route.Balancer route)
        ? route
        : new Route.Balancer("", "", Route.Kind.NETWORK, Map.of(), List.of());
  }

  private List<StaticTarget> targets() {
    Balanced.TargetGroup group = world.state.loadBalancing().group(WEB);
    return group == null ? List.of() : group.targets();
  }

  @Test
  void aGroupIsToldWithItsHealthCheck() {
    assertThat(group(WEB, DOCUMENT)).isEqualTo(Accepted.of(WEB));
    assertThat(world.outgoing)
        .containsExactly(
            new Outgoing.Routed(
                new Route.Group(
                    WEB,
                    "web",
                    Route.Protocol.HTTP,
                    "HTTP1",
                    new Route.HealthCheck(true, Route.Protocol.HTTP, 81, "/", 30, 5, 5, 2, "200"),
                    Map.of(),
                    List.of())));
    ask(
        new LoadBalancingCommand.UpdateTargetGroup(
            WEB, new Json("{\"HealthCheckPath\":\"/up\"}"), Map.of("a", "b")));
    assertThat(world.outgoing.getFirst())
        .isInstanceOfSatisfying(
            Outgoing.Routed.class,
            routed ->
                assertThat(routed.route())
                    .isInstanceOfSatisfying(
                        Route.Group.class,
                        group -> {
                          assertThat(group.healthCheck().path()).isEqualTo("/up");
                          assertThat(group.attributes()).containsEntry("a", "b");
                        }));
    assertThat(ask(new LoadBalancingCommand.DeleteTargetGroup(WEB))).isEqualTo(Accepted.of(WEB));
    assertThat(world.outgoing).containsExactly(new Outgoing.RouteGone("group/" + WEB));
    assertThat(ask(new LoadBalancingCommand.DeleteTargetGroup(WEB)))
        .as("one that is gone")
        .isEqualTo(Accepted.of(WEB));
  }

  @Test
  void theSameAgainIsTheOneThatIsThere() {
    group(WEB, DOCUMENT);
    String other = ARNS.targetGroup("web", "0000000000000005");
    assertThat(group(other, DOCUMENT)).isEqualTo(Accepted.of(WEB));
    assertThat(refusal(group(other, DOCUMENT.with(new Json("{\"Port\":81}")))))
        .isEqualTo(ErrorType.DUPLICATE_TARGET_GROUP_NAME);
    balancer(FRONT, "front", Route.Kind.APPLICATION);
    assertThat(balancer(BACK, "front", Route.Kind.APPLICATION)).isEqualTo(Accepted.of(FRONT));
    assertThat(refusal(balancer(BACK, "front", Route.Kind.NETWORK)))
        .isEqualTo(ErrorType.DUPLICATE_LOAD_BALANCER_NAME);
  }

  @Test
  void aBalancerIsToldWithAllThatListensForIt() {
    group(WEB, DOCUMENT);
    balancer(FRONT, "front", Route.Kind.APPLICATION);
    listener(LISTENER, FRONT, 80, NOT_FOUND);
    rule("0000000000000011", 20, forward(WEB));
    assertThat(rule("0000000000000010", 10, NOT_FOUND)).isInstanceOf(Accepted.class);
    Route.Listener listener = told().listeners().getFirst();
    assertThat(listener.defaultAction()).isEqualTo(NOT_FOUND);
    assertThat(listener.rules()).extracting(Route.Rule::priority).containsExactly(10, 20);
    assertThat(world.state.loadBalancing().usersOf(WEB)).containsExactly(FRONT);
    assertThat(refusal(ask(new LoadBalancingCommand.DeleteTargetGroup(WEB))))
        .isEqualTo(ErrorType.IN_USE);

    ask(new LoadBalancingCommand.DeleteLoadBalancer(FRONT));
    assertThat(world.outgoing).containsExactly(new Outgoing.RouteGone("balancer/" + FRONT));
    assertThat(world.state.loadBalancing().all()).hasSize(1);
  }

  @Test
  void aProtectedBalancerStays() {
    balancer(FRONT, "front", Route.Kind.APPLICATION);
    ask(
        new LoadBalancingCommand.UpdateLoadBalancer(
            FRONT, Json.EMPTY, Map.of("deletion_protection.enabled", "true")));
    assertThat(refusal(ask(new LoadBalancingCommand.DeleteLoadBalancer(FRONT))))
        .isEqualTo(ErrorType.OPERATION_NOT_PERMITTED);
  }

  @Test
  void aListenerHasItsPortForItselfAndGroupsOfItsKind() {
    group(WEB, DOCUMENT);
    balancer(FRONT, "front", Route.Kind.APPLICATION);
    balancer(BACK, "back", Route.Kind.NETWORK);
    listener(LISTENER, FRONT, 80, forward(WEB));
    String other = Arns.listener(FRONT, "0000000000000006");
    assertThat(listener(other, FRONT, 80, forward(WEB))).isEqualTo(Accepted.of(LISTENER));
    ask(
        new LoadBalancingCommand.UpdateListener(
            LISTENER, null, null, null, NOT_FOUND, new Json("{\"a\":1}"), Map.of()));
    assertThat(refusal(listener(other, FRONT, 80, forward(WEB))))
        .isEqualTo(ErrorType.DUPLICATE_LISTENER);
    assertThat(refusal(listener(other, FRONT, 81, forward("none"))))
        .isEqualTo(ErrorType.TARGET_GROUP_NOT_FOUND);
    String behind = Arns.listener(BACK, "0000000000000007");
    assertThat(refusal(listener(behind, BACK, 80, forward(WEB))))
        .isEqualTo(ErrorType.INCOMPATIBLE_PROTOCOLS);
    assertThat(refusal(listener(behind, "none", 80, NOT_FOUND)))
        .isEqualTo(ErrorType.LOAD_BALANCER_NOT_FOUND);
  }

  @Test
  void aGroupIsBehindOneBalancerOnly() {
    group(WEB, DOCUMENT);
    balancer(FRONT, "front", Route.Kind.APPLICATION);
    String second = ARNS.loadBalancer(Route.Kind.APPLICATION, "second", "0000000000000008");
    balancer(second, "second", Route.Kind.APPLICATION);
    listener(LISTENER, FRONT, 80, forward(WEB));
    assertThat(
            refusal(listener(Arns.listener(second, "0000000000000009"), second, 80, forward(WEB))))
        .isEqualTo(ErrorType.TARGET_GROUP_ASSOCIATION_LIMIT);
  }

  @Test
  void prioritiesAreTakenOnceAndMayChangePlaces() {
    balancer(FRONT, "front", Route.Kind.APPLICATION);
    listener(LISTENER, FRONT, 80, NOT_FOUND);
    rule("0000000000000010", 10, NOT_FOUND);
    rule("0000000000000011", 20, NOT_FOUND);
    assertThat(refusal(rule("0000000000000012", 10, NOT_FOUND)))
        .isEqualTo(ErrorType.PRIORITY_IN_USE);
    String one = Arns.rule(LISTENER, "0000000000000010");
    String two = Arns.rule(LISTENER, "0000000000000011");
    assertThat(refusal(ask(new LoadBalancingCommand.SetRulePriorities(Map.of(one, 20)))))
        .isEqualTo(ErrorType.PRIORITY_IN_USE);
    assertThat(ask(new LoadBalancingCommand.SetRulePriorities(Map.of(one, 20, two, 10))))
        .isInstanceOf(Accepted.class);
    assertThat(told().listeners().getFirst().rules())
        .extracting(Route.Rule::arn)
        .containsExactly(two, one);
    String standard = Arns.defaultRule(LISTENER);
    assertThat(refusal(ask(new LoadBalancingCommand.DeleteRule(standard))))
        .isEqualTo(ErrorType.OPERATION_NOT_PERMITTED);
    assertThat(refusal(ask(new LoadBalancingCommand.DeleteRule("none"))))
        .isEqualTo(ErrorType.RULE_NOT_FOUND);
  }

  @Test
  void onlyATargetThatGetsTrafficDrains() {
    group(WEB, DOCUMENT);
    LoadBalancingCommand.Target host = new LoadBalancingCommand.Target("10.0.0.1", null);
    var register = new LoadBalancingCommand.RegisterTargets(WEB, List.of(host));
    var deregister = new LoadBalancingCommand.DeregisterTargets(WEB, List.of(host));
    ask(register);
    assertThat(targets()).containsExactly(new StaticTarget("10.0.0.1", 80, null));
    ask(deregister);
    assertThat(targets()).isEmpty();

    balancer(FRONT, "front", Route.Kind.APPLICATION);
    listener(LISTENER, FRONT, 80, forward(WEB));
    ask(register);
    ask(deregister);
    assertThat(targets())
        .containsExactly(new StaticTarget("10.0.0.1", 80, world.now.plusSeconds(300)));
    ask(register);
    assertThat(targets()).containsExactly(new StaticTarget("10.0.0.1", 80, null));
    ask(deregister);
    world.pass(Duration.ofSeconds(301));
    ask(
        new LoadBalancingCommand.RegisterTargets(
            WEB, List.of(new LoadBalancingCommand.Target("10.0.0.2", 81))));
    assertThat(targets()).containsExactly(new StaticTarget("10.0.0.2", 81, null));
  }

  @Test
  void tagsAndCertificates() {
    balancer(FRONT, "front", Route.Kind.APPLICATION);
    ask(new LoadBalancingCommand.AddTags(List.of(FRONT), Map.of("a", "1", "b", "2")));
    ask(new LoadBalancingCommand.RemoveTags(List.of(FRONT), List.of("a")));
    Balanced balancer = world.state.loadBalancing().find(FRONT);
    assertThat(balancer).extracting(Balanced::tags).isEqualTo(Map.of("b", "2"));
    assertThat(refusal(ask(new LoadBalancingCommand.AddTags(List.of(WEB), Map.of()))))
        .isEqualTo(ErrorType.TARGET_GROUP_NOT_FOUND);

    ask(
        new LoadBalancingCommand.CreateListener(
            LISTENER,
            FRONT,
            443,
            Route.Protocol.HTTPS,
            List.of("one"),
            NOT_FOUND,
            Json.EMPTY,
            Map.of()));
    ask(new LoadBalancingCommand.AddListenerCertificates(LISTENER, List.of("two", "three")));
    ask(new LoadBalancingCommand.RemoveListenerCertificates(LISTENER, List.of("two")));
    assertThat(told().listeners().getFirst().certificates()).containsExactly("one", "three");
    assertThat(
            refusal(
                ask(new LoadBalancingCommand.RemoveListenerCertificates(LISTENER, List.of("one")))))
        .isEqualTo(ErrorType.OPERATION_NOT_PERMITTED);
  }
}
