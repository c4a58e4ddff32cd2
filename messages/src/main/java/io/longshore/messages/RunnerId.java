package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The id of a runner within its cluster, 32 hexadecimal digits; ECS calls it the container instance
 * id.
 */
public record RunnerId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public RunnerId {
    Ids.requireHex(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
