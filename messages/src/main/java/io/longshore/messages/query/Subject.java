package io.longshore.messages.query;

import java.util.Arrays;
import java.util.Optional;

/** What an expression asks about a container instance. */
public sealed interface Subject {

  /** {@code attribute:name}; an instance has at most one value of it. */
  record Attribute(String name) implements Subject {}

  /** {@code task:group}: the groups of the tasks on the instance, each of them a value. */
  record TaskGroup() implements Subject {}

  /** What every instance has one value of. */
  enum Field implements Subject {
    AGENT_CONNECTED("agentConnected", Kind.FLAG, false),
    AGENT_VERSION("agentVersion", Kind.VERSION, false),
    EC2_INSTANCE_ID("ec2InstanceId", Kind.TEXT, false),
    REGISTERED_AT("registeredAt", Kind.TIME, false),
    STATUS("status", Kind.TEXT, false),
    RUNNING_TASKS_COUNT("runningTasksCount", Kind.NUMBER, true),
    PENDING_TASKS_COUNT("pendingTasksCount", Kind.NUMBER, true),
    REGISTERED_CPU("registeredCpu", Kind.NUMBER, false),
    REGISTERED_MEMORY("registeredMemory", Kind.NUMBER, false),
    REMAINING_CPU("remainingCpu", Kind.NUMBER, true),
    REMAINING_MEMORY("remainingMemory", Kind.NUMBER, true);

    private final String wireName;
    private final Kind kind;
    private final boolean ofTasks;

    Field(String wireName, Kind kind, boolean ofTasks) {
      this.wireName = wireName;
      this.kind = kind;
      this.ofTasks = ofTasks;
    }

    static Optional<Field> ofWireName(String name) {
      return Arrays.stream(values()).filter(field -> field.wireName.equals(name)).findFirst();
    }
  }

  /** How values of a subject are compared. */
  enum Kind {
    /** As numbers where both are, else character by character. */
    TEXT,
    /** Whole numbers. */
    NUMBER,
    /** Part by part between the dots. */
    VERSION,
    /** ISO-8601, with the time of the day and the offset left out at will. */
    TIME,
    /** {@code true} or {@code false}. */
    FLAG
  }

  default Kind kind() {
    return this instanceof Field field ? field.kind : Kind.TEXT;
  }

  /** Whether the answer changes with the tasks on the instance. */
  default boolean isOfTasks() {
    return switch (this) {
      case Attribute attribute -> false;
      case TaskGroup group -> true;
      case Field field -> field.ofTasks;
    };
  }
}
