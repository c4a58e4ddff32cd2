package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.api.testing.FakeScheduler;
import io.longshore.api.testing.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What no client of AWS would send. Nothing of it may reach the scheduler. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@SuppressWarnings("NullAway.Init")
class BadInputTest {
  private static final String TARGET = "AmazonEC2ContainerServiceV20141113.";

  @TestHTTPResource("/")
  URI endpoint;

  @Inject FakeScheduler scheduler;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private HttpRequest.Builder request() {
    return HttpRequest.newBuilder(endpoint)
        .timeout(Duration.ofSeconds(10))
        .header("Content-Type", "application/x-amz-json-1.1");
  }

  private HttpResponse<String> post(String operation, BodyPublisher body) throws Exception {
    return http.send(
        request().header("X-Amz-Target", TARGET + operation).POST(body).build(),
        BodyHandlers.ofString());
  }

  private static void assertError(HttpResponse<String> response, int status, String type) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).contains("\"__type\":\"" + type + "\"").contains("\"message\":\"");
    assertThat(response.headers().firstValue("x-amzn-errortype")).contains(type);
    assertThat(response.headers().firstValue("x-amzn-RequestId")).isPresent();
  }

  @Test
  void aBodyOfTwoMegabytes() throws Exception {
    int before = scheduler.commandCount();
    byte[] body = new byte[2 << 20];
    assertError(
        post("CreateCluster", BodyPublishers.ofByteArray(body)),
        413,
        "RequestEntityTooLargeException");
    assertError(
        post("CreateCluster", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))),
        413,
        "RequestEntityTooLargeException");
    assertThat(scheduler.commandCount()).isEqualTo(before);
  }

  @Test
  void targetsThatAreNone() throws Exception {
    assertError(
        post("MakeCoffee", BodyPublishers.ofString("{}")), 400, "UnknownOperationException");
    assertError(
        http.send(request().POST(BodyPublishers.ofString("{}")).build(), BodyHandlers.ofString()),
        400,
        "UnknownOperationException");
    assertError(
        http.send(
            request()
                .header("X-Amz-Target", "Other.ListClusters")
                .POST(BodyPublishers.ofString("{}"))
                .build(),
            BodyHandlers.ofString()),
        400,
        "UnknownOperationException");
    assertError(
        http.send(
            HttpRequest.newBuilder(endpoint)
                .header("X-Amz-Target", TARGET + "ListClusters")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{}"))
                .build(),
            BodyHandlers.ofString()),
        415,
        "UnsupportedMediaTypeException");
    assertError(
        http.send(request().GET().build(), BodyHandlers.ofString()),
        405,
        "MethodNotAllowedException");
  }

  @Test
  void aTaskBehindALoadBalancer() throws Exception {
    for (String operation : new String[] {"RunTask", "StartTask"}) {
      assertError(
          post(
              operation,
              BodyPublishers.ofString("{\"taskDefinition\":\"web\",\"loadBalancers\":[]}")),
          400,
          "InvalidParameterException");
    }
  }

  @Test
  void bodiesThatAreNone() throws Exception {
    for (String body : new String[] {"[]", "null", "{\"a\"", "{\"clusterName\":1}"}) {
      assertError(
          post("CreateCluster", BodyPublishers.ofString(body)), 400, "SerializationException");
    }
    assertThat(post("ListClusters", BodyPublishers.noBody()).statusCode()).isEqualTo(200);
  }

  @Test
  void aNameThatWouldBreakALogLine() throws Exception {
    assertError(
        post(
            "CreateCluster",
            BodyPublishers.ofString(
                "{\"clusterName\":\"a\\n\\u001b[31m" + "x".repeat(9000) + "\"}")),
        400,
        "InvalidParameterException");
  }

  @Test
  void theTraceAndTheInvocationGoAlong() throws Exception {
    for (int i = 0; i < 2; i++) {
      http.send(
          request()
              .header("X-Amz-Target", TARGET + "CreateCluster")
              .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
              .header("amz-sdk-invocation-id", "one-call")
              .POST(BodyPublishers.ofString("{\"clusterName\":\"traced\"}"))
              .build(),
          BodyHandlers.ofString());
    }
    assertThat(scheduler.lastCall().traceparent()).contains("0af7651916cd43dd8448eb211c80319c");
    assertThat(scheduler.lastCall().invocationId()).isEqualTo("one-call");
  }
}
