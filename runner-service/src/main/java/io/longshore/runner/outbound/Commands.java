package io.longshore.runner.outbound;

import io.longshore.messages.Command;
import io.longshore.messages.Reply;
import org.jspecify.annotations.Nullable;

/** Asks the scheduler in a task's name. */
@FunctionalInterface
public interface Commands {
  /** Waits for the answer; null if none came in time. The command may have taken effect then. */
  Reply.@Nullable Outcome ask(Command command);
}
