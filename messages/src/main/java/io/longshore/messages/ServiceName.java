package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The short name of a service, unique within its cluster while the service is ACTIVE or DRAINING.
 */
public record ServiceName(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ServiceName {
    Ids.requireName(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
