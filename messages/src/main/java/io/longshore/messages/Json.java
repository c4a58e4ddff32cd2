package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** The texts in one of its lists; none where there is no such list. */
  public List<String> texts(String list) {
    List<String> texts = new ArrayList<>();
    object(text).path(list).forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** One member of each object in one of its lists, where it is there. */
  public List<String> texts(String list, String member) {
    List<String> texts = new ArrayList<>();
    object(text)
        .path(list)
        .forEach(item -> {
          if (item.has(member)) {
            texts.add(item.get(member).asText());
          }
        });
    return texts;
  }

  /** Each object in one of its lists, with numbers and flags as text. */
  public List<Map<String, String>> objects(String list) {
    List<Map<String, String>> objects = new ArrayList<>();
    object(text)
        .path(list)
        .forEach(item -> {
          Map<String, String> members = new LinkedHashMap<>();
          item.properties()
              .forEach(member -> members.put(member.getKey(), member.getValue().asText()));
          objects.add(members);
        });
    return objects;
  }

  /** The text of a member; empty where there is none. */
  public String text(String member) {
    return object(text).path(member).asText("");
  }

  /** Whether the other one has the same members, in whichever order: a database keeps none. */
  public boolean isLike(Json other) {
    return object(text).equals(object(other.text));
  }

  /** The object that a member is; an empty one where there is none. */
  public Json nested(String member) {
    return object(text).path(member) instanceof ObjectNode node ? new Json(node.toString()) : EMPTY;
  }

  /** Only those of its members. */
  public Json only(List<String> members) {
    return new Json(object(text).retain(members).toString());
  }

  /** All but those of its members. */
  public Json without(List<String> members) {
    return new Json(object(text).remove(members).toString());
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
