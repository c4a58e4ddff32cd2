package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.Action;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ActionTypeEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.FixedResponseActionConfig;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ProtocolEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.RuleCondition;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetDescription;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetHealthDescription;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetTypeEnum;

/** What the API of ELB is told is what requests meet, from the first call to a closed port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class LoadBalancingTest {
  private static final int REQUESTS = 100;

  private Standalone longshore;
  private Ecs ecs;
  private ElasticLoadBalancingV2Client elb;

  @BeforeAll
  void start() {
    longshore = Standalone.up("load-balancing", "simulated");
    ecs = Ecs.at(longshore.endpoint());
    elb = Elb.at(longshore.endpoint());
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      elb.close();
      ecs.close();
      longshore.close();
    }
  }

  @Test
  void requestsReachTheTargetsThatAreHealthy() throws Exception {
    int port = LoopbackPorts.next();
    try (Site one = new Site("one");
        Site two = new Site("two")) {
      String balancer = balancer("front");
      String group = group("shop");
      elb.registerTargets(r -> r.targetGroupArn(group).targets(target(one), target(two)));
      String listener = listener(balancer, port);
      String rule = shopGoesTo(listener, group);

      awaitAnswersOf(port, List.of("one", "two"));
      awaitStates(group, List.of("healthy", "healthy"));
      List<String> answers = answers(port);
      assertThat(Collections.frequency(answers, "one")).isEqualTo(REQUESTS / 2);
      assertThat(Collections.frequency(answers, "two")).isEqualTo(REQUESTS / 2);
      assertThat(Http.get(at(port, "/elsewhere"))).isEqualTo("Nothing is here.");
      assertThat(Http.get(longshore.endpoint().resolve("/q/health/ready")))
          .contains("open at " + port);

      two.setHealthy(false);
      awaitAnswersOf(port, List.of("one"));
      assertThat(answers(port)).containsOnly("one");
      awaitStates(group, List.of("healthy", "unhealthy"));
      two.setHealthy(true);
      awaitAnswersOf(port, List.of("one", "two"));

      longshore.close();
      assertClosed(port);
      longshore.again();
      awaitAnswersOf(port, List.of("one", "two"));

      elb.deleteRule(r -> r.ruleArn(rule));
      Waiting.forState("no rule", 10).until(() -> ask(port).equals("Nothing is here."));
      elb.deleteListener(r -> r.listenerArn(listener));
      Waiting.forState("a closed port", 10).ignoreExceptions().until(() -> isClosed(port));
      elb.deleteTargetGroup(r -> r.targetGroupArn(group));
      elb.deleteLoadBalancer(r -> r.loadBalancerArn(balancer));
      assertThat(elb.describeLoadBalancers().loadBalancers()).isEmpty();
      assertThat(elb.describeTargetGroups().targetGroups()).isEmpty();
    }
  }

  /** Line by line, as in the README. */
  @Test
  void theLoadBalancerOfTheReadmeInPlainJson() throws Exception {
    Program.orSkip("curl");
    int port = LoopbackPorts.next();
    try (Site one = new Site("one")) {
      List<String> script = new ArrayList<>(readme("## The same without AWS", "api="));
      script.addAll(readme("[Load balancers](#load-balancers) and target groups go", ""));
      int last = script.size() - 1;
      assertThat(script.get(last)).contains("-X DELETE").contains("/targets/127.0.0.1/8001");
      List<String> begin =
          script.subList(0, last).stream()
              .map(line -> line.replace("9001,", port + ",").replace("8001}", one.port() + "}"))
              .toList();
      assertThat(run("json", begin))
          .contains("\"DNSName\":\"edge.elb.localhost\"")
          .contains("\"Port\":" + port)
          .contains("\"TargetHealthDescriptions\":[{\"Target\":{\"Id\":\"127.0.0.1\"");
      Waiting.forState("an answer", 30)
          .ignoreExceptions()
          .until(() -> Http.get(at(port, "/")).equals("one"));

      run(
          "json-end",
          List.of(script.getFirst(), script.get(last).replace("8001", "" + one.port())));
      Waiting.forState("no target that gets anything", 10)
          .until(() -> states(groupArn("site")).stream().noneMatch("healthy"::equals));
      String balancer =
          elb.describeLoadBalancers(r -> r.names("edge"))
              .loadBalancers()
              .getFirst()
              .loadBalancerArn();
      elb.deleteLoadBalancer(r -> r.loadBalancerArn(balancer));
      elb.deleteTargetGroup(r -> r.targetGroupArn(groupArn("site")));
    }
  }

  private String groupArn(String name) {
    return elb.describeTargetGroups(r -> r.names(name)).targetGroups().getFirst().targetGroupArn();
  }

  /** The lines of the first script after a text that begin so, for this endpoint. */
  private List<String> readme(String text, String beginning) throws IOException {
    String readme = Files.readString(Built.ROOT.resolve("README.md"));
    int begin = readme.indexOf("```sh\n", readme.indexOf(text)) + "```sh\n".length();
    return readme
        .substring(begin, readme.indexOf("```", begin))
        .replace("http://127.0.0.1:8080", longshore.endpoint().toString().replaceAll("/$", ""))
        .lines()
        .filter(line -> line.startsWith(beginning))
        .toList();
  }

  private String run(String name, List<String> lines) throws Exception {
    Path script = Files.write(longshore.data().resolve(name + ".sh"), lines);
    Program.Outcome outcome =
        new Program(longshore.data(), Map.of())
            .run(name, 60, List.of("sh", "-e", script.toString()));
    assertThat(outcome.code()).as(outcome.output()).isZero();
    return outcome.output();
  }

  @Test
  void theTargetGroupsOfAServiceAreShownAndNoneThatNobodyUsesIsTaken() {
    String group = group("shown");
    ecs.cluster("shows");
    String definition =
        ecs.register("shown", Ecs.FOREVER, c -> c.portMappings(p -> p.containerPort(80)));
    assertThatThrownBy(() -> create(definition, group))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("does not have an associated load balancer");
    String balancer = balancer("shows");
    String listener = listener(balancer, LoopbackPorts.next());
    shopGoesTo(listener, group);
    create(definition, group);

    assertThat(ecs.service("shows", "web").loadBalancers())
        .singleElement()
        .satisfies(shown -> {
          assertThat(shown.targetGroupArn()).isEqualTo(group);
          assertThat(shown.containerPort()).isEqualTo(80);
        });
    ecs.tearDown("shows");
    elb.deleteLoadBalancer(r -> r.loadBalancerArn(balancer));
    elb.deleteTargetGroup(r -> r.targetGroupArn(group));
  }

  private void create(String definition, String group) {
    ecs.client()
        .createService(r ->
            r.cluster("shows")
                .serviceName("web")
                .taskDefinition(definition)
                .desiredCount(1)
                .loadBalancers(
                    l -> l.targetGroupArn(group).containerName("main").containerPort(80)));
  }

  private String balancer(String name) {
    return elb.createLoadBalancer(r -> r.name(name).subnets("subnet-1", "subnet-2"))
        .loadBalancers()
        .getFirst()
        .loadBalancerArn();
  }

  private String group(String name) {
    return elb.createTargetGroup(r ->
            r.name(name)
                .protocol(ProtocolEnum.HTTP)
                .port(80)
                .vpcId("vpc-1")
                .targetType(TargetTypeEnum.IP)
                .healthCheckPath("/health")
                .healthCheckIntervalSeconds(5)
                .healthCheckTimeoutSeconds(2)
                .healthyThresholdCount(2)
                .unhealthyThresholdCount(2))
        .targetGroups()
        .getFirst()
        .targetGroupArn();
  }

  private static TargetDescription target(Site site) {
    return TargetDescription.builder().id("127.0.0.1").port(site.port()).build();
  }

  /** Answers itself whatever no rule takes. */
  private String listener(String balancer, int port) {
    FixedResponseActionConfig nothing =
        FixedResponseActionConfig.builder()
            .statusCode("404")
            .contentType("text/plain")
            .messageBody("Nothing is here.")
            .build();
    return elb.createListener(r ->
            r.loadBalancerArn(balancer)
                .protocol(ProtocolEnum.HTTP)
                .port(port)
                .defaultActions(
                    Action.builder()
                        .type(ActionTypeEnum.FIXED_RESPONSE)
                        .fixedResponseConfig(nothing)
                        .build()))
        .listeners()
        .getFirst()
        .listenerArn();
  }

  private String shopGoesTo(String listener, String group) {
    return elb.createRule(r ->
            r.listenerArn(listener)
                .priority(10)
                .conditions(RuleCondition.builder().field("path-pattern").values("/shop/*").build())
                .actions(
                    Action.builder().type(ActionTypeEnum.FORWARD).targetGroupArn(group).build()))
        .rules()
        .getFirst()
        .ruleArn();
  }

  private void awaitStates(String group, List<String> expected) {
    Waiting.forState("targets that are " + expected, 20)
        .until(() -> states(group).stream().sorted().toList().equals(expected));
  }

  private List<String> states(String group) {
    return elb
        .describeTargetHealth(r -> r.targetGroupArn(group))
        .targetHealthDescriptions()
        .stream()
        .map(TargetHealthDescription::targetHealth)
        .map(health -> health.stateAsString())
        .toList();
  }

  /** Waits until exactly these answer, by a sample in which each of two would have its turns. */
  private static void awaitAnswersOf(int port, List<String> names) {
    Waiting.forState("answers of " + names, 30)
        .ignoreExceptions()
        .until(() -> {
          List<String> sample = new ArrayList<>();
          for (int i = 0; i < 6; i++) {
            sample.add(ask(port));
          }
          return sample.stream().distinct().sorted().toList().equals(names);
        });
  }

  private static List<String> answers(int port) throws IOException, InterruptedException {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      answers.add(ask(port));
    }
    return answers;
  }

  private static String ask(int port) throws IOException, InterruptedException {
    return Http.get(at(port, "/shop/basket"));
  }

  private static URI at(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static void assertClosed(int port) {
    assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
  }

  private static boolean isClosed(int port) throws IOException {
    try {
      connect(port);
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  private static void connect(int port) throws IOException {
    new Socket(InetAddress.getLoopbackAddress(), port).close();
  }
}
