package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A JSON object carried along unread: what a client said and must be told again, such as a task
 * definition with members that Longshore stores and echoes but does not act on.
 */
public record Json(@JsonValue @JsonRawValue String text) {
  public static final Json EMPTY = new Json("{}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Json of(JsonNode node) {
    return new Json(node.toString());
  }

  /**
   * This object with the other one's members put in or in the place of its own.
   *
   * @throws IllegalArgumentException if either is not a JSON object
   */
  public Json with(Json members) {
    ObjectNode merged = object(text);
    merged.setAll(object(members.text));
    return new Json(merged.toString());
  }

  private static ObjectNode object(String text) {
    if (Codec.decodeStored(text, JsonNode.class) instanceof ObjectNode node) {
      return node;
    }
    throw new IllegalArgumentException("a document is a JSON object");
  }

  @Override
  public String toString() {
    return text;
  }
}
