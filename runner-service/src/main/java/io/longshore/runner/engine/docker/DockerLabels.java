package io.longshore.runner.engine.docker;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.engine.Card;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The labels on containers. With the containers they are the runner's only memory across its own
 * restarts. The {@code com.amazonaws.ecs} ones are there for tools that know ECS.
 */
record DockerLabels(String host, RunnerId runner, TaskId task, String container, String card) {
  /** Tells this host's containers from all others; the engine filters by it. */
  static final String HOST = "io.longshore.host";

  private static final String RUNNER = "io.longshore.runner";
  private static final String CLUSTER = "io.longshore.cluster";
  private static final String TASK = "io.longshore.task";
  private static final String CONTAINER = "io.longshore.container";
  private static final String ESSENTIAL = "io.longshore.essential";
  private static final String CARD = "io.longshore.card";
  private static final String ROLE = "io.longshore.role";
  private static final String PAUSE = "pause";
  private static final String ECS = "com.amazonaws.ecs.";

  static Map<String, String> write(
      String host, RunnerId runner, TaskAssignment assignment, ContainerSpec spec) {
    // A definition's own labels come first, so that they cannot take the place of ours.
    Map<String, String> labels = new LinkedHashMap<>(spec.dockerLabels());
    var definition = assignment.spec().definition();
    labels.put(ECS + "cluster", assignment.cluster().value());
    labels.put(ECS + "container-name", spec.name());
    labels.put(ECS + "task-arn", assignment.taskArn());
    labels.put(ECS + "task-definition-family", definition.family());
    labels.put(ECS + "task-definition-version", Integer.toString(definition.revision()));
    labels.put(HOST, host);
    labels.put(RUNNER, runner.value());
    labels.put(CLUSTER, assignment.cluster().value());
    labels.put(TASK, assignment.task().value());
    labels.put(CONTAINER, spec.name());
    labels.put(ESSENTIAL, Boolean.toString(spec.essential()));
    labels.put(CARD, Card.write(assignment));
    return labels;
  }

  /** Of something that belongs to a task and is none of its containers. */
  static Map<String, String> ofTheTask(String host, TaskId task) {
    return Map.of(HOST, host, TASK, task.value());
  }

  /** {@link #read} answers null to these: it is no container of the task. */
  static Map<String, String> pause(String host, RunnerId runner, TaskAssignment assignment) {
    Map<String, String> labels = new LinkedHashMap<>(ofTheTask(host, assignment.task()));
    labels.put(RUNNER, runner.value());
    labels.put(CLUSTER, assignment.cluster().value());
    labels.put(ROLE, PAUSE);
    return labels;
  }

  static boolean isPause(@Nullable Map<String, String> labels) {
    return labels != null && PAUSE.equals(labels.get(ROLE)) && !labels.containsKey(CONTAINER);
  }

  /** Whose it is; null if it does not say. */
  static @Nullable TaskId task(@Nullable Map<String, String> labels) {
    String task = labels == null ? null : labels.get(TASK);
    return task != null && Ids.isHex(task) ? new TaskId(task) : null;
  }

  /** Null if they are not all there and well-formed: anybody can write labels. */
  static @Nullable DockerLabels read(@Nullable Map<String, String> labels) {
    if (labels == null) {
      return null;
    }
    String host = labels.get(HOST);
    String runner = labels.get(RUNNER);
    String task = labels.get(TASK);
    String container = labels.get(CONTAINER);
    String card = labels.get(CARD);
    if (host == null || runner == null || task == null || container == null || card == null) {
      return null;
    }
    return Ids.isHex(runner) && Ids.isHex(task)
        ? new DockerLabels(host, new RunnerId(runner), new TaskId(task), container, card)
        : null;
  }
}
