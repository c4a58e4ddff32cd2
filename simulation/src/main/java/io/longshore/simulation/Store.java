package io.longshore.simulation;

import io.longshore.messages.ClusterName;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Answers;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Cluster;
import io.longshore.scheduler.core.Definition;
import io.longshore.scheduler.core.Outgoing;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.State;
import io.longshore.scheduler.core.Task;
import io.longshore.scheduler.core.Wait;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL is to a scheduler: one shard's rows, changed by whole turns only, and only by the
 * owner of the newest epoch.
 */
final class Store {
  private final Map<ClusterName, Cluster> clusters = new LinkedHashMap<>();
  private final Map<TaskDefinitionId, Definition> definitions = new LinkedHashMap<>();
  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<RunnerId, Runner> runners = new LinkedHashMap<>();
  private final Map<TaskId, Task> tasks = new LinkedHashMap<>();
  private final Map<TaskId, Task> live = new LinkedHashMap<>();
  private final Map<String, List<Wait>> waits = new HashMap<>();
  private final Map<String, Answers.Answer> answers = new HashMap<>();
  private final TreeMap<Long, Outgoing> outbox = new TreeMap<>();
  private final BiConsumer<Turn, Store> witness;
  private long epoch;
  private long commandsOffset;
  private long reportsOffset;
  private long sequence;
  private @Nullable Instant decidedAt;
  private boolean up = true;

  /** All that one turn writes. */
  record Turn(
      long epoch,
      long commandsOffset,
      long reportsOffset,
      Changes changes,
      SortedMap<Long, Outgoing> outbox,
      long sequence,
      long sentUpTo,
      Map<String, Answers.Answer> answers,
      Moment decided) {}

  /**
   * When a turn was decided.
   *
   * @param nanos in the time of the history, which is nobody's clock
   * @param at by the owner's clock
   * @param leaps how often the owner's clock had leaped by then
   */
  record Moment(long nanos, Instant at, long leaps) {}

  /** What whoever takes the shard over begins with. */
  record Owned(
      long epoch,
      long commandsOffset,
      long reportsOffset,
      long sequence,
      @Nullable Instant decidedAt,
      State state,
      SortedMap<Long, Outgoing> unsent) {}

  /** The store does not answer, or its answer was lost, or the shard has another owner. */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /**
   * @param witness is shown every turn that is about to be written
   */
  Store(BiConsumer<Turn, Store> witness) {
    this.witness = witness;
  }

  void set(boolean next) {
    up = next;
  }

  Owned acquire() {
    if (!up) {
      throw new FailedException("the store is down");
    }
    epoch++;
    State state =
        State.of(
            clusters.values(),
            definitions.values(),
            services.values(),
            runners.values(),
            live.values(),
            List.of(),
            waits);
    return new Owned(
        epoch, commandsOffset, reportsOffset, sequence, decidedAt, state, new TreeMap<>(outbox));
  }

  Map<String, Answers.Answer> answers() {
    if (!up) {
      throw new FailedException("the store is down");
    }
    return answers;
  }

  void commit(Turn turn) {
    if (!up) {
      throw new FailedException("the store is down");
    }
    if (turn.epoch() != epoch) {
      throw new FailedException("epoch %d is over, it is %d".formatted(turn.epoch(), epoch));
    }
    witness.accept(turn, this);
    Changes changes = turn.changes();
    changes.clusters().forEach(cluster -> clusters.put(cluster.name(), cluster));
    changes
        .newDefinitions()
        .forEach(added -> definitions.put(added.definition().id(), added.definition()));
    changes.definitions().forEach(definition -> definitions.put(definition.id(), definition));
    changes.services().forEach(service -> services.put(service.uid(), service));
    changes.runners().forEach(runner -> runners.put(runner.id(), runner));
    changes.waiting().forEach(waiting -> waits.put(waiting.serviceUid(), waiting.waits()));
    for (Task task : changes.tasks()) {
      tasks.put(task.id(), task);
      if (task.status() == TaskStatus.STOPPED) {
        live.remove(task.id());
      } else {
        live.put(task.id(), task);
      }
    }
    commandsOffset = turn.commandsOffset();
    reportsOffset = turn.reportsOffset();
    sequence = turn.sequence();
    decidedAt = turn.decided().at();
    outbox.headMap(turn.sentUpTo(), true).clear();
    outbox.putAll(turn.outbox());
    answers.putAll(turn.answers());
  }

  /** What whoever asks about a service is told of its last rollout; null for nothing. */
  @Nullable ServiceDeploymentState latestRollout(ServiceName name) {
    for (Service service : services.values()) {
      if (service.name().equals(name) && service.status() == Service.Status.ACTIVE) {
        return service.rollouts().latest();
      }
    }
    return null;
  }

  /** What keeps a service from being what it should be. */
  List<Wait> waits(Service service) {
    return waits.getOrDefault(service.uid(), List.of());
  }

  Map<String, Service> services() {
    return services;
  }

  Map<TaskId, Task> tasks() {
    return tasks;
  }

  /** Those that have not stopped. */
  Map<TaskId, Task> live() {
    return live;
  }

  Map<RunnerId, Runner> runners() {
    return runners;
  }

  int unsent() {
    return outbox.size();
  }
}
