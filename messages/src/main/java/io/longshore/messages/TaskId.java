package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/** The id of a task, 32 hexadecimal digits. A task is one attempt: its id is never used again. */
public record TaskId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TaskId {
    Ids.requireHex(value);
  }

  // Ids are looked up more than anything else, and by hand both are quicker than a record's own.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TaskId id && id.value.equals(value);
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
