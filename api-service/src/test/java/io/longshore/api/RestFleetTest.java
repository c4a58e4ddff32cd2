package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.Command;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Container instances, capacity providers, settings and protection under {@code /v1}. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RestFleetTest extends RestRequests {

  @Test
  void instances() throws Exception {
    cluster("rf1");
    register("rf-job");
    JsonNode instance = get("/v1/clusters/rf1/instances").at("/containerInstances/0");
    String path = "/v1/clusters/rf1/instances/" + last(instance.path("containerInstanceArn"));

    JsonNode run = body(call("POST", path + "/tasks", "{\"taskDefinition\":\"rf-job\"}"), 201);
    assertThat(run.path("tasks").size()).isEqualTo(1);
    assertThat(((Command.StartTask) scheduler.lastCommand()).runners())
        .extracting(Object::toString)
        .containsExactly(last(instance.path("containerInstanceArn")));

    JsonNode draining = body(call("PATCH", path, "{\"status\":\"DRAINING\"}"), 200);
    assertThat(draining.path("status").asText()).isEqualTo("DRAINING");
    assertThat(get("/v1/clusters/rf1/instances?status=DRAINING").path("containerInstances").size())
        .isEqualTo(1);
    assertProblem(
        call("PATCH", path, "{\"status\":\"RESTING\"}"), 400, "InvalidParameterException");

    JsonNode gone = body(call("DELETE", path + "?force=true", ""), 200);
    assertThat(gone.path("status").asText()).isEqualTo("INACTIVE");
    assertThat(((Command.DeregisterContainerInstance) scheduler.lastCommand()).force()).isTrue();
    String unknown = "/v1/clusters/rf1/instances/0123456789abcdef0123456789abcdef";
    assertProblem(call("DELETE", unknown, ""), 404, "InvalidParameterException");
  }

  @Test
  void anInstanceIsRegisteredAndDescribedAnew() throws Exception {
    cluster("rf7");
    String instances = "/v1/clusters/rf7/instances";
    JsonNode made =
        body(
            call(
                "POST",
                instances,
                """
                {"attributes":[{"name":"disk","value":"ssd"}],
                 "totalResources":[{"name":"CPU","type":"INTEGER","integerValue":512}]}
                """),
            201);
    assertThat(made.path("agentConnected").asBoolean()).isFalse();
    String one = instances + "/" + last(made.path("containerInstanceArn"));
    assertThat(get(one)).isEqualTo(made);
    body(call("PUT", one, "{\"attributes\":[{\"name\":\"rack\",\"value\":\"7\"}]}"), 200);
    var asked = (Command.RegisterContainerInstance) scheduler.lastCommand();
    assertThat(String.valueOf(asked.runner())).isEqualTo(last(made.path("containerInstanceArn")));
    assertThat(asked.attributes()).containsEntry("rack", "7");
    assertProblem(call("POST", "/v1/clusters/none/instances", "{}"), 404, "ClientException");
  }

  @Test
  void attributes() throws Exception {
    cluster("rf2");
    JsonNode instance = get("/v1/clusters/rf2/instances").at("/containerInstances/0");
    String id = last(instance.path("containerInstanceArn"));
    String path = "/v1/clusters/rf2/attributes";
    JsonNode put =
        body(
            call(
                "PATCH",
                path,
                "{\"attributes\":[{\"name\":\"disk\",\"value\":\"ssd\",\"targetId\":\"%s\"}]}"
                    .formatted(id)),
            200);
    assertThat(put.at("/attributes/0/targetId")).isEqualTo(instance.path("containerInstanceArn"));
    JsonNode first = get(path + "?limit=1");
    assertThat(first.at("/attributes/0/name").asText()).isEqualTo("disk");
    JsonNode second = get(path + "?limit=1&nextToken=" + first.path("nextToken").asText());
    assertThat(second.at("/attributes/0/name").asText()).startsWith("ecs.");
    assertThat(get(path + "?attributeName=disk&attributeValue=ssd").path("attributes").size())
        .isEqualTo(1);

    String attribute = "/v1/clusters/rf2/instances/" + id + "/attributes/disk";
    assertThat(call("DELETE", attribute, "").statusCode()).isEqualTo(204);
    assertThat(get(path + "?attributeName=disk").path("attributes").size()).isZero();
    assertProblem(
        call("DELETE", attribute.replace("/disk", "/ecs.os-type"), ""),
        400,
        "InvalidParameterException");
    assertProblem(
        call("DELETE", attribute.replace(id, "nobody"), ""), 400, "InvalidParameterException");
  }

  @Test
  void protection() throws Exception {
    cluster("rf3");
    register("rf-safe");
    String tasks = "/v1/clusters/rf3/tasks";
    JsonNode run = body(call("POST", tasks, "{\"taskDefinition\":\"rf-safe\"}"), 201);
    String path = tasks + "/" + last(run.at("/tasks/0/taskArn")) + "/protection";
    assertProblem(call("GET", path, ""), 409, "ConflictException");
    JsonNode set =
        body(call("PATCH", path, "{\"protectionEnabled\":true,\"expiresInMinutes\":5}"), 200);
    assertThat(set.path("protectionEnabled").asBoolean()).isTrue();
    assertThat(get(path)).isEqualTo(set);
    assertProblem(
        call("PATCH", path, "{\"protectionEnabled\":true,\"expiresInMinutes\":0}"),
        400,
        "InvalidParameterException");
    assertProblem(
        call("GET", tasks + "/0123456789abcdef0123456789abcdef/protection", ""),
        404,
        "ResourceNotFoundException");
  }

  @Test
  void capacityProviders() throws Exception {
    cluster("rf4");
    String all = "/v1/capacity-providers";
    HttpResponse<String> created =
        call(
            "POST",
            all,
            """
            {"name":"rest-pool","autoScalingGroupProvider":{"autoScalingGroupArn":"arn:aws:autoscaling:x"}}
            """);
    assertThat(body(created, 201).path("status").asText()).isEqualTo("ACTIVE");
    String path = header(created, "Location");
    assertThat(path).isEqualTo(all + "/rest-pool");
    assertThat(get(path).path("name").asText()).isEqualTo("rest-pool");
    JsonNode page = get(all + "?limit=2");
    assertThat(page.path("capacityProviders").findValuesAsText("name"))
        .containsExactly("FARGATE", "FARGATE_SPOT");
    List<String> rest = new ArrayList<>();
    for (int pages = 0; page.has("nextToken") && pages < 20; pages++) {
      page = get(all + "?limit=10&nextToken=" + page.path("nextToken").asText());
      rest.addAll(page.path("capacityProviders").findValuesAsText("name"));
    }
    assertThat(rest).contains("rest-pool").doesNotContain("FARGATE").doesNotHaveDuplicates();
    assertProblem(call("GET", all + "?limit=11", ""), 400, "InvalidParameterException");

    String tag = header(call("GET", path, ""), "ETag");
    String change = "{\"autoScalingGroupProvider\":{\"managedDraining\":\"DISABLED\"}}";
    body(call("PATCH", path, change, "If-Match", tag), 200);
    assertProblem(call("PATCH", path, change, "If-Match", tag), 412, "PreconditionFailedException");
    String ofCluster = "/v1/clusters/rf4/capacity-providers";
    body(
        call(
            "PUT",
            ofCluster,
            "{\"capacityProviders\":[\"rest-pool\"],\"defaultCapacityProviderStrategy\":[]}"),
        200);
    assertThat(get(ofCluster).path("capacityProviders").findValuesAsText("name"))
        .containsExactly("rest-pool");
    assertProblem(call("DELETE", path, ""), 400, "ClientException");
    body(
        call("PUT", ofCluster, "{\"capacityProviders\":[],\"defaultCapacityProviderStrategy\":[]}"),
        200);
    assertThat(body(call("DELETE", path, ""), 200).path("status").asText()).isEqualTo("INACTIVE");
    assertProblem(call("DELETE", all + "/nobody", ""), 404, "InvalidParameterException");
    assertProblem(call("GET", all + "/nobody", ""), 404, "ResourceNotFoundException");
  }

  @Test
  void settings() throws Exception {
    cluster("rf5");
    JsonNode cluster =
        body(
            call(
                "PATCH",
                "/v1/clusters/rf5/settings",
                "{\"settings\":[{\"name\":\"containerInsights\",\"value\":\"enhanced\"}]}"),
            200);
    assertThat(cluster.at("/settings/0/value").asText()).isEqualTo("enhanced");

    String all = "/v1/account-settings";
    String user = "arn:aws:iam::000000000000:user/rest";
    JsonNode put =
        body(
            call(
                "PUT",
                all + "/taskLongArnFormat",
                "{\"value\":\"enabled\",\"principalArn\":\"%s\"}".formatted(user)),
            200);
    assertThat(put.path("principalArn").asText()).isEqualTo(user);
    assertThat(get(all + "?principalArn=" + user).path("settings").size()).isEqualTo(1);
    assertThat(
            get(all + "?effectiveSettings=true&limit=3&principalArn=" + user)
                .path("settings")
                .size())
        .isEqualTo(3);
    body(call("DELETE", all + "/taskLongArnFormat?principalArn=" + user, ""), 200);
    assertThat(get(all + "?principalArn=" + user).path("settings").size()).isZero();
    body(call("PUT", all + "/containerInsights/default", "{\"value\":\"disabled\"}"), 200);
    assertProblem(
        call("PUT", all + "/tomorrow", "{\"value\":\"enabled\"}"),
        400,
        "InvalidParameterException");
  }

  @Test
  void definitionsAreDeletedAndNamespacesListed() throws Exception {
    register("rf-gone");
    register("rf-gone");
    String families = "/v1/task-definitions";
    assertProblem(
        call("DELETE", families + "?taskDefinitions=rf-gone:7", ""), 409, "ConflictException");
    body(call("DELETE", families + "/rf-gone/1", ""), 200);
    JsonNode deleted = body(call("DELETE", families + "?taskDefinitions=rf-gone:1", ""), 202);
    assertThat(deleted.at("/taskDefinitions/0/status").asText()).isEqualTo("DELETE_IN_PROGRESS");

    cluster("rf6");
    body(
        call(
            "POST",
            "/v1/clusters/rf6/services",
            """
            {"serviceName":"inside","taskDefinition":"rf-gone","desiredCount":0,
             "serviceConnectConfiguration":{"enabled":true,"namespace":"rest-space"}}
            """),
        201);
    assertThat(get("/v1/namespaces/rest-space/services").at("/serviceArns/0").asText())
        .endsWith("service/rf6/inside");
    assertProblem(
        call("GET", "/v1/namespaces/nowhere/services", ""), 404, "NamespaceNotFoundException");
  }

  @Test
  void tagsOfACapacityProvider() throws Exception {
    body(
        call(
            "POST",
            "/v1/capacity-providers",
            """
            {"name":"rest-tagged","tags":[{"key":"team","value":"blue"}],
             "autoScalingGroupProvider":{"autoScalingGroupArn":"arn:aws:autoscaling:x"}}
            """),
        201);
    assertThat(get("/v1/capacity-providers/rest-tagged/tags").at("/tags/0/value").asText())
        .isEqualTo("blue");
  }
}
