package io.longshore.simulation;

import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.engine.Card;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * What is written on containers, as a runner's process reads it that begins anew: through the
 * shipping {@link Card}. All tasks of a deployment have one recipe, so in a history it is written
 * and read once for each recipe, and not for each container that is found.
 */
final class Cards {
  private final Map<TaskSpec, TaskSpec> read = new IdentityHashMap<>();

  TaskAssignment read(TaskAssignment written) {
    TaskSpec known = read.get(written.spec());
    if (known != null) {
      return new TaskAssignment(
          written.task(),
          written.taskArn(),
          written.cluster(),
          written.service(),
          known,
          written.strict());
    }
    try {
      TaskAssignment first = Card.read(Card.write(written));
      read.put(written.spec(), first.spec());
      return first;
    } catch (UnreadableMessageException e) {
      throw new IllegalStateException(e);
    }
  }
}
