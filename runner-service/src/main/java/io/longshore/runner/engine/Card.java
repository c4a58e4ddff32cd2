package io.longshore.runner.engine;

import io.longshore.messages.Codec;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.UnreadableMessageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What is written on every container, so that a runner that knows nothing can take its task up
 * again: the assignment, without whatever is only needed to create containers. Environments in
 * particular hold secrets and are left out.
 */
public final class Card {
  private Card() {}

  public static String write(TaskAssignment assignment) {
    TaskSpec spec = assignment.spec();
    TaskSpec reduced =
        new TaskSpec(
            spec.definition(),
            spec.networkMode(),
            spec.cpu(),
            spec.memoryMiB(),
            spec.containers().stream().map(Card::reduced).toList());
    return Codec.encodeText(
        new TaskAssignment(
            assignment.task(),
            assignment.taskArn(),
            assignment.cluster(),
            assignment.service(),
            reduced));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws UnreadableMessageException if the text is none of ours: anybody can write a label
   */
  public static TaskAssignment read(String card) throws UnreadableMessageException {
    return Codec.decode(card.getBytes(StandardCharsets.UTF_8), TaskAssignment.class);
  }

  private static ContainerSpec reduced(ContainerSpec spec) {
    return new ContainerSpec(
        spec.name(),
        spec.image(),
        spec.cpu(),
        spec.memoryMiB(),
        spec.memoryReservationMiB(),
        spec.essential(),
        List.of(),
        List.of(),
        Map.of(),
        spec.portMappings(),
        null,
        null,
        spec.stopTimeoutSeconds(),
        spec.readonlyRootFilesystem(),
        Map.of(),
        null,
        Map.of());
  }
}
