package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

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

  @Override
  public String toString() {
    return text;
  }
}
