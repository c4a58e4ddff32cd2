package io.longshore.systemtests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** Plain HTTP, for what no client library would send. */
final class Http {
  static final String TARGET = "AmazonEC2ContainerServiceV20141113.";
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private Http() {}

  /** Whether the service says it is ready; no answer is a no. */
  static boolean isReady(URI endpoint) {
    try {
      return CLIENT
              .send(
                  HttpRequest.newBuilder(endpoint.resolve("/q/health/ready"))
                      .timeout(Duration.ofSeconds(2))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static String get(URI address) throws IOException, InterruptedException {
    return CLIENT
        .send(
            HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(3)).build(),
            BodyHandlers.ofString())
        .body();
  }

  /** A call under {@code /v1}; without a body when that is empty. */
  static HttpResponse<String> rest(
      String method, URI address, String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(PATIENCE)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    headers.forEach(request::header);
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  /** A call in awsJson1_1, with whatever body. */
  static HttpResponse<String> call(URI endpoint, String operation, byte[] body)
      throws IOException, InterruptedException {
    return call(endpoint, TARGET + operation, body, Map.of());
  }

  static HttpResponse<String> call(
      URI endpoint, String target, byte[] body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint)
            .timeout(PATIENCE)
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", target)
            .POST(BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }
}
