package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.longshore.api.core.EcsException;
import io.longshore.api.inbound.balancing.BalancingOperations;
import io.longshore.api.testing.FakeScheduler;
import io.longshore.api.testing.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.Action;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ActionTypeEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ElasticLoadBalancingV2Exception;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.InvalidConfigurationRequestException;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.Listener;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancer;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancerAttribute;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancerNotFoundException;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancerStateEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.OperationNotPermittedException;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ProtocolEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.RedirectActionStatusCodeEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.Rule;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.Tag;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetGroup;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetGroupAttribute;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetGroupNotFoundException;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetHealthReasonEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetHealthStateEnum;

/** Load balancers and what belongs to them, as the real client of AWS speaks and understands. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
// The builders take generic varargs.
@SuppressWarnings({"NullAway.Init", "unchecked"})
class ElbApiTest {
  private static final String ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:";

  @TestHTTPResource("/")
  URI endpoint;

  @Inject FakeScheduler scheduler;

  @Inject BalancingOperations operations;

  private ElasticLoadBalancingV2Client elb;

  @BeforeEach
  void open() {
    elb =
        ElasticLoadBalancingV2Client.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .httpClient(Apache5HttpClient.create())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(20)))
            .build();
  }

  @AfterEach
  void close() {
    scheduler.refuseWith(null);
    elb.close();
  }

  private TargetGroup group(String name) {
    return elb.createTargetGroup(r ->
            r.name(name).protocol(ProtocolEnum.HTTP).port(8080).vpcId("vpc-1").targetType("ip"))
        .targetGroups()
        .getFirst();
  }

  private LoadBalancer balancer(String name) {
    return elb.createLoadBalancer(r ->
            r.name(name)
                .subnets("subnet-1", "subnet-2")
                .securityGroups("sg-1")
                .tags(t -> t.key("team").value("blue & <green>")))
        .loadBalancers()
        .getFirst();
  }

  private static Action forward(TargetGroup group) {
    return Action.builder()
        .type(ActionTypeEnum.FORWARD)
        .targetGroupArn(group.targetGroupArn())
        .build();
  }

  private Listener listener(LoadBalancer balancer, int port, TargetGroup group) {
    return elb.createListener(r ->
            r.loadBalancerArn(balancer.loadBalancerArn())
                .protocol(ProtocolEnum.HTTP)
                .port(port)
                .defaultActions(forward(group)))
        .listeners()
        .getFirst();
  }

  @Test
  void targetGroups() {
    TargetGroup group = group("of-groups");
    assertThat(group.targetGroupArn()).startsWith(ARN + "targetgroup/of-groups/");
    assertThat(group.healthCheckPath()).isEqualTo("/");
    assertThat(group.healthCheckIntervalSeconds()).isEqualTo(30);
    assertThat(group.healthCheckTimeoutSeconds()).isEqualTo(5);
    assertThat(group.matcher().httpCode()).isEqualTo("200");
    assertThat(group.protocolVersion()).isEqualTo("HTTP1");
    assertThat(group.loadBalancerArns()).isEmpty();

    TargetGroup changed =
        elb.modifyTargetGroup(r ->
                r.targetGroupArn(group.targetGroupArn())
                    .healthCheckPath("/up")
                    .matcher(m -> m.httpCode("200-299,301")))
            .targetGroups()
            .getFirst();
    assertThat(changed.healthCheckPath()).isEqualTo("/up");
    assertThat(changed.healthCheckIntervalSeconds()).isEqualTo(30);
    assertThat(elb.describeTargetGroups(r -> r.names("of-groups")).targetGroups())
        .containsExactly(changed);

    elb.modifyTargetGroupAttributes(r ->
        r.targetGroupArn(group.targetGroupArn())
            .attributes(a -> a.key("stickiness.enabled").value("true")));
    assertThat(
            elb.describeTargetGroupAttributes(r -> r.targetGroupArn(group.targetGroupArn()))
                .attributes())
        .extracting(TargetGroupAttribute::key, TargetGroupAttribute::value)
        .contains(
            tuple("stickiness.enabled", "true"),
            tuple("deregistration_delay.timeout_seconds", "300"));

    elb.deleteTargetGroup(r -> r.targetGroupArn(group.targetGroupArn()));
    assertThatThrownBy(() -> elb.describeTargetGroups(r -> r.names("of-groups")))
        .isInstanceOf(TargetGroupNotFoundException.class);
  }

  @Test
  void loadBalancers() {
    LoadBalancer balancer = balancer("front");
    assertThat(balancer.loadBalancerArn()).startsWith(ARN + "loadbalancer/app/front/");
    assertThat(balancer.dnsName()).isEqualTo("front.elb.localhost");
    assertThat(balancer.state().code()).isEqualTo(LoadBalancerStateEnum.ACTIVE);
    assertThat(balancer.createdTime()).isNotNull();
    assertThat(balancer.securityGroups()).containsExactly("sg-1");
    assertThat(balancer.availabilityZones())
        .extracting(zone -> zone.subnetId())
        .containsExactly("subnet-1", "subnet-2");
    String arn = balancer.loadBalancerArn();
    assertThat(
            elb.waiter()
                .waitUntilLoadBalancerAvailable(r -> r.loadBalancerArns(arn))
                .matched()
                .response())
        .isPresent();

    assertThat(elb.setSubnets(r -> r.loadBalancerArn(arn).subnets("subnet-3")).availabilityZones())
        .hasSize(1);
    assertThat(
            elb.setSecurityGroups(r -> r.loadBalancerArn(arn).securityGroups("sg-2"))
                .securityGroupIds())
        .containsExactly("sg-2");
    assertThat(
            elb.setIpAddressType(r -> r.loadBalancerArn(arn).ipAddressType("dualstack"))
                .ipAddressTypeAsString())
        .isEqualTo("dualstack");

    assertThat(
            elb.modifyLoadBalancerAttributes(r ->
                    r.loadBalancerArn(arn)
                        .attributes(a -> a.key("idle_timeout.timeout_seconds").value("30")))
                .attributes())
        .extracting(LoadBalancerAttribute::key, LoadBalancerAttribute::value)
        .contains(
            tuple("idle_timeout.timeout_seconds", "30"),
            tuple("deletion_protection.enabled", "false"));

    assertThat(elb.describeTags(r -> r.resourceArns(arn)).tagDescriptions().getFirst().tags())
        .containsExactly(Tag.builder().key("team").value("blue & <green>").build());
    elb.addTags(r -> r.resourceArns(arn).tags(t -> t.key("tier").value("")));
    assertThat(elb.describeTags(r -> r.resourceArns(arn)).tagDescriptions().getFirst().tags())
        .hasSize(2);
    elb.deleteLoadBalancer(r -> r.loadBalancerArn(arn));
    assertThatThrownBy(() -> elb.describeLoadBalancers(r -> r.names("front")))
        .isInstanceOf(LoadBalancerNotFoundException.class)
        .hasMessageContaining("'[front]' not found");
  }

  @Test
  void listenersAndRules() {
    TargetGroup group = group("of-listeners");
    LoadBalancer balancer = balancer("listening");
    Listener listener = listener(balancer, 80, group);
    assertThat(listener.loadBalancerArn()).isEqualTo(balancer.loadBalancerArn());
    assertThat(listener.defaultActions().getFirst().targetGroupArn())
        .isEqualTo(group.targetGroupArn());
    assertThat(
            elb.describeTargetGroups(r -> r.loadBalancerArn(balancer.loadBalancerArn()))
                .targetGroups())
        .extracting(TargetGroup::targetGroupArn)
        .containsExactly(group.targetGroupArn());

    Rule rule =
        elb.createRule(r ->
                r.listenerArn(listener.listenerArn())
                    .priority(7)
                    .conditions(
                        c -> c.field("path-pattern").values("/old/*"),
                        c ->
                            c.field("http-header")
                                .httpHeaderConfig(h -> h.httpHeaderName("X-Way").values("new")))
                    .actions(a ->
                        a.type(ActionTypeEnum.REDIRECT)
                            .redirectConfig(c ->
                                c.path("/new").statusCode(RedirectActionStatusCodeEnum.HTTP_302))))
            .rules()
            .getFirst();
    assertThat(rule.priority()).isEqualTo("7");
    assertThat(rule.conditions().getFirst().pathPatternConfig().values()).containsExactly("/old/*");
    assertThat(rule.actions().getFirst().redirectConfig().host()).isEqualTo("#{host}");
    List<Rule> rules = elb.describeRules(r -> r.listenerArn(listener.listenerArn())).rules();
    assertThat(rules).extracting(Rule::priority).containsExactly("7", "default");
    assertThat(rules.getLast().isDefault()).isTrue();
    assertThat(elb.describeRules(r -> r.ruleArns(rules.getLast().ruleArn())).rules())
        .containsExactly(rules.getLast());
    assertThat(
            elb.setRulePriorities(r -> r.rulePriorities(p -> p.ruleArn(rule.ruleArn()).priority(9)))
                .rules()
                .getFirst()
                .priority())
        .isEqualTo("9");
    assertThat(
            elb.modifyRule(r ->
                    r.ruleArn(rule.ruleArn())
                        .actions(a ->
                            a.type(ActionTypeEnum.FIXED_RESPONSE)
                                .fixedResponseConfig(c ->
                                    c.statusCode("404")
                                        .contentType("text/plain")
                                        .messageBody("no"))))
                .rules()
                .getFirst()
                .actions()
                .getFirst()
                .fixedResponseConfig()
                .messageBody())
        .isEqualTo("no");

    assertThat(
            elb.modifyListener(r -> r.listenerArn(listener.listenerArn()).port(81))
                .listeners()
                .getFirst()
                .port())
        .isEqualTo(81);
    assertThat(
            elb.describeListeners(r -> r.loadBalancerArn(balancer.loadBalancerArn())).listeners())
        .hasSize(1);
    assertThat(
            elb.describeListenerAttributes(r -> r.listenerArn(listener.listenerArn())).attributes())
        .isNotEmpty();
  }

  @Test
  void certificates() {
    LoadBalancer balancer = balancer("secure");
    String arn =
        elb.createListener(r ->
                r.loadBalancerArn(balancer.loadBalancerArn())
                    .protocol(ProtocolEnum.HTTPS)
                    .port(443)
                    .certificates(c -> c.certificateArn("arn:one"))
                    .defaultActions(forward(group("of-certificates"))))
            .listeners()
            .getFirst()
            .listenerArn();
    Listener listener = elb.describeListeners(r -> r.listenerArns(arn)).listeners().getFirst();
    assertThat(listener.sslPolicy()).isEqualTo("ELBSecurityPolicy-2016-08");
    assertThat(listener.certificates().getFirst().certificateArn()).isEqualTo("arn:one");
    assertThat(elb.describeListenerCertificates(r -> r.listenerArn(arn)).certificates())
        .singleElement()
        .satisfies(certificate -> assertThat(certificate.isDefault()).isTrue());
    assertThat(elb.describeSSLPolicies(r -> r.names(listener.sslPolicy())).sslPolicies())
        .hasSize(1);
  }

  @Test
  void targets() {
    TargetGroup group = group("of-targets");
    elb.registerTargets(
        r -> r.targetGroupArn(group.targetGroupArn()).targets(t -> t.id("10.0.0.1").port(81)));
    assertThat(
            elb.describeTargetHealth(r -> r.targetGroupArn(group.targetGroupArn()))
                .targetHealthDescriptions())
        .singleElement()
        .satisfies(described -> {
          assertThat(described.target().port()).isEqualTo(81);
          assertThat(described.targetHealth().state()).isEqualTo(TargetHealthStateEnum.UNUSED);
          assertThat(described.targetHealth().reason())
              .isEqualTo(TargetHealthReasonEnum.TARGET_NOT_IN_USE);
        });
    listener(balancer("targeting"), 80, group);
    assertThat(
            elb.describeTargetHealth(r ->
                    r.targetGroupArn(group.targetGroupArn())
                        .targets(t -> t.id("10.0.0.1").port(81), t -> t.id("10.0.0.2")))
                .targetHealthDescriptions())
        .extracting(described -> described.targetHealth().stateAsString())
        .containsExactly("initial", "unused");
  }

  @Test
  void pagesAreRead() {
    for (int i = 0; i < 5; i++) {
      group("paged-" + i);
    }
    assertThat(
            elb
                .describeTargetGroupsPaginator(
                    r -> r.names("paged-0", "paged-1", "paged-2", "paged-3", "paged-4").pageSize(2))
                .stream()
                .map(page -> page.targetGroups().size()))
        .containsExactly(2, 2, 1);
  }

  @Test
  void refusalsAreThoseOfTheModel() {
    assertThatThrownBy(() -> elb.createTargetGroup(r -> r.name("udp").protocol("UDP").port(53)))
        .isInstanceOf(InvalidConfigurationRequestException.class);
    assertThatThrownBy(() -> elb.createTargetGroup(r -> r.name("a_b").protocol("TCP").port(1)))
        .isInstanceOfSatisfying(
            ElasticLoadBalancingV2Exception.class,
            e -> {
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationError");
              assertThat(e.statusCode()).isEqualTo(400);
              assertThat(e.requestId()).isNotNull();
            });
    assertThatThrownBy(() -> elb.createTargetGroup(r -> r.name("a").protocol("FTP").port(1)))
        .isInstanceOf(ElasticLoadBalancingV2Exception.class)
        .hasMessageContaining("enum value set");
    assertThatThrownBy(() -> elb.createTrustStore(r -> r.name("none")))
        .isInstanceOf(OperationNotPermittedException.class)
        .hasMessageContaining("CreateTrustStore");
    scheduler.refuseWith(EcsException.server("not now"));
    assertThatThrownBy(() -> group("not-now"))
        .isInstanceOfSatisfying(
            ElasticLoadBalancingV2Exception.class, e -> assertThat(e.statusCode()).isEqualTo(500));
  }

  @Test
  void limitsAreTold() {
    assertThat(elb.describeAccountLimits().limits())
        .extracting(limit -> limit.name())
        .contains("target-groups");
  }

  private String post(String form) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(endpoint)
                  .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                  .POST(HttpRequest.BodyPublishers.ofString(form))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void formsThatAreNoneAreRefused() throws Exception {
    assertThat(post("Action=DescribeNothing&Version=2015-12-01")).contains("<Code>InvalidAction<");
    assertThat(post("Action=DescribeTags&ResourceArns.member.x=a"))
        .contains("<Code>ValidationError<");
    assertThat(post("%zz")).contains("<Code>ValidationError<");
    assertThat(post("Action=DescribeNetworkInterfaces&Version=2016-11-15"))
        .contains("<networkInterfaceSet");
    assertThat(post("Action=RunInstances&Version=2016-11-15"))
        .contains("<Code>UnsupportedOperation<");
  }

  /** The table of docs/elb-coverage.md. */
  @Test
  void theDocumentSaysWhatIsAnswered() throws Exception {
    String document = Files.readString(Path.of("../docs/elbv2-coverage.md"));
    assertThat(
            document
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(3, line.indexOf('`', 3))))
        .containsExactlyInAnyOrderElementsOf(operations.names());
    for (String name : operations.names()) {
      assertThat(document).as(name).contains("| `" + name + "`");
    }
    assertThat(
            BalancingOperations.ofElb().stream()
                .filter(name -> !operations.names().contains(name.replace("Ssl", "SSL"))))
        .allSatisfy(name -> assertThat(document).contains(name));
  }
}
