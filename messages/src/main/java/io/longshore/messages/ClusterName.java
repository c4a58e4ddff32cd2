package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The short name of a cluster, 1 to 255 letters, digits, underscores and hyphens. */
public record ClusterName(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ClusterName {
    Ids.requireName(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
