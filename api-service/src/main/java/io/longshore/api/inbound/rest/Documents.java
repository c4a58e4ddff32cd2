package io.longshore.api.inbound.rest;

import io.longshore.api.core.Members;
import io.longshore.api.inbound.AwsJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What {@code /v1} says of itself; made when first asked for, the same from then on. */
@ApplicationScoped
class Documents {
  private final Map<List<String>, Supplier<Members>> makers;
  private final Map<List<String>, byte[]> made = new ConcurrentHashMap<>();

  Documents(Routes routes, TableOperations operations) {
    makers =
        Map.of(
            List.of("v1"), () -> index(routes),
            List.of("v1", "openapi.json"), () -> OpenApi.document(routes, operations));
  }

  /**
   * Whether there is a document at a path.
   *
   * @param segments of the path
   */
  boolean has(List<String> segments) {
    return makers.containsKey(segments);
  }

  /** The document at a path that has one. Takes its time; called on virtual threads. */
  byte[] bytes(List<String> segments) {
    return made.computeIfAbsent(
        segments,
        path -> {
          Supplier<Members> maker = makers.get(path);
          return AwsJson.write(maker == null ? Members.NONE : maker.get());
        });
  }

  private static Members index(Routes routes) {
    return Members.NONE
        .with("name", "Longshore")
        .with("description", "/v1/openapi.json")
        .with("events", "/v1/events")
        .with("output", TaskOutput.PATH.text())
        .with(
            "resources",
            routes.all().stream()
                .map(route ->
                    Members.NONE
                        .with("method", route.method())
                        .with("path", route.path().text())
                        .with("summary", route.summary())
                        .with("operation", route.operation()))
                .toList());
  }
}
