package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.engine.Card;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Labels and annotations of Pods. With the Pods they are the runner's only memory across its own
 * restarts: whose a Pod is, and which of its containers were created, started and removed.
 *
 * @param containers names in the task definition by names in the Pod; those that were created and
 *     are not removed
 */
record PodMarks(
    String host, RunnerId runner, TaskId task, String card, Map<String, String> containers) {
  /** Tells this host's Pods from all others; the API filters by it. */
  static final String HOST = "longshore.io/host";

  static final String TASK = "longshore.io/task";

  /** Keeps a Pod that was deleted, with its exit codes, until its end is recorded. */
  static final String FINALIZER = "longshore.io/end";

  static final String RUN = "longshore.io/run";
  private static final String RUNNER = "longshore.io/runner";
  private static final String MANAGED = "app.kubernetes.io/managed-by";
  private static final String CARD = "longshore.io/card";
  private static final String CLUSTER = "longshore.io/cluster";
  private static final String TASK_ARN = "longshore.io/task-arn";
  private static final String DEFINITION = "longshore.io/task-definition";
  private static final String RUNS = "longshore.io/runs";
  private static final String CREATED = "created.longshore.io/";
  private static final String STARTED = "started.longshore.io/";
  private static final String REMOVED = "removed.longshore.io/";
  private static final String PATIENCE = "health-patience.longshore.io/";

  private static final Pattern VALUE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
  private static final Pattern KEY =
      Pattern.compile(
          "([a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

  /** A host's name as the value of a label. */
  static String host(String host) {
    return VALUE.matcher(host).matches() ? host : Ids.derive("host", host);
  }

  static Map<String, String> labels(String host, RunnerId runner, TaskAssignment assignment) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(MANAGED, "longshore");
    labels.put(HOST, host(host));
    labels.put(RUNNER, runner.value());
    labels.put(TASK, assignment.task().value());
    labels.put(RUN, "1");
    return labels;
  }

  /** Definitions' own labels among them, as far as Kubernetes takes them. */
  static Map<String, String> annotations(TaskAssignment assignment) {
    Map<String, String> annotations = new LinkedHashMap<>();
    for (ContainerSpec spec : assignment.spec().containers()) {
      spec.dockerLabels()
          .forEach((key, value) -> {
            if (KEY.matcher(key).matches() && !key.contains("longshore.io/")) {
              annotations.put(key, value);
            }
          });
      HealthCheck check = spec.ordering().healthCheck();
      if (check != null) {
        int seconds = check.startPeriodSeconds() + check.retries() * check.intervalSeconds();
        annotations.put(PATIENCE + PodPlace.label(spec.name()), Integer.toString(seconds));
      }
    }
    var definition = assignment.spec().definition();
    annotations.put(CLUSTER, assignment.cluster().value());
    annotations.put(TASK_ARN, assignment.taskArn());
    annotations.put(DEFINITION, definition.family() + ":" + definition.revision());
    annotations.put(CARD, Card.write(assignment));
    return annotations;
  }

  static Map<String, String> created(String container, String name) {
    return Map.of(CREATED + container, name);
  }

  /**
   * @param when anything that was not written before: it also makes the node look at once
   */
  static Map<String, String> started(String container, String when) {
    return Map.of(STARTED + container, when);
  }

  static Map<String, String> removed(String container) {
    return Map.of(REMOVED + container, "true");
  }

  static Map<String, String> runs(int runs) {
    return Map.of(RUNS, Integer.toString(runs));
  }

  static boolean isCreated(Pod pod, String container) {
    return annotations(pod).containsKey(CREATED + container);
  }

  static boolean isRemoved(Pod pod, String container) {
    return annotations(pod).containsKey(REMOVED + container);
  }

  /** How many runs there were of the container whose first Pod this is. */
  static int runs(Pod first) {
    return number(annotations(first).get(RUNS), 1);
  }

  /** Which run a Pod is. */
  static int run(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return number(labels == null ? null : labels.get(RUN), 1);
  }

  /** Seconds from a container's start after which it is unhealthy unless a check has passed. */
  static int healthPatience(Pod pod, String container) {
    return number(annotations(pod).get(PATIENCE + container), 0);
  }

  private static int number(@Nullable String text, int otherwise) {
    return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : otherwise;
  }

  /** Null if they are not all there and well-formed, or of another host: anybody can write them. */
  static @Nullable PodMarks read(String host, Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    String card = annotations(pod).get(CARD);
    if (labels == null || card == null || !host(host).equals(labels.get(HOST))) {
      return null;
    }
    String runner = labels.getOrDefault(RUNNER, "");
    String task = labels.getOrDefault(TASK, "");
    if (!Ids.isHex(runner) || !Ids.isHex(task)) {
      return null;
    }
    Map<String, String> containers = new LinkedHashMap<>();
    annotations(pod)
        .forEach((key, name) -> {
          String container = key.startsWith(CREATED) ? key.substring(CREATED.length()) : "";
          if (!container.isEmpty() && !isRemoved(pod, container)) {
            containers.put(container, name);
          }
        });
    return new PodMarks(host, new RunnerId(runner), new TaskId(task), card, containers);
  }

  private static Map<String, String> annotations(Pod pod) {
    ObjectMeta meta = pod.getMetadata();
    Map<String, String> annotations = meta == null ? null : meta.getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }
}
