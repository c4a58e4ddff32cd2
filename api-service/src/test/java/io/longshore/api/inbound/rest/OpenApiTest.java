package io.longshore.api.inbound.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.longshore.api.core.EcsException;
import io.longshore.api.inbound.AwsJson;
import io.longshore.api.inbound.AwsJson.Dialect;
import io.longshore.api.inbound.Shape;
import io.longshore.api.testing.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Service;

/** The document at {@code /v1/openapi.json} is one, and says what the table says. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@SuppressWarnings("NullAway.Init")
class OpenApiTest {
  @TestHTTPResource("/v1/openapi.json")
  URI address;

  @Inject Routes routes;
  @Inject TableOperations operations;

  private JsonNode document;

  @BeforeEach
  void read() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      String body =
          http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
      document = new ObjectMapper().readTree(body);
      // For whoever wants to look at it, or hold it against another validator.
      Files.writeString(Path.of("target", "openapi.json"), body);
    }
  }

  @Test
  void itIsWhole() {
    assertThat(errors(document)).isEmpty();
  }

  @Test
  void everyOperationThatIsAnsweredHasALine() {
    assertThat(routes.all()).extracting(Route::operation).containsAll(operations.names());
  }

  @Test
  void whatTwoModelsCallTheSameIsTwoSchemas() {
    assertThat(document.at("/components/schemas/Tag/properties/key").isMissingNode()).isFalse();
    assertThat(document.at("/components/schemas/ElbTag/properties/Key").isMissingNode()).isFalse();
    assertThat(document.at("/components/schemas/ElbLoadBalancer/properties/DNSName/type").asText())
        .isEqualTo("string");
  }

  @Test
  void aPlantedErrorIsNoticed() {
    List<Consumer<ObjectNode>> plants =
        List.of(
            d -> ((ObjectNode) d.path("paths")).remove("/v1/clusters"),
            d -> ((ObjectNode) d.at("/paths/~1v1~1clusters")).remove("post"),
            d -> ((ObjectNode) d.at("/components/schemas")).remove("Service"),
            d -> ((ArrayNode) get(d, "/v1/clusters/{cluster}").path("parameters")).remove(0),
            d -> ((ObjectNode) get(d, "/v1/clusters")).put("operationId", "followEvents"),
            d -> ((ObjectNode) get(d, "/v1/clusters")).remove("responses"),
            d -> d.put("openapi", "2.0"),
            d -> ((ObjectNode) d.at("/components/schemas/Service")).put("type", "thing"),
            d -> ((ObjectNode) get(d, "/v1/load-balancers")).remove("x-elb-operation"));
    for (Consumer<ObjectNode> plant : plants) {
      ObjectNode broken = document.deepCopy();
      plant.accept(broken);
      assertThat(errors(broken)).isNotEmpty();
    }
  }

  private static JsonNode get(JsonNode document, String path) {
    return document.path("paths").path(path).path("get");
  }

  @Test
  void everyExampleIsWhatTheTableTakesAndShows() {
    for (Route route : routes.all()) {
      JsonNode operation = operation(route);
      if (route.body()) {
        JsonNode example = operation.at("/requestBody/content/application~1json/example");
        assertThat(example.size()).as(route.operation()).isPositive();
        readable(example, RestCalls.bodyShape(route, operations.find(route.operation()).request()));
      }
      Shape.Structure shown = Representations.of(route, operations);
      if (shown != null) {
        JsonNode example =
            operation
                .path("responses")
                .path(Integer.toString(route.status()))
                .at("/content/application~1json/example");
        assertThat(example.size()).as(route.operation()).isPositive();
        readable(example, shown);
      }
    }
  }

  @Test
  void anExampleThatDoesNotFitIsNoticed() {
    ObjectNode wrong = new ObjectMapper().createObjectNode().put("desiredCount", "three");
    Shape.Structure service = Shape.of(Service.class);
    assertThatThrownBy(() -> readable(wrong, service)).isInstanceOf(EcsException.class);
  }

  private static void readable(JsonNode example, Shape.Structure shape) {
    AwsJson.read(example.toString().getBytes(StandardCharsets.UTF_8), shape, Dialect.PLAIN);
  }

  private JsonNode operation(Route route) {
    return document
        .path("paths")
        .path(route.path().text())
        .path(route.method().toLowerCase(Locale.ROOT));
  }

  /** What is wrong with a document, by the rules of OpenAPI 3.1 that a generator can break. */
  private List<String> errors(JsonNode checked) {
    List<String> errors = new ArrayList<>();
    if (!checked.path("openapi").asText().startsWith("3.1.")) {
      errors.add("openapi");
    }
    if (checked.at("/info/title").asText().isEmpty()
        || checked.at("/info/version").asText().isEmpty()) {
      errors.add("info");
    }
    for (Route route : routes.all()) {
      JsonNode operation =
          checked
              .path("paths")
              .path(route.path().text())
              .path(route.method().toLowerCase(Locale.ROOT));
      TableOperations.Origin origin = operations.origin(route.operation());
      if (operation.isMissingNode()
          || !named(operation, "x-ecs-operation", route, origin == TableOperations.Origin.ECS)
          || !named(operation, "x-elb-operation", route, origin == TableOperations.Origin.ELB)) {
        errors.add("%s %s is missing".formatted(route.method(), route.path().text()));
      }
    }
    Set<String> ids = new HashSet<>();
    checked
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(method -> check(path.getKey(), method.getValue(), ids, errors)));
    checkSchemas(checked, checked, errors);
    return errors;
  }

  private static boolean named(JsonNode operation, String member, Route route, boolean is) {
    return operation.path(member).asText().equals(is ? route.operation() : "");
  }

  private static void check(String path, JsonNode operation, Set<String> ids, List<String> errors) {
    if (!ids.add(operation.path("operationId").asText())) {
      errors.add(path + ": its operationId is another's");
    }
    if (operation.path("responses").isEmpty()) {
      errors.add(path + ": no responses");
    }
    operation
        .path("responses")
        .forEach(response -> {
          if (!response.has("$ref") && response.path("description").asText().isEmpty()) {
            errors.add(path + ": a response without a description");
          }
        });
    List<String> declared = new ArrayList<>();
    operation
        .path("parameters")
        .forEach(parameter -> {
          if (parameter.path("in").asText().equals("path")) {
            declared.add(parameter.path("name").asText());
          }
        });
    if (!declared.equals(new PathTemplate(path).parameters())) {
      errors.add(path + ": declares " + declared);
    }
  }

  private static void checkSchemas(JsonNode root, JsonNode node, List<String> errors) {
    JsonNode ref = node.path("$ref");
    if (ref.isTextual() && root.at(ref.asText().substring(1)).isMissingNode()) {
      errors.add("nothing at " + ref.asText());
    }
    node.path("schemas").forEach(schema -> checkType(schema, errors));
    node.forEach(child -> checkSchemas(root, child, errors));
  }

  private static void checkType(JsonNode schema, List<String> errors) {
    Set<String> types = Set.of("object", "array", "string", "integer", "number", "boolean");
    if (!types.contains(schema.path("type").asText())) {
      errors.add("no type: " + schema.path("type"));
    }
  }
}
