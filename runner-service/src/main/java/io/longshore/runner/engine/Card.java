package io.longshore.runner.engine;

import io.longshore.messages.Codec;
import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.messages.Volume;
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
            spec.containers().stream().map(Card::reduced).toList(),
            spec.volumes().stream().map(Card::reduced).toList(),
            List.of(),
            null,
            null,
            spec.pidMode(),
            spec.ipcMode());
    return Codec.encodeText(
        new TaskAssignment(
            assignment.task(),
            assignment.taskArn(),
            assignment.cluster(),
            assignment.service(),
            reduced,
            assignment.strict()));
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
            spec.logDriver(),
            spec.logOptions())
        .withOrdering(reduced(spec.ordering()))
        .withStorage(new ContainerStorage(List.of(), spec.storage().volumesFrom(), List.of()))
        .withNetworking(
            new ContainerNetworking(
                false, spec.networking().links(), null, Map.of(), List.of(), List.of()));
  }

  /** That there is a health check is kept. Its command is not: it may hold secrets, too. */
  private static ContainerOrdering reduced(ContainerOrdering ordering) {
    HealthCheck check = ordering.healthCheck();
    return new ContainerOrdering(
        ordering.dependsOn(),
        ordering.startTimeoutSeconds(),
        check == null
            ? null
            : new HealthCheck(
                List.of(),
                check.intervalSeconds(),
                check.timeoutSeconds(),
                check.retries(),
                check.startPeriodSeconds()),
        ordering.restartPolicy());
  }

  /** Its name and to whom it belongs. */
  private static Volume reduced(Volume volume) {
    Volume.Docker docker = volume.docker();
    return new Volume(
        volume.name(),
        volume.hostPath(),
        docker == null
            ? null
            : new Volume.Docker(
                docker.shared(), docker.autoprovision(), docker.driver(), Map.of(), Map.of()));
  }
}
