package io.longshore.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Looks into JSON. */
public final class Trees {
  private Trees() {}

  /**
   * What is at a path of members joined by dots; of every item where there is a list on the way.
   */
  public static List<JsonNode> at(JsonNode node, String path) {
    int dot = path.indexOf('.');
    JsonNode member = node.get(dot < 0 ? path : path.substring(0, dot));
    if (member == null) {
      return List.of();
    }
    if (dot < 0) {
      return List.of(member);
    }
    String rest = path.substring(dot + 1);
    if (!member.isArray()) {
      return at(member, rest);
    }
    List<JsonNode> found = new ArrayList<>();
    member.forEach(item -> found.addAll(at(item, rest)));
    return found;
  }

  /** Whether a value has everything another one has, and perhaps more. */
  public static boolean contains(JsonNode value, JsonNode wanted) {
    if (wanted.isObject()) {
      return value.isObject()
          && wanted.properties().stream()
              .allMatch(member ->
                  value.has(member.getKey())
                      && contains(value.get(member.getKey()), member.getValue()));
    }
    if (wanted.isArray()) {
      return value.isArray()
          && stream(wanted).allMatch(item -> stream(value).anyMatch(one -> contains(one, item)));
    }
    return wanted.isNumber() && value.isNumber()
        ? wanted.decimalValue().compareTo(value.decimalValue()) == 0
        : wanted.equals(value);
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
