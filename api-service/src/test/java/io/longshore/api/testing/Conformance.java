package io.longshore.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.api.inbound.Shape;

/** Whether JSON is what the model of ECS says. */
public final class Conformance {
  private Conformance() {}

  /**
   * Compares a value with its shape.
   *
   * @throws AssertionError for a member the model does not know, or one of another type
   */
  public static void check(JsonNode node, Shape shape, String path) {
    boolean fits =
        switch (shape) {
          case Shape.Structure structure -> {
            node.properties()
                .forEach(member -> {
                  Shape known = structure.members().get(member.getKey());
                  if (known == null) {
                    throw new AssertionError("ECS has no " + path + "." + member.getKey());
                  }
                  check(member.getValue(), known, path + "." + member.getKey());
                });
            yield node.isObject();
          }
          case Shape.ListOf list -> {
            node.forEach(item -> check(item, list.item(), path + "[]"));
            yield node.isArray();
          }
          case Shape.MapOf map -> {
            node.forEach(value -> check(value, map.value(), path + "{}"));
            yield node.isObject();
          }
          case Shape.Text text ->
              node.isTextual()
                  && (text.allowed().isEmpty() || text.allowed().contains(node.textValue()));
          case Shape.Whole whole ->
              node.isIntegralNumber() && (whole.wide() || node.canConvertToInt());
          case Shape.Fraction fraction -> node.isNumber();
          case Shape.Time time -> node.isNumber();
          case Shape.Flag flag -> node.isBoolean();
          case Shape.Anything anything -> true;
        };
    if (!fits) {
      throw new AssertionError(path + " is not what the model says: " + node);
    }
  }
}
