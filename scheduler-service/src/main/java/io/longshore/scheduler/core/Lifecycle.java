package io.longshore.scheduler.core;

import io.longshore.messages.TaskStatus;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The life of a task: which change of {@code lastStatus} is allowed, and who may make it. The one
 * place that says so; {@code docs/task-lifecycle.md} shows this table and a test compares the two.
 *
 * <p>Observations are whole, so a runner may skip states that were over before it got to report
 * them. What is not in the table is no error but late news, and is ignored.
 */
public final class Lifecycle {

  /** Who may make a change. */
  public enum Owner {
    /** Through a report. */
    RUNNER,
    /**
     * Without the runner's word: load balancers are to let go of the task first, or the runner is
     * lost, or never began.
     */
    SCHEDULER
  }

  /** What becomes of an observation. */
  public enum Verdict {
    /** The task moves on. */
    ADVANCE,
    /** The same state; what is seen of the containers may be news. */
    SAME,
    /** The task has been further already. */
    LATE
  }

  private static final Map<TaskStatus, Map<TaskStatus, Set<Owner>>> TABLE = table();

  private Lifecycle() {}

  /**
   * Judges a step of a task in state {@code from} to the state {@code to}, made by {@code owner}.
   */
  public static Verdict judge(TaskStatus from, TaskStatus to, Owner owner) {
    if (from == to) {
      return from == TaskStatus.STOPPED ? Verdict.LATE : Verdict.SAME;
    }
    return owners(from, to).contains(owner) ? Verdict.ADVANCE : Verdict.LATE;
  }

  /** Who may take a task from one state to another; nobody, for a step back. */
  public static Set<Owner> owners(TaskStatus from, TaskStatus to) {
    return TABLE.getOrDefault(from, Map.of()).getOrDefault(to, Set.of());
  }

  private static Map<TaskStatus, Map<TaskStatus, Set<Owner>>> table() {
    Map<TaskStatus, Map<TaskStatus, Set<Owner>>> table = new EnumMap<>(TaskStatus.class);
    for (TaskStatus from : TaskStatus.values()) {
      Map<TaskStatus, Set<Owner>> steps = new EnumMap<>(TaskStatus.class);
      for (TaskStatus to : TaskStatus.values()) {
        if (from.isBefore(to)) {
          boolean ours =
              to == TaskStatus.STOPPED
                  || (from == TaskStatus.RUNNING && to == TaskStatus.DEACTIVATING);
          steps.put(to, ours ? EnumSet.allOf(Owner.class) : EnumSet.of(Owner.RUNNER));
        }
      }
      table.put(from, steps);
    }
    return table;
  }
}
