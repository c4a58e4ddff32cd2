package io.longshore.api.inbound.rest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.longshore.api.core.Members;
import io.longshore.api.inbound.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The table as OpenAPI 3.1 describes it, with the model's shapes as schemas. */
final class OpenApi {
  private static final String EXAMPLES = "rest-examples.json";
  private static final String JSON = "application/json";
  private static final Map<String, Object> TEXT = Map.of("type", "string");

  private static final Map<String, Object> OUTPUT =
      Map.of(
          "lines",
          Map.of(
              "type",
              "array",
              "items",
              Map.of(
                  "type",
                  "object",
                  "properties",
                  Map.of("time", TEXT, "container", TEXT, "source", TEXT, "text", TEXT))),
          "nextToken",
          TEXT);

  private final Routes routes;
  private final TableOperations operations;
  private final Schemas schemas = new Schemas();

  /** ECS has shapes of the same names. */
  private final Schemas ofElb = schemas.named("Elb");

  private final Members examples = examples();

  private OpenApi(Routes routes, TableOperations operations) {
    this.routes = routes;
    this.operations = operations;
  }

  static Members document(Routes routes, TableOperations operations) {
    return new OpenApi(routes, operations).document();
  }

  /**
   * Examples by operation: {@code body} of its request, {@code shown} as its representation, and
   * {@code page} of several where the operation shows both; and of the {@code parameters} of paths.
   */
  @SuppressWarnings("unchecked")
  static Members examples() {
    try (InputStream file =
        Objects.requireNonNull(OpenApi.class.getResourceAsStream("/" + EXAMPLES), EXAMPLES)) {
      return new Members(new JsonMapper().readValue(file, Map.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Members document() {
    Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
    paths.put("/v1", Map.of("get", plain("listResources", "What there is.", JSON)));
    paths.put("/v1/openapi.json", Map.of("get", plain("getOpenApi", "This document.", JSON)));
    paths.put("/v1/events", Map.of("get", events()));
    paths.put(TaskOutput.PATH.text(), Map.of("get", output()));
    for (Route route : routes.all()) {
      paths
          .computeIfAbsent(route.path().text(), path -> new LinkedHashMap<>())
          .put(route.method().toLowerCase(Locale.ROOT), operation(route));
    }
    schemas.components().put("Problem", Schemas.problem());
    return Members.NONE
        .with("openapi", "3.1.0")
        .with(
            "info",
            Map.of(
                "title",
                "Longshore",
                "version",
                "v1",
                "description",
                "The operations of Amazon ECS and ELB as resources. Members are theirs; times are ISO-8601."))
        .with("servers", List.of(Map.of("url", "/")))
        .with("paths", paths)
        .with(
            "components",
            Map.of(
                "schemas",
                schemas.components(),
                "responses",
                Map.of(
                    "Problem",
                    Map.of(
                        "description",
                        "A refusal, as RFC 9457 has it.",
                        "content",
                        Map.of(
                            "application/problem+json",
                            Map.of("schema", Map.of("$ref", "#/components/schemas/Problem")))))));
  }

  private static Map<String, Object> plain(String id, String summary, String type) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("operationId", id);
    operation.put("summary", summary);
    operation.put(
        "responses",
        Map.of(
            "200",
            Map.of("description", summary, "content", Map.of(type, Map.of("schema", Map.of()))),
            "default",
            Map.of("$ref", "#/components/responses/Problem")));
    return operation;
  }

  private static Map<String, Object> events() {
    Map<String, Object> operation =
        plain("followEvents", "Changes as they happen, server-sent.", "text/event-stream");
    operation.put(
        "parameters",
        List.of(
            parameter("query", "cluster", TEXT),
            parameter("query", "service", TEXT),
            parameter("query", "task", TEXT),
            parameter("header", "Last-Event-ID", TEXT)));
    return operation;
  }

  private Map<String, Object> output() {
    Map<String, Object> operation =
        plain("getTaskLogs", "What a task's containers wrote; followed with follow=true.", JSON);
    Members values = examples.object("parameters");
    List<Object> parameters = new ArrayList<>();
    for (String name : TaskOutput.PATH.parameters()) {
      Map<String, Object> parameter = new LinkedHashMap<>(parameter("path", name, TEXT));
      parameter.put("example", values == null ? "" : values.text(name, ""));
      parameters.add(parameter);
    }
    TaskOutput.PARAMETERS.forEach(name -> parameters.add(parameter("query", name, TEXT)));
    parameters.add(parameter("header", "Last-Event-ID", TEXT));
    operation.put("parameters", parameters);
    Map<String, Object> page = Map.of("schema", Map.of("type", "object", "properties", OUTPUT));
    operation.put(
        "responses",
        Map.of(
            "200",
            Map.of(
                "description",
                "Lines in the order in which they were written.",
                "content",
                Map.of(JSON, page, "text/event-stream", Map.of("schema", Map.of()))),
            "default",
            Map.of("$ref", "#/components/responses/Problem")));
    return operation;
  }

  private static Map<String, Object> parameter(String in, String name, Map<String, Object> schema) {
    return Map.of("in", in, "name", name, "required", in.equals("path"), "schema", schema);
  }

  private Map<String, Object> operation(Route route) {
    Members example = example(route.operation());
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("operationId", id(route));
    operation.put("summary", route.summary());
    switch (operations.origin(route.operation())) {
      case ECS -> operation.put("x-ecs-operation", route.operation());
      case ELB -> operation.put("x-elb-operation", route.operation());
      case LONGSHORE -> {}
    }
    operation.put("parameters", parameters(route));
    Shape.Structure request = operations.find(route.operation()).request();
    if (route.body()) {
      Map<String, Object> content = new LinkedHashMap<>();
      content.put("schema", schemas(route).closed(RestCalls.bodyShape(route, request)));
      content.put("example", example.values().getOrDefault("body", Map.of()));
      operation.put("requestBody", Map.of("required", true, "content", Map.of(JSON, content)));
    }
    Map<String, Object> success = new LinkedHashMap<>();
    success.put("description", route.summary());
    Shape.Structure shown = Representations.of(route, operations);
    if (shown != null) {
      Map<String, Object> content = new LinkedHashMap<>();
      content.put("schema", schemas(route).of(shown));
      boolean several = !(route.shown() instanceof Route.Shown.Item) && example.has("page");
      content.put("example", example.values().getOrDefault(several ? "page" : "shown", Map.of()));
      success.put("content", Map.of(JSON, content));
    }
    Map<String, Object> responses = new LinkedHashMap<>();
    responses.put(Integer.toString(route.status()), success);
    responses.put("default", Map.of("$ref", "#/components/responses/Problem"));
    operation.put("responses", responses);
    return operation;
  }

  private Schemas schemas(Route route) {
    return operations.origin(route.operation()) == TableOperations.Origin.ELB ? ofElb : schemas;
  }

  private Members example(String operation) {
    Members all = examples.object("operations");
    Members example = all == null ? null : all.object(operation);
    return example == null ? Members.NONE : example;
  }

  private List<Object> parameters(Route route) {
    Members values = examples.object("parameters");
    List<Object> parameters = new ArrayList<>();
    for (String name : route.path().parameters()) {
      Map<String, Object> parameter = new LinkedHashMap<>(parameter("path", name, TEXT));
      parameter.put("example", values == null ? "" : values.text(name, ""));
      parameters.add(parameter);
    }
    Shape.Structure request = operations.find(route.operation()).request();
    QueryMembers.known(route, request)
        .forEach((name, member) -> {
          Shape shape = request.members().get(member);
          if (shape != null) {
            parameters.add(parameter("query", name, schemas(route).of(shape)));
          }
        });
    if (route.method().equals("GET")) {
      parameters.add(parameter("header", "If-None-Match", TEXT));
    } else {
      parameters.add(parameter("header", "Idempotency-Key", TEXT));
      if (route.versioned()) {
        parameters.add(parameter("header", "If-Match", TEXT));
      }
    }
    return parameters;
  }

  /** {@code getClustersByClusterServices}: the method and the path. */
  private static String id(Route route) {
    StringBuilder id = new StringBuilder(route.method().toLowerCase(Locale.ROOT));
    for (String segment : PathTemplate.segments(route.path().text())) {
      if (segment.equals("v1")) {
        continue;
      }
      String name = segment.startsWith("{") ? "by-" + segment.replaceAll("[{}]", "") : segment;
      for (String word : name.split("-")) {
        id.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
      }
    }
    return id.toString();
  }
}
