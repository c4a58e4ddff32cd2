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

  /**
   * A call of ELB.
   *
   * @param form with names and values as they are sent
   * @return the first text in an element of that name
   */
  String query(String action, String form, String element) {
    try {
      var response =
          http.send(
              HttpRequest.newBuilder(endpoint)
                  .timeout(Duration.ofSeconds(20))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(BodyPublishers.ofString("Version=2015-12-01&Action=" + action + "&" + form))
                  .build(),
              BodyHandlers.ofString());
      int start = response.body().indexOf("<" + element + ">");
      if (response.statusCode() != 200 || start < 0) {
        throw new AssertionError(action + " of the test's own: " + response.body());
      }
      int from = start + element.length() + 2;
      return response.body().substring(from, response.body().indexOf('<', from));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
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
