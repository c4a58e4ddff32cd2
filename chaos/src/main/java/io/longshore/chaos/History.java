package io.longshore.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.chaos.EngineHistory.Happening;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was recorded of one run. {@link Checker} judges by this and nothing else.
 *
 * @param engine what the engine said has happened to containers; null without an engine
 * @param hosts the host ids of this run's runners
 * @param decoys containers that were none of Longshore's business
 * @param killed ids of containers of Longshore's that were killed behind its back
 * @param records of all topics that are looked at, each topic's partitions in order
 * @param writes calls that change something, as their callers saw them
 * @param end what could be seen when everything was over
 * @param times when what was
 * @param fenced how often a scheduler said that a commit of its was refused
 */
record History(
    @Nullable List<Happening> engine,
    Set<String> hosts,
    List<String> decoys,
    List<String> killed,
    List<Entry> records,
    List<Write> writes,
    End end,
    Times times,
    int fenced) {
  History {
    engine = engine == null ? null : List.copyOf(engine);
    hosts = Set.copyOf(hosts);
    decoys = List.copyOf(decoys);
    killed = List.copyOf(killed);
    records = List.copyOf(records);
    writes = List.copyOf(writes);
  }

  /**
   * A record of a topic.
   *
   * @param at the broker's time
   * @param value null if it was no JSON
   */
  record Entry(
      String topic,
      int partition,
      long offset,
      Instant at,
      @Nullable String key,
      @Nullable JsonNode value) {}

  /** What a call was to do. */
  enum Deed {
    /** Of a service; also the change of one. */
    SET_SERVICE,
    DELETE_SERVICE,
    REGISTER_DEFINITION,
    RUN_TASK
  }

  /**
   * A call.
   *
   * @param subject a service's name, a family, or a job's {@code startedBy}
   * @param count of a service
   * @param definition of a service or a job
   * @param exitCode a job's, if nothing happens to it
   * @param answer the ARN of what was made, if the call was acknowledged; null if it was not
   * @param refused whether the answer was a no; without an answer of either kind nobody knows
   *     whether the call took effect
   */
  record Write(
      Instant from,
      Instant to,
      Deed deed,
      String subject,
      int count,
      String definition,
      int exitCode,
      @Nullable String answer,
      boolean refused,
      @Nullable String error) {
    boolean acknowledged() {
      return answer != null;
    }
  }

  /** A service as it was described. */
  record Service(
      String name,
      String status,
      int desired,
      int running,
      int pending,
      int deployments,
      String definition) {}

  /**
   * A task as it was described.
   *
   * @param job whether it is of no service, and so ends by itself
   */
  record Task(String arn, String lastStatus, long version, boolean job) {
    /** Whether nothing has to happen to it any more. */
    boolean isAtRest() {
      return lastStatus.equals("STOPPED") || (!job && lastStatus.equals("RUNNING"));
    }
  }

  /** A container as the engine listed it. */
  record Container(String id, String host, String task, String state) {}

  /**
   * The end.
   *
   * @param leftAfterDeletion containers that were there when all services had been deleted
   * @param unsettled what was not as asked for when patience ended; empty if all was
   */
  record End(
      List<Service> services,
      Set<String> definitions,
      List<Task> tasks,
      List<Container> containers,
      List<Container> leftAfterDeletion,
      List<String> runningDecoys,
      List<String> unsettled) {
    End {
      services = List.copyOf(services);
      definitions = Set.copyOf(definitions);
      tasks = List.copyOf(tasks);
      containers = List.copyOf(containers);
      leftAfterDeletion = List.copyOf(leftAfterDeletion);
      runningDecoys = List.copyOf(runningDecoys);
      unsettled = List.copyOf(unsettled);
    }
  }

  /**
   * Times, all of this machine.
   *
   * @param healed when the last fault was mended and the last call had returned
   * @param settled when everything was as asked for, or patience ended
   * @param quiet until when nothing more had to happen
   */
  record Times(Instant begun, Instant healed, Instant settled, Instant quiet) {}
}
