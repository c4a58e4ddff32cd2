package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.longshore.api.testing.FakeScheduler;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** {@code /v1} as somebody with nothing but HTTP and JSON uses it, for the tests that do. */
@SuppressWarnings("NullAway.Init")
abstract class RestRequests {
  static final ObjectMapper JSON = new ObjectMapper();

  @TestHTTPResource("/")
  URI root;

  @Inject FakeScheduler scheduler;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    scheduler.refuseWith(null);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofSeconds(10));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> call(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        request(path)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  JsonNode get(String path) throws Exception {
    return body(call("GET", path, ""), 200);
  }

  static JsonNode body(HttpResponse<String> response, int status) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  static JsonNode assertProblem(HttpResponse<String> response, int status, String type)
      throws Exception {
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = body(response, status);
    assertThat(problem.path("type").asText()).isEqualTo("urn:longshore:problem:" + type);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("title").asText()).isNotBlank();
    assertThat(problem.path("detail").asText()).isNotBlank();
    return problem;
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElseThrow();
  }

  void cluster(String name) throws Exception {
    body(call("POST", "/v1/clusters", "{\"clusterName\":\"" + name + "\"}"), 201);
  }

  void register(String family) throws Exception {
    body(
        call(
            "POST",
            "/v1/task-definitions",
            """
            {"family":"%s","containerDefinitions":[{"name":"web","image":"nginx:1","memory":64}],
             "tags":[{"key":"team","value":"blue"}]}
            """
                .formatted(family)),
        201);
  }

  static String last(JsonNode arn) {
    return arn.asText().substring(arn.asText().lastIndexOf('/') + 1);
  }
}
