package io.longshore.runner.engine.kubernetes;

import io.longshore.messages.Ids;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.engine.EngineException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Where a container is: its Pod and its name there. Its runtime id is both. Names follow from the
 * task, so that the API refuses a second Pod for it.
 *
 * @param pod of the first run; a container that is started again gets another Pod
 * @param container as Kubernetes has it, which takes less for a name than ECS
 */
record PodPlace(String pod, String container) {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  // With a revision, a task's id and a run there are no more than the 63 of a host name.
  private static final int LONGEST_FAMILY = 14;
  private static final int LONGEST_STEM = 50;

  static PodPlace of(TaskAssignment assignment, String container) {
    return new PodPlace(pod(assignment), label(container));
  }

  /**
   * @throws EngineException {@code REFUSED} if it is none of ours
   */
  static PodPlace of(String runtimeId) throws EngineException {
    String[] parts = runtimeId.split("/", -1);
    if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw EngineException.refused("no container of a Pod: " + runtimeId);
    }
    return new PodPlace(parts[0], parts[1]);
  }

  static String pod(TaskAssignment assignment) {
    var definition = assignment.spec().definition();
    String family = cut(plain(definition.family()), LONGEST_FAMILY);
    return "%s-%d-%s"
        .formatted(family.isEmpty() ? "task" : family, definition.revision(), assignment.task());
  }

  /** The name itself where Kubernetes takes it, else one that is as unmistakable. */
  static String label(String name) {
    if (LABEL.matcher(name).matches()) {
      return name;
    }
    String stem = cut(plain(name), LONGEST_STEM);
    return (stem.isEmpty() ? "x" : stem) + "-" + Ids.derive("label", name).substring(0, 8);
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceFirst("^-", "");
  }

  private static String cut(String name, int longest) {
    String cut = name.length() <= longest ? name : name.substring(0, longest);
    return cut.endsWith("-") ? cut.substring(0, cut.length() - 1) : cut;
  }

  String runtimeId() {
    return pod + "/" + container;
  }

  /** The Pod of a run. */
  String pod(int run) {
    return run == 1 ? pod : pod + "-r" + run;
  }

  /** The Pod of the first run, by that of another. */
  static String first(String pod, int run) {
    return run == 1 ? pod : pod.substring(0, pod.length() - ("-r" + run).length());
  }

  /**
   * The runs whose Pods are there: the first one, which the Secrets belong to, the latest, and the
   * one before it, which may have output that nobody has read.
   */
  static List<Integer> kept(int runs) {
    return IntStream.rangeClosed(1, runs)
        .filter(run -> run == 1 || run >= runs - 1)
        .boxed()
        .toList();
  }

  /** The Secret its environment comes from. */
  String environment() {
    return pod + "-" + container + "-env";
  }

  /** The empty Secret it cannot be started without. */
  String gate() {
    return pod + "-" + container + "-start";
  }
}
