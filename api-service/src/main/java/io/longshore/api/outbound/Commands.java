package io.longshore.api.outbound;

import io.longshore.messages.Command;
import io.longshore.messages.Reply;
import org.jspecify.annotations.Nullable;

/** Asks the scheduler. */
public interface Commands {
  /**
   * Waits until the command is decided and its effect is durable. Called on virtual threads.
   *
   * @param clientToken ECS's idempotency token with what it is unique within; null for none
   * @throws io.longshore.api.core.EcsException if the scheduler refuses, or cannot be asked in time
   */
  Reply.Accepted ask(Call call, @Nullable String clientToken, Command command);
}
