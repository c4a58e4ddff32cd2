package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.api.core.EcsException;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.Command;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clusters, definitions, services and tasks under {@code /v1}, and what is refused there. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RestApiTest extends RestRequests {
  @Test
  void clusters() throws Exception {
    HttpResponse<String> created =
        call(
            "POST",
            "/v1/clusters",
            "{\"clusterName\":\"r1\",\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}");
    assertThat(body(created, 201).path("status").asText()).isEqualTo("ACTIVE");
    assertThat(header(created, "Location")).isEqualTo("/v1/clusters/r1");
    JsonNode found = get(header(created, "Location"));
    assertThat(found.path("clusterName").asText()).isEqualTo("r1");
    assertThat(found.at("/tags/0/value").asText()).isEqualTo("v");
    assertThat(found.path("settings").size()).isEqualTo(1);

    JsonNode changed =
        body(
            call(
                "PATCH",
                "/v1/clusters/r1",
                "{\"settings\":[{\"name\":\"containerInsights\",\"value\":\"enabled\"}]}"),
            200);
    assertThat(changed.at("/settings/0/value").asText()).isEqualTo("enabled");

    HttpResponse<String> missing = call("GET", "/v1/clusters/nowhere", "");
    assertThat(assertProblem(missing, 404, "ResourceNotFoundException").path("detail").asText())
        .contains("cluster/nowhere");

    JsonNode deleted = body(call("DELETE", "/v1/clusters/r1", ""), 200);
    assertThat(deleted.path("status").asText()).isEqualTo("INACTIVE");
  }

  @Test
  void definitions() throws Exception {
    register("rest-def");
    register("rest-def");
    JsonNode second = get("/v1/task-definitions/rest-def/latest");
    assertThat(second.path("revision").asInt()).isEqualTo(2);
    assertThat(second.path("registeredAt").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
    assertThat(second.at("/tags/0/value").asText()).isEqualTo("blue");
    assertThat(get("/v1/task-definitions/rest-def/1").path("revision").asInt()).isEqualTo(1);

    JsonNode revisions = get("/v1/task-definitions/rest-def?sort=DESC");
    assertThat(revisions.path("taskDefinitions").findValuesAsText("revision"))
        .containsExactly("2", "1");
    assertThat(get("/v1/task-definitions?familyPrefix=rest-de").at("/families/0").asText())
        .isEqualTo("rest-def");

    JsonNode gone = body(call("DELETE", "/v1/task-definitions/rest-def/2", ""), 200);
    assertThat(gone.path("status").asText()).isEqualTo("INACTIVE");
    assertProblem(call("GET", "/v1/task-definitions/rest-def/9", ""), 404, "ClientException");
  }

  @Test
  void explanations() throws Exception {
    cluster("why");
    register("rest-why");
    String service =
        "{\"serviceName\":\"front\",\"taskDefinition\":\"rest-why\",\"desiredCount\":1}";
    body(call("POST", "/v1/clusters/why/services", service), 201);
    JsonNode why = get("/v1/clusters/why/services/front/explain");
    assertThat(why.path("serviceArn").asText()).endsWith("service/why/front");
    assertThat(why.at("/waiting/0/rule").asText()).isEqualTo("NO_PLACE");
    assertThat(why.at("/waiting/0/obstacles/RESOURCE:CPU").asInt()).isEqualTo(2);
    JsonNode decision = why.at("/decisions/0");
    assertThat(why.path("decisions").size()).isEqualTo(1);
    assertThat(decision.path("decision").asText()).isEqualTo("START");
    assertThat(decision.path("rule").asText()).isEqualTo("REPLACEMENT");
    assertThat(decision.path("inPlaceOf").asText()).contains(":task/why/");
    assertThat(decision.path("decidedAt").asText()).isEqualTo("2026-01-02T03:04:05.678Z");

    JsonNode ran =
        body(call("POST", "/v1/clusters/why/tasks", "{\"taskDefinition\":\"rest-why\"}"), 201);
    String arn = ran.at("/tasks/0/taskArn").asText();
    JsonNode task =
        get("/v1/clusters/why/tasks/" + arn.substring(arn.lastIndexOf('/') + 1) + "/explain");
    assertThat(task.at("/started/rule").asText()).isEqualTo("RUN_TASK");
    assertThat(task.at("/started/place").asText()).isEqualTo("It is the only host.");
    assertThat(task.has("stopped")).isFalse();

    assertProblem(
        call("GET", "/v1/clusters/why/services/none/explain", ""), 404, "ServiceNotFoundException");
    assertProblem(
        call("GET", "/v1/clusters/why/tasks/" + "0".repeat(32) + "/explain", ""),
        404,
        "ResourceNotFoundException");
    HttpResponse<String> wire =
        send(
            request("/")
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ExplainService")
                .POST(BodyPublishers.ofString("{}")));
    assertThat(wire.statusCode()).as("ECS has no such operation").isEqualTo(400);
  }

  @Test
  void services() throws Exception {
    cluster("r2");
    register("rest-web");
    HttpResponse<String> created =
        call(
            "POST",
            "/v1/clusters/r2/services",
            """
            {"serviceName":"front","taskDefinition":"rest-web","desiredCount":3}
            """);
    assertThat(body(created, 201).path("desiredCount").asInt()).isEqualTo(3);
    assertThat(header(created, "Location")).isEqualTo("/v1/clusters/r2/services/front");

    JsonNode updated =
        body(call("PATCH", "/v1/clusters/r2/services/front", "{\"desiredCount\":5}"), 200);
    assertThat(updated.path("desiredCount").asInt()).isEqualTo(5);
    assertThat(updated.path("createdAt").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
    assertThat(updated.at("/deployments/0/updatedAt").asText()).startsWith("2026-01-02T");
    assertThat(get("/v1/clusters/r2/services").at("/services/0/desiredCount").asInt()).isEqualTo(5);

    HttpResponse<String> deleted = call("DELETE", "/v1/clusters/r2/services/front?force=true", "");
    assertThat(body(deleted, 202).path("status").asText()).isEqualTo("DRAINING");
    assertThat(((Command.DeleteService) scheduler.lastCommand()).force()).isTrue();
    assertProblem(
        call("GET", "/v1/clusters/r2/services/none", ""), 404, "ResourceNotFoundException");
    assertProblem(call("GET", "/v1/clusters/none/services", ""), 404, "ClusterNotFoundException");
  }

  @Test
  void deployments() throws Exception {
    cluster("r10");
    register("rest-rolled");
    body(
        call(
            "POST",
            "/v1/clusters/r10/services",
            "{\"serviceName\":\"web\",\"taskDefinition\":\"rest-rolled\",\"desiredCount\":1}"),
        201);
    String path = "/v1/clusters/r10/services/web/deployments";
    JsonNode all = get(path).path("serviceDeployments");
    assertThat(all)
        .extracting(each -> each.path("status").asText())
        .containsExactly("IN_PROGRESS", "ROLLBACK_SUCCESSFUL");
    assertThat(get(path + "?status=IN_PROGRESS&status=PENDING").path("serviceDeployments").size())
        .isEqualTo(1);
    JsonNode first = all.get(0);
    String one = path + "/" + last(first.path("serviceDeploymentArn"));
    assertThat(get(one)).isEqualTo(first);
    assertThat(first.path("createdAt").asText()).startsWith("2026-01-02T");
    JsonNode revision =
        get(
            "/v1/clusters/r10/services/web/revisions/"
                + last(first.at("/targetServiceRevision/arn")));
    assertThat(revision.path("taskDefinition").asText()).endsWith("rest-rolled:1");
    body(call("DELETE", one + "?stopType=ABORT", ""), 202);
    assertThat(((Command.StopServiceDeployment) scheduler.lastCommand()).stopType())
        .isEqualTo(Command.StopType.ABORT);
    assertProblem(call("GET", path + "/none", ""), 404, "ResourceNotFoundException");
  }

  @Test
  void tasksAndInstances() throws Exception {
    cluster("r3");
    register("rest-job");
    JsonNode run =
        body(
            call(
                "POST",
                "/v1/clusters/r3/tasks",
                "{\"taskDefinition\":\"rest-job\",\"count\":2,\"startedBy\":\"me\"}"),
            201);
    assertThat(run.path("tasks").size()).isEqualTo(2);
    assertThat(run.at("/failures/0/reason").asText()).isEqualTo("RESOURCE:MEMORY");

    JsonNode listed = get("/v1/clusters/r3/tasks?startedBy=me");
    assertThat(listed.path("tasks").size()).isEqualTo(2);
    assertThat(get("/v1/clusters/r3/tasks?startedBy=you").path("tasks").size()).isZero();
    String arn = listed.at("/tasks/0/taskArn").asText();
    String path = "/v1/clusters/r3/tasks/" + arn.substring(arn.lastIndexOf('/') + 1);
    assertThat(get(path).path("taskArn").asText()).isEqualTo(arn);

    JsonNode stopped = body(call("DELETE", path + "?reason=done%20with%20it", ""), 202);
    assertThat(stopped.path("stoppedReason").asText()).isEqualTo("done with it");
    String unknown = "/v1/clusters/r3/tasks/0123456789abcdef0123456789abcdef";
    assertProblem(call("GET", unknown, ""), 404, "ResourceNotFoundException");
    assertProblem(call("DELETE", unknown, ""), 404, "InvalidParameterException");

    JsonNode instance = get("/v1/clusters/r3/instances").at("/containerInstances/0");
    String instanceArn = instance.path("containerInstanceArn").asText();
    String id = instanceArn.substring(instanceArn.lastIndexOf('/') + 1);
    assertThat(get("/v1/clusters/r3/instances/" + id)).isEqualTo(instance);
  }

  @Test
  void tags() throws Exception {
    cluster("r4");
    String path = "/v1/clusters/r4/tags";
    HttpResponse<String> tagged =
        call("PATCH", path, "{\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]}");
    assertThat(tagged.statusCode()).isEqualTo(204);
    assertThat(tagged.body()).isEmpty();
    assertThat(get(path).at("/tags/0/key").asText()).isEqualTo("a");
    assertThat(call("DELETE", path + "?tagKeys=a&tagKeys=b", "").statusCode()).isEqualTo(204);
    assertThat(((Command.UntagResource) scheduler.lastCommand()).tagKeys())
        .containsExactly("a", "b");
    assertThat(get(path).path("tags").size()).isZero();
    assertProblem(call("GET", "/v1/clusters/none/tags", ""), 404, "InvalidParameterException");
  }

  @Test
  void pages() throws Exception {
    cluster("r5");
    register("rest-paged");
    for (int i = 0; i < 13; i++) {
      String body =
          "{\"serviceName\":\"s%02d\",\"taskDefinition\":\"rest-paged\",\"desiredCount\":0}"
              .formatted(i);
      body(call("POST", "/v1/clusters/r5/services", body), 201);
    }
    // More than DescribeServices takes at once.
    JsonNode first = get("/v1/clusters/r5/services?limit=12");
    List<String> names = new ArrayList<>(first.path("services").findValuesAsText("serviceName"));
    assertThat(names).hasSize(12);
    String token = first.path("nextToken").asText();
    JsonNode second = get("/v1/clusters/r5/services?limit=12&nextToken=" + token);
    names.addAll(second.path("services").findValuesAsText("serviceName"));
    assertThat(names).hasSize(13).isSorted().doesNotHaveDuplicates();
    assertThat(second.has("nextToken")).isFalse();
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    cluster("r6");
    String services = "/v1/clusters/r6/services";
    JsonNode unknown =
        assertProblem(
            call("POST", services, "{\"serviceNam\":\"x\"}"), 400, "InvalidParameterException");
    assertThat(unknown.path("member").asText()).isEqualTo("serviceNam");
    assertThat(unknown.path("detail").asText()).contains("serviceName");
    JsonNode nested =
        assertProblem(
            call("POST", services, "{\"loadBalancers\":[{\"port\":1}]}"),
            400,
            "InvalidParameterException");
    assertThat(nested.path("member").asText()).isEqualTo("loadBalancers[0].port");
    JsonNode mistyped =
        assertProblem(
            call("POST", services, "{\"desiredCount\":\"3\"}"), 400, "SerializationException");
    assertThat(mistyped.path("member").asText()).isEqualTo("desiredCount");
    // It follows from the path.
    JsonNode given =
        assertProblem(
            call("POST", services, "{\"cluster\":\"other\"}"), 400, "InvalidParameterException");
    assertThat(given.path("member").asText()).isEqualTo("cluster");
    for (String query : List.of("?limi=1", "?limit=0", "?limit=x", "?limit=1&limit=2")) {
      assertThat(call("GET", services + query, "").statusCode()).as(query).isEqualTo(400);
    }
    assertProblem(call("GET", services + "?launchType=BOAT", ""), 400, "InvalidParameterException");
    assertThat(call("GET", services, "{}").statusCode()).isEqualTo(400);
  }

  @Test
  void pathsMethodsAndTypes() throws Exception {
    assertProblem(call("GET", "/v1/nothing", ""), 404, "UnknownPathException");
    assertProblem(call("GET", "/v1/clusters//services", ""), 404, "UnknownPathException");
    HttpResponse<String> wrong = call("PUT", "/v1/clusters", "{}");
    assertProblem(wrong, 405, "MethodNotAllowedException");
    assertThat(header(wrong, "Allow")).isEqualTo("GET, POST, HEAD");
    assertProblem(
        send(
            request("/v1/clusters")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{}"))),
        415,
        "UnsupportedMediaTypeException");
    assertProblem(
        send(
            request("/v1/clusters")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(new byte[2 << 20]))),
        413,
        "RequestEntityTooLargeException");
    HttpResponse<String> head = call("HEAD", "/v1", "");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(get("/v1").path("resources").size()).isGreaterThan(20);
  }

  @Test
  void theSchedulersRefusals() throws Exception {
    cluster("r7");
    scheduler.refuseWith(EcsException.of("ClusterContainsTasksException", "Tasks are active."));
    JsonNode problem =
        assertProblem(call("DELETE", "/v1/clusters/r7", ""), 409, "ClusterContainsTasksException");
    assertThat(problem.path("title").asText()).isEqualTo("Cluster contains tasks");
    scheduler.refuseWith(EcsException.server("Kafka cannot be reached yet."));
    HttpResponse<String> away = call("DELETE", "/v1/clusters/r7", "");
    assertProblem(away, 503, "ServerException");
    assertThat(header(away, "Retry-After")).isEqualTo("1");
  }

  @Test
  void anIdempotencyKeyMakesARepetitionTheSameCall() throws Exception {
    cluster("r8");
    register("rest-once");
    String body = "{\"taskDefinition\":\"rest-once\"}";
    List<String> keys = new ArrayList<>();
    for (String key : List.of("one", "one", "two")) {
      body(call("POST", "/v1/clusters/r8/tasks", body, "Idempotency-Key", key), 201);
      keys.add(scheduler.lastToken() + " " + scheduler.lastCall());
    }
    assertThat(scheduler.lastToken()).startsWith("RunTask/r8/");
    assertThat(withoutTrace(keys.get(0))).isEqualTo(withoutTrace(keys.get(1)));
    assertThat(withoutTrace(keys.get(0))).isNotEqualTo(withoutTrace(keys.get(2)));
    assertProblem(
        call("POST", "/v1/clusters/r8/tasks", body, "Idempotency-Key", "x".repeat(256)),
        400,
        "InvalidParameterException");
  }

  private static String withoutTrace(String call) {
    return call.replaceAll("traceparent=[^,]*", "");
  }

  @Test
  void aChangeMayExpectAVersion() throws Exception {
    cluster("r9");
    register("rest-tagged");
    body(
        call(
            "POST",
            "/v1/clusters/r9/services",
            "{\"serviceName\":\"web\",\"taskDefinition\":\"rest-tagged\",\"desiredCount\":1}"),
        201);
    String path = "/v1/clusters/r9/services/web";
    String tag = header(call("GET", path, ""), "ETag");
    HttpResponse<String> same = call("GET", path, "", "If-None-Match", "W/\"other\", " + tag);
    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(same.body()).isEmpty();

    // What the scheduler does about it is no conflict.
    scheduler.goOnWith("r9", "web");
    String change = "{\"desiredCount\":2}";
    assertThat(call("PATCH", path, change, "If-Match", tag).statusCode()).isEqualTo(200);
    assertProblem(call("PATCH", path, change, "If-Match", tag), 412, "PreconditionFailedException");
    assertProblem(
        call("DELETE", path + "?force=true", "", "If-Match", tag),
        412,
        "PreconditionFailedException");
    assertProblem(
        call("PATCH", path, change, "If-Match", "\"made-up\""), 412, "PreconditionFailedException");
    assertThat(call("PATCH", path, change, "If-Match", "*").statusCode()).isEqualTo(200);

    String now = header(call("GET", path, "", "If-None-Match", tag), "ETag");
    assertThat(now).isNotEqualTo(tag);
    assertThat(call("PATCH", path, change, "If-Match", now).statusCode()).isEqualTo(200);
    assertProblem(
        call("DELETE", "/v1/task-definitions/rest-tagged/1", "", "If-Match", now),
        400,
        "InvalidParameterException");
  }

  @Test
  void aClusterHasAVersionToo() throws Exception {
    cluster("r11");
    String path = "/v1/clusters/r11";
    String tag = header(call("GET", path, ""), "ETag");
    String change = "{\"settings\":[{\"name\":\"containerInsights\",\"value\":\"enabled\"}]}";
    assertThat(call("PATCH", path, change, "If-Match", tag).statusCode()).isEqualTo(200);
    for (String stale : List.of(path, path + "/settings")) {
      assertProblem(
          call("PATCH", stale, change, "If-Match", tag), 412, "PreconditionFailedException");
    }
    assertProblem(call("DELETE", path, "", "If-Match", tag), 412, "PreconditionFailedException");
    String now = header(call("GET", path, ""), "ETag");
    assertThat(call("DELETE", path, "", "If-Match", now).statusCode()).isEqualTo(200);
  }
}
