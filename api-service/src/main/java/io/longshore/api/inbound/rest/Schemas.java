package io.longshore.api.inbound.rest;

import io.longshore.api.inbound.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Shapes as JSON Schema, each structure once under its name. Used by one thread. */
final class Schemas {
  private final Map<String, Object> components;
  private final String prefix;

  Schemas() {
    this(new TreeMap<>(), "");
  }

  private Schemas(Map<String, Object> components, String prefix) {
    this.components = components;
    this.prefix = prefix;
  }

  /** More of the same components, for another model: their names begin with the prefix. */
  Schemas named(String prefix) {
    return new Schemas(components, prefix);
  }

  /** A schema that may refer to the {@link #components}. */
  Map<String, Object> of(Shape shape) {
    return switch (shape) {
      case Shape.Structure structure -> {
        String name = prefix + structure.name();
        if (!components.containsKey(name)) {
          // Before what is in it, which may refer to it.
          components.put(name, Map.of());
          components.put(name, object(structure));
        }
        yield Map.of("$ref", "#/components/schemas/" + name);
      }
      case Shape.ListOf list -> Map.of("type", "array", "items", of(list.item()));
      case Shape.MapOf map -> Map.of("type", "object", "additionalProperties", of(map.value()));
      case Shape.Text text ->
          text.allowed().isEmpty()
              ? Map.of("type", "string")
              : Map.of("type", "string", "enum", text.allowed());
      case Shape.Whole whole ->
          Map.of("type", "integer", "format", whole.wide() ? "int64" : "int32");
      case Shape.Fraction fraction -> Map.of("type", "number", "format", "double");
      case Shape.Flag flag -> Map.of("type", "boolean");
      case Shape.Time time -> Map.of("type", "string", "format", "date-time");
      case Shape.Anything anything -> Map.of();
    };
  }

  /** The structure itself, where no other member is taken. */
  Map<String, Object> closed(Shape.Structure structure) {
    Map<String, Object> schema = new LinkedHashMap<>(object(structure));
    schema.put("additionalProperties", false);
    return schema;
  }

  private Map<String, Object> object(Shape.Structure structure) {
    Map<String, Object> properties = new TreeMap<>();
    structure.members().forEach((name, member) -> properties.put(name, of(member)));
    return Map.of("type", "object", "properties", properties);
  }

  /** By their names. */
  Map<String, Object> components() {
    return components;
  }

  /** What every refusal looks like. */
  static Map<String, Object> problem() {
    Map<String, Object> text = Map.of("type", "string");
    return Map.of(
        "type",
        "object",
        "required",
        List.of("type", "title", "status", "detail", "instance"),
        "properties",
        Map.of(
            "type",
            text,
            "title",
            text,
            "status",
            Map.of("type", "integer"),
            "detail",
            text,
            "instance",
            text,
            "member",
            text,
            "resourceIds",
            Map.of("type", "array", "items", text)));
  }
}
