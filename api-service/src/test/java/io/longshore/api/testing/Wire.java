package io.longshore.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls an api with JSON, whether a client of AWS could have sent it or not. */
public final class Wire {
  static final ObjectMapper JSON = new ObjectMapper();

  private final URI endpoint;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public Wire(URI endpoint) {
    this.endpoint = endpoint;
  }

  /** What came back. */
  public record Answer(int status, JsonNode body) {
    public boolean accepted() {
      return status == 200;
    }

    /** The error's name, or an empty text. */
    public String error() {
      return body.path("__type").asText();
    }
  }

  public Answer call(String operation, JsonNode request) {
    try {
      var response =
          http.send(
              HttpRequest.newBuilder(endpoint)
                  .timeout(Duration.ofSeconds(20))
                  .header("Content-Type", "application/x-amz-json-1.1")
                  .header("X-Amz-Target", "AmazonEC2ContainerServiceV20141113." + operation)
                  .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(request)))
                  .build(),
              BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
