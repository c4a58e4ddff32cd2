package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.api.core.EcsException;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.LoadBalancingCommand;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Load balancers and what belongs to them under {@code /v1}. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RestBalancingTest extends RestRequests {
  private static final String BALANCERS = "/v1/load-balancers";
  private static final String GROUPS = "/v1/target-groups";

  private String balancer(String name) throws Exception {
    HttpResponse<String> created =
        call(
            "POST",
            BALANCERS,
            """
            {"Name":"%s","Subnets":["subnet-1"],"Tags":[{"Key":"team","Value":"blue"}]}
            """
                .formatted(name));
    assertThat(body(created, 201).path("LoadBalancerName").asText()).isEqualTo(name);
    assertThat(header(created, "Location")).isEqualTo(BALANCERS + "/" + name);
    return header(created, "Location");
  }

  private String group(String name) throws Exception {
    HttpResponse<String> created =
        call(
            "POST",
            GROUPS,
            """
            {"Name":"%s","Protocol":"HTTP","Port":8000,"TargetType":"ip","VpcId":"vpc-1"}
            """
                .formatted(name));
    assertThat(body(created, 201).path("HealthCheckPath").asText()).isEqualTo("/");
    assertThat(header(created, "Location")).isEqualTo(GROUPS + "/" + name);
    return header(created, "Location");
  }

  private String listener(String balancer, int port, String group) throws Exception {
    HttpResponse<String> created =
        call(
            "POST",
            balancer + "/listeners",
            """
            {"Protocol":"HTTP","Port":%d,"DefaultActions":[{"Type":"forward","TargetGroupArn":"%s"}]}
            """
                .formatted(port, get(group).path("TargetGroupArn").asText()));
    JsonNode listener = body(created, 201);
    assertThat(header(created, "Location"))
        .isEqualTo(balancer + "/listeners/" + last(listener.path("ListenerArn")));
    return header(created, "Location");
  }

  private String rule(String listener, int priority) throws Exception {
    HttpResponse<String> created =
        call(
            "POST",
            listener + "/rules",
            """
            {"Priority":%d,"Conditions":[{"Field":"path-pattern","Values":["/old/*"]}],
             "Actions":[{"Type":"fixed-response","FixedResponseConfig":{"StatusCode":"410"}}]}
            """
                .formatted(priority));
    JsonNode rule = body(created, 201);
    assertThat(header(created, "Location"))
        .isEqualTo(listener + "/rules/" + last(rule.path("RuleArn")));
    return header(created, "Location");
  }

  @Test
  void aWholeLife() throws Exception {
    String balancer = balancer("rb-front");
    String group = group("rb-web");
    assertThat(get(balancer).path("DNSName").asText()).isEqualTo("rb-front.elb.localhost");
    assertThat(get(balancer).path("CreatedTime").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    String listener = listener(balancer, 9000, group);
    String rule = rule(listener, 10);
    assertThat(get(balancer + "/listeners").at("/Listeners/0")).isEqualTo(get(listener));
    assertThat(get(balancer + "/target-groups").at("/TargetGroups/0")).isEqualTo(get(group));
    JsonNode rules = get(listener + "/rules").path("Rules");
    assertThat(rules.findValuesAsText("Priority")).containsExactly("10", "default");
    assertThat(rules.get(0)).isEqualTo(get(rule));
    assertThat(get(listener + "/rules/" + last(rules.get(1).path("RuleArn"))))
        .isEqualTo(rules.get(1));

    HttpResponse<String> registered =
        call("PATCH", group + "/targets", "{\"Targets\":[{\"Id\":\"127.0.0.1\",\"Port\":8001}]}");
    assertThat(registered.statusCode()).as(registered.body()).isEqualTo(204);
    JsonNode health = get(group + "/targets").at("/TargetHealthDescriptions/0");
    assertThat(health.at("/TargetHealth/State").asText()).isEqualTo("initial");
    assertThat(get(group + "/targets/127.0.0.1/8001")).isEqualTo(health);
    assertThat(get(group + "/targets/127.0.0.1/8002").at("/TargetHealth/State").asText())
        .isEqualTo("unused");

    assertThat(body(call("PATCH", listener, "{\"Port\":9001}"), 200).path("Port").asInt())
        .isEqualTo(9001);
    assertThat(
            body(call("PATCH", group, "{\"HealthCheckPath\":\"/up\"}"), 200)
                .path("HealthCheckPath")
                .asText())
        .isEqualTo("/up");
    String conditions = "{\"Conditions\":[{\"Field\":\"path-pattern\",\"Values\":[\"/new\"]}]}";
    assertThat(body(call("PATCH", rule, conditions), 200).at("/Conditions/0/Values/0").asText())
        .isEqualTo("/new");
    String priorities =
        "{\"RulePriorities\":[{\"RuleArn\":\"%s\",\"Priority\":20}]}"
            .formatted(get(rule).path("RuleArn").asText());
    assertThat(
            body(call("PATCH", "/v1/rule-priorities", priorities), 200)
                .at("/Rules/0/Priority")
                .asText())
        .isEqualTo("20");

    assertThat(call("DELETE", group + "/targets/127.0.0.1/8001", "").statusCode()).isEqualTo(204);
    assertThat(((LoadBalancingCommand.DeregisterTargets) scheduler.lastCommand()).targets())
        .containsExactly(new LoadBalancingCommand.Target("127.0.0.1", 8001));
    for (String gone : List.of(rule, listener, balancer, group)) {
      assertThat(call("DELETE", gone, "").statusCode()).as(gone).isEqualTo(204);
      assertThat(call("GET", gone, "").statusCode()).as(gone).isEqualTo(404);
    }
  }

  @Test
  void attributesAndTags() throws Exception {
    String balancer = balancer("rb-tagged");
    String group = group("rb-tagged");
    String listener = listener(balancer, 9000, group);
    Map<String, List<String>> attributes =
        Map.of(
            balancer, List.of("idle_timeout.timeout_seconds", "30"),
            group, List.of("stickiness.enabled", "true"),
            listener, List.of("routing.http.response.server.enabled", "false"));
    for (String path : attributes.keySet()) {
      List<String> set = attributes.get(path);
      String body =
          "{\"Attributes\":[{\"Key\":\"%s\",\"Value\":\"%s\"}]}".formatted(set.get(0), set.get(1));
      JsonNode shown = body(call("PATCH", path + "/attributes", body), 200);
      assertThat(shown).isEqualTo(get(path + "/attributes"));
      assertThat(shown.path("Attributes"))
          .extracting(each -> each.path("Key").asText() + "=" + each.path("Value").asText())
          .contains(String.join("=", set));
      assertProblem(
          call("PATCH", path + "/attributes", body.replace(set.get(0), "colour")),
          400,
          "ValidationError");
    }

    for (String path : List.of(balancer, group, listener, rule(listener, 10))) {
      HttpResponse<String> tagged =
          call("PATCH", path + "/tags", "{\"Tags\":[{\"Key\":\"tier\",\"Value\":\"1\"}]}");
      assertThat(tagged.statusCode()).as(tagged.body()).isEqualTo(204);
      assertThat(get(path + "/tags").path("Tags").findValuesAsText("Key")).contains("tier");
      String taken = path + "/tags?TagKeys=tier&TagKeys=team";
      assertThat(call("DELETE", taken, "").statusCode()).isEqualTo(204);
      assertThat(((LoadBalancingCommand.RemoveTags) scheduler.lastCommand()).tagKeys())
          .containsExactly("tier", "team");
      assertThat(get(path + "/tags").path("Tags").size()).isZero();
    }
  }

  @Test
  void certificates() throws Exception {
    String balancer = balancer("rb-secure");
    String group = get(group("rb-secure")).path("TargetGroupArn").asText();
    String listener =
        header(
            call(
                "POST",
                balancer + "/listeners",
                """
                {"Protocol":"HTTPS","Port":443,"Certificates":[{"CertificateArn":"arn:cert/one"}],
                 "DefaultActions":[{"Type":"forward","TargetGroupArn":"%s"}]}
                """
                    .formatted(group)),
            "Location");
    String path = listener + "/certificates";
    assertThat(get(path).at("/Certificates/0/IsDefault").asBoolean()).isTrue();
    JsonNode added =
        body(
            call("PATCH", path, "{\"Certificates\":[{\"CertificateArn\":\"arn:cert/two\"}]}"), 200);
    assertThat(added.at("/Certificates/0/CertificateArn").asText()).isEqualTo("arn:cert/two");
    String one = path + "/" + URLEncoder.encode("arn:cert/two", StandardCharsets.UTF_8);
    assertThat(call("DELETE", one, "").statusCode()).isEqualTo(204);
    assertThat(
            ((LoadBalancingCommand.RemoveListenerCertificates) scheduler.lastCommand())
                .certificates())
        .containsExactly("arn:cert/two");
  }

  @Test
  void whatIsKeptAndShown() throws Exception {
    String balancer = balancer("rb-kept");
    JsonNode subnets =
        body(call("PUT", balancer + "/subnets", "{\"Subnets\":[\"subnet-7\"]}"), 200);
    assertThat(subnets.at("/AvailabilityZones/0/SubnetId").asText()).isEqualTo("subnet-7");
    JsonNode security =
        body(call("PUT", balancer + "/security-groups", "{\"SecurityGroups\":[\"sg-7\"]}"), 200);
    assertThat(security.at("/SecurityGroupIds/0").asText()).isEqualTo("sg-7");
    JsonNode type =
        body(call("PUT", balancer + "/ip-address-type", "{\"IpAddressType\":\"dualstack\"}"), 200);
    assertThat(type.path("IpAddressType").asText()).isEqualTo("dualstack");
    assertThat(get(balancer + "/capacity-reservation").path("CapacityReservationState").size())
        .isZero();
    assertThat(get("/v1/load-balancing-limits").path("Limits").findValuesAsText("Name"))
        .contains("target-groups");
    String policy = "ELBSecurityPolicy-2016-08";
    assertThat(get("/v1/ssl-policies?Names=" + policy).path("SslPolicies").findValuesAsText("Name"))
        .containsExactly(policy);
    JsonNode none =
        assertProblem(call("GET", "/v1/ssl-policies?Names=x", ""), 404, "SSLPolicyNotFound");
    assertThat(none.path("title").asText()).isEqualTo("Ssl policy not found");
  }

  @Test
  void pages() throws Exception {
    for (int i = 0; i < 3; i++) {
      group("rb-paged-" + i);
    }
    List<String> names = new ArrayList<>();
    JsonNode page = get(GROUPS + "?limit=2");
    assertThat(page.path("TargetGroups").size()).isEqualTo(2);
    assertThat(page.has("NextMarker")).isFalse();
    names.addAll(page.path("TargetGroups").findValuesAsText("TargetGroupName"));
    for (int pages = 0; page.has("nextToken") && pages < 50; pages++) {
      page = get(GROUPS + "?limit=2&nextToken=" + page.path("nextToken").asText());
      names.addAll(page.path("TargetGroups").findValuesAsText("TargetGroupName"));
    }
    assertThat(names).contains("rb-paged-0", "rb-paged-1", "rb-paged-2").doesNotHaveDuplicates();
    for (String query : List.of("?limit=0", "?limit=101", "?PageSize=2", "?nextToken=made-up")) {
      assertThat(call("GET", GROUPS + query, "").statusCode()).as(query).isEqualTo(400);
    }
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    String balancer = balancer("rb-wrong");
    String group = group("rb-wrong");
    JsonNode unknown =
        assertProblem(call("POST", BALANCERS, "{\"Nam\":\"x\"}"), 400, "InvalidParameterException");
    assertThat(unknown.path("member").asText()).isEqualTo("Nam");
    JsonNode mistyped =
        assertProblem(
            call("PATCH", group + "/targets", "{\"Targets\":[{\"Id\":\"a\",\"Port\":\"1\"}]}"),
            400,
            "SerializationException");
    assertThat(mistyped.path("member").asText()).isEqualTo("Targets[0].Port");
    // It follows from the path.
    assertProblem(
        call("POST", balancer + "/listeners", "{\"LoadBalancerArn\":\"x\"}"),
        400,
        "InvalidParameterException");
    JsonNode port =
        assertProblem(
            call("DELETE", group + "/targets/127.0.0.1/http", ""), 400, "SerializationException");
    assertThat(port.path("member").asText()).isEqualTo("Port");
    // The other door shows it in XML.
    JsonNode control =
        assertProblem(
            call("POST", BALANCERS, "{\"Name\":\"a\",\"Subnets\":[\"\\u0001\"]}"),
            400,
            "SerializationException");
    assertThat(control.path("member").asText()).isEqualTo("Subnets[0]");
    assertProblem(call("POST", BALANCERS, "{\"Name\":\"a_b\"}"), 400, "ValidationError");
    assertProblem(
        call("POST", BALANCERS, "{\"Name\":\"gate\",\"Type\":\"gateway\"}"),
        501,
        "InvalidConfigurationRequest");
  }

  @Test
  void whatIsNotThere() throws Exception {
    JsonNode problem =
        assertProblem(call("GET", BALANCERS + "/nobody", ""), 404, "LoadBalancerNotFound");
    assertThat(problem.path("detail").asText()).contains("nobody");
    assertThat(problem.path("title").asText()).isEqualTo("Load balancer not found");
    assertProblem(call("DELETE", BALANCERS + "/nobody", ""), 404, "LoadBalancerNotFound");
    assertProblem(call("GET", GROUPS + "/nobody/targets", ""), 404, "TargetGroupNotFound");
    String listeners = balancer("rb-lonely") + "/listeners";
    assertProblem(call("GET", listeners + "/0123", ""), 404, "ListenerNotFound");
    assertProblem(call("PATCH", listeners + "/0123", "{\"Port\":1}"), 404, "ListenerNotFound");
    assertProblem(call("GET", listeners + "/0123/rules", ""), 404, "ListenerNotFound");
    assertProblem(call("GET", listeners + "/0123/rules/4567", ""), 404, "RuleNotFound");
  }

  @Test
  void theSchedulersRefusals() throws Exception {
    String group = group("rb-refused");
    for (String type :
        List.of(
            "DuplicateLoadBalancerName",
            "DuplicateTargetGroupName",
            "DuplicateListener",
            "PriorityInUse",
            "ResourceInUse",
            "OperationNotPermitted")) {
      scheduler.refuseWith(EcsException.of(type, "It is in the way."));
      assertProblem(call("DELETE", group, ""), 409, type);
    }
    scheduler.refuseWith(EcsException.of("TargetGroupNotFound", "There is none."));
    assertProblem(call("DELETE", group, ""), 404, "TargetGroupNotFound");
    scheduler.refuseWith(EcsException.server("Kafka cannot be reached yet."));
    assertProblem(call("DELETE", group, ""), 503, "ServerException");
  }

  @Test
  void representationsHaveTagsAndNoVersions() throws Exception {
    String balancer = balancer("rb-seen");
    String tag = header(call("GET", balancer, ""), "ETag");
    assertThat(call("GET", balancer, "", "If-None-Match", tag).statusCode()).isEqualTo(304);
    body(call("PUT", balancer + "/subnets", "{\"Subnets\":[\"subnet-9\"]}"), 200);
    assertThat(header(call("GET", balancer, "", "If-None-Match", tag), "ETag")).isNotEqualTo(tag);
    JsonNode problem =
        assertProblem(
            call("DELETE", balancer, "", "If-Match", tag), 400, "InvalidParameterException");
    assertThat(problem.path("member").asText()).isEqualTo("If-Match");
  }

  @Test
  void anIdempotencyKeyMakesARepetitionTheSameCall() throws Exception {
    String body = "{\"Name\":\"rb-once\"}";
    List<String> calls = new ArrayList<>();
    for (String key : List.of("one", "one", "two")) {
      call("POST", BALANCERS, body, "Idempotency-Key", key);
      calls.add(scheduler.lastCall().toString().replaceAll("traceparent=[^,]*", ""));
    }
    assertThat(calls.get(0)).isEqualTo(calls.get(1)).isNotEqualTo(calls.get(2));
  }

  @Test
  void bothDoorsLeadToTheSame() throws Exception {
    String balancer = balancer("rb-shared");
    HttpResponse<String> form =
        send(
            request("/")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    BodyPublishers.ofString(
                        "Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=rb-shared")));
    assertThat(form.body()).contains(get(balancer).path("LoadBalancerArn").asText());
  }
}
