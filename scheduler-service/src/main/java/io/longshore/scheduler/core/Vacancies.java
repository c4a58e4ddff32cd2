package io.longshore.scheduler.core;

import io.longshore.messages.TaskId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which tasks of services have gone without another one in their place, so that the next one can
 * say whose place it takes. It is not stored: whoever takes a shard over knows only of those that
 * go from then on, and what a plan does never depends on it.
 */
final class Vacancies {
  /** As many as one plan launches. Of more the oldest are forgotten. */
  private static final int MOST = 200;

  private final Map<String, Deque<Vacancy>> gone = new HashMap<>();
  private final Set<TaskId> replaced = new HashSet<>();

  /**
   * A place that is free.
   *
   * @param why continues a sentence about the task
   */
  record Vacancy(TaskId task, String deploymentId, String why) {}

  /** Those of a deployment, the oldest first. */
  List<Vacancy> of(Service service) {
    Deque<Vacancy> all = gone.get(service.uid());
    if (all == null) {
      return List.of();
    }
    String primary = service.primary().id();
    return all.stream().filter(vacancy -> vacancy.deploymentId().equals(primary)).toList();
  }

  /** Whether a task that is still there has another one in its place already. */
  boolean isReplaced(Task task) {
    return replaced.contains(task.id());
  }

  void left(Task task, String why) {
    Task.Membership service = task.origin().service();
    if (service == null || replaced.contains(task.id())) {
      return;
    }
    Deque<Vacancy> all = gone.computeIfAbsent(service.serviceUid(), uid -> new ArrayDeque<>());
    if (all.stream().noneMatch(vacancy -> vacancy.task().equals(task.id()))) {
      all.addLast(new Vacancy(task.id(), service.deploymentId(), why));
    }
    if (all.size() > MOST) {
      all.removeFirst();
    }
  }

  /** Another task takes the place of one that has gone, or that is still there. */
  void taken(String serviceUid, TaskId place, boolean isThere) {
    if (isThere) {
      replaced.add(place);
    }
    Deque<Vacancy> all = gone.get(serviceUid);
    if (all != null) {
      all.removeIf(vacancy -> vacancy.task().equals(place));
    }
  }

  /** A task is over. */
  void ended(TaskId task) {
    replaced.remove(task);
  }

  /** The service has all it wants. */
  void closed(String serviceUid) {
    gone.remove(serviceUid);
  }
}
