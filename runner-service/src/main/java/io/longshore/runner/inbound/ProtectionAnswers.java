package io.longshore.runner.inbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.Reply;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.core.TaskProtection;
import io.longshore.runner.outbound.Commands;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a task is answered that protects itself from being stopped by scaling in and by deployments.
 * The scheduler decides; the runner asks it in the task's name.
 */
public final class ProtectionAnswers {
  private static final String INVALID = "InvalidParameterException";

  private final Commands commands;
  private final InstantSource clock;

  public ProtectionAnswers(Commands commands, InstantSource clock) {
    this.commands = commands;
    this.clock = clock;
  }

  TaskProtection.Told unknown() {
    return TaskProtection.error(
        404, "", "ResourceNotFoundException", "Failed to find a task for the request");
  }

  TaskProtection.Told answer(String method, TaskAssignment task, byte[] body) {
    return switch (method) {
      case "GET" -> current(task);
      case "PUT" -> update(task, body);
      default -> TaskProtection.error(405, task.taskArn(), INVALID, "Only GET and PUT are taken.");
    };
  }

  private TaskProtection.Told update(TaskAssignment task, byte[] body) {
    return switch (wish(body)) {
      case TaskProtection.Unclear unclear ->
          TaskProtection.error(400, task.taskArn(), INVALID, unclear.why());
      case TaskProtection.Protect protect -> {
        Reply.Outcome outcome =
            commands.ask(
                new Command.UpdateTaskProtection(
                    task.cluster(), List.of(task.task()), protect.minutes()));
        boolean done = outcome instanceof Reply.Accepted accepted && accepted.failures().isEmpty();
        yield done ? current(task) : told(task, outcome);
      }
    };
  }

  private static TaskProtection.Wish wish(byte[] body) {
    try {
      return TaskProtection.wish(Codec.decode(body, Map.class));
    } catch (UnreadableMessageException e) {
      return new TaskProtection.Unclear("UpdateTaskProtection: failed to decode request");
    }
  }

  private TaskProtection.Told current(TaskAssignment task) {
    return told(task, commands.ask(new Command.TellTaskProtection(task.cluster(), task.task())));
  }

  private TaskProtection.Told told(TaskAssignment task, Reply.@Nullable Outcome outcome) {
    return outcome == null
        ? TaskProtection.error(
            504,
            task.taskArn(),
            "ServerException",
            "The scheduler did not answer in time. Asking again does no harm.")
        : TaskProtection.told(task.taskArn(), outcome, clock.instant());
  }
}
