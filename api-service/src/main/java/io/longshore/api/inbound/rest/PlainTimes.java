package io.longshore.api.inbound.rest;

import io.longshore.api.core.Members;
import io.longshore.api.inbound.Shape;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers with their times as people write them, ISO-8601, in place of epoch seconds. */
final class PlainTimes {
  private PlainTimes() {}

  static Members in(Members answer, Shape.Structure shape) {
    return new Members(structure(answer.values(), shape));
  }

  private static Map<String, Object> structure(Map<?, ?> values, Shape.Structure shape) {
    Map<String, Object> result = new LinkedHashMap<>();
    values.forEach((name, value) ->
        result.put((String) name, plain(value, shape.members().get((String) name))));
    return result;
  }

  private static Object plain(Object value, @Nullable Shape shape) {
    return switch (shape) {
      case Shape.Time time -> iso(value);
      case Shape.Structure structure when value instanceof Map<?, ?> map ->
          structure(map, structure);
      case Shape.ListOf list when value instanceof List<?> items ->
          items.stream().map(item -> plain(item, list.item())).toList();
      case Shape.MapOf map when value instanceof Map<?, ?> values -> {
        Map<String, Object> result = new LinkedHashMap<>();
        values.forEach((name, item) -> result.put((String) name, plain(item, map.value())));
        yield result;
      }
      case null -> value;
      case Shape other -> value;
    };
  }

  private static Object iso(Object value) {
    return value instanceof BigDecimal seconds
        ? Instant.ofEpochMilli(seconds.movePointRight(3).longValue()).toString()
        : value;
  }
}
