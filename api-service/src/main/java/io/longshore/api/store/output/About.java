package io.longshore.api.store.output;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Output;
import io.longshore.messages.TaskId;

/**
 * Whose output a stream is.
 *
 * @param createdMillis when the first of it was taken in here, in milliseconds since 1970
 */
public record About(
    ClusterName cluster,
    TaskId task,
    String container,
    String group,
    String name,
    long createdMillis) {

  static About of(Output output, long nowMillis) {
    return new About(
        output.cluster(),
        output.task(),
        output.container(),
        output.group(),
        output.stream(),
        nowMillis);
  }
}
