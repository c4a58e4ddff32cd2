package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The id of a task, 32 hexadecimal digits. A task is one attempt: its id is never used again. */
public record TaskId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TaskId {
    Ids.requireHex(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
