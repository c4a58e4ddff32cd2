package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The id of a runner within its cluster, 32 hexadecimal digits; ECS calls it the container instance
 * id.
 */
public record RunnerId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public RunnerId {
    Ids.requireHex(value);
  }

  // Ids are looked up more than anything else, and by hand both are quicker than a record's own.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RunnerId id && id.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }
}
