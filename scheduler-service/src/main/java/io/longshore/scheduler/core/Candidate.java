package io.longshore.scheduler.core;

import io.longshore.messages.query.Facts;
import io.longshore.messages.query.Subject;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A runner as one {@link Placement} sees it: with what that placement has put on it already. */
final class Candidate implements Facts {
  private final State state;
  private final Runner runner;
  private final String group;

  /** What stands in the way whatever is placed; null for nothing. */
  private final @Nullable Obstacle fixed;

  /** One for each field that tasks are spread over, shared by the runners of one value. */
  private final Tally[] spreads;

  private Usage used;
  private int tasks;
  private int ofGroup;
  private double load;

  /** How many tasks of the group there are where a field has one value. */
  static final class Tally {
    private int count;
  }

  /**
   * @param ofGroup wanted tasks of the group on the runner
   */
  Candidate(
      State state,
      Runner runner,
      String group,
      int ofGroup,
      Requirements requirements,
      Tally[] spreads) {
    this.state = state;
    this.runner = runner;
    this.group = group;
    this.ofGroup = ofGroup;
    this.spreads = spreads;
    used = state.usageOf(runner.id());
    tasks = state.taskCount(runner.id());
    load = load();
    fixed = requirements.lasting(runner, this);
    for (Tally spread : spreads) {
      spread.count += ofGroup;
    }
  }

  Runner runner() {
    return runner;
  }

  @Nullable Obstacle fixed() {
    return fixed;
  }

  int ofGroup() {
    return ofGroup;
  }

  int spread(int field) {
    return spreads[field].count;
  }

  /** The same for all hosts that have the same values of what tasks are spread over. */
  List<Tally> spreads() {
    return Arrays.asList(spreads);
  }

  int remainingCpu() {
    return runner.host().cpu() - used.cpu();
  }

  int remainingMemoryMiB() {
    return runner.host().memoryMiB() - used.memoryMiB();
  }

  /** The larger of the shares of memory and CPU that are taken. */
  double taken() {
    return load;
  }

  void take(Usage asked) {
    used = used.plus(asked);
    tasks++;
    ofGroup++;
    load = load();
    for (Tally spread : spreads) {
      spread.count++;
    }
  }

  private double load() {
    return Math.max(
        (double) used.memoryMiB() / Math.max(1, runner.host().memoryMiB()),
        (double) used.cpu() / Math.max(1, runner.host().cpu()));
  }

  /** Which resource is lacking; null for none. */
  @Nullable Obstacle lack(Usage asked) {
    if (asked.memoryMiB() > remainingMemoryMiB()) {
      return Obstacle.lacks(
          Obstacle.Kind.MEMORY, asked.memoryMiB(), Math.max(0, remainingMemoryMiB()), "MiB");
    }
    if (asked.cpu() > remainingCpu()) {
      return Obstacle.lacks(
          Obstacle.Kind.CPU, asked.cpu(), Math.max(0, remainingCpu()), "CPU units");
    }
    for (String port : asked.ports()) {
      if (used.ports().contains(port) || runner.reserves(port)) {
        return new Obstacle(Obstacle.Kind.PORTS, "port " + port + " is taken");
      }
    }
    return null;
  }

  /** As this placement leaves the runner: a task that is placed counts as running. */
  @Override
  public Collection<String> values(Subject subject) {
    return switch (subject) {
      case Subject.Attribute(String name) -> {
        String value = runner.attribute(name);
        yield value == null ? List.of() : List.of(value);
      }
      case Subject.TaskGroup any -> groups();
      case Subject.Field field -> List.of(value(field));
    };
  }

  private Collection<String> groups() {
    Set<String> groups = new HashSet<>(state.groupsOn(runner.id()));
    if (ofGroup > 0) {
      groups.add(group);
    }
    return groups;
  }

  private String value(Subject.Field field) {
    return switch (field) {
      case AGENT_CONNECTED -> Boolean.toString(runner.connected());
      case AGENT_VERSION -> runner.host().agentVersion();
      case EC2_INSTANCE_ID -> runner.host().hostName();
      case REGISTERED_AT -> runner.registeredAt().toString();
      case STATUS -> runner.status().name();
      case RUNNING_TASKS_COUNT -> Integer.toString(tasks);
      case PENDING_TASKS_COUNT -> "0";
      case REGISTERED_CPU -> Integer.toString(runner.host().cpu());
      case REGISTERED_MEMORY -> Integer.toString(runner.host().memoryMiB());
      case REMAINING_CPU -> Integer.toString(remainingCpu());
      case REMAINING_MEMORY -> Integer.toString(remainingMemoryMiB());
    };
  }
}
