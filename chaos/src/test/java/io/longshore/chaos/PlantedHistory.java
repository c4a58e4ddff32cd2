package io.longshore.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.longshore.chaos.EngineHistory.Happening;
import io.longshore.chaos.History.Container;
import io.longshore.chaos.History.Deed;
import io.longshore.chaos.History.End;
import io.longshore.chaos.History.Entry;
import io.longshore.chaos.History.Service;
import io.longshore.chaos.History.Task;
import io.longshore.chaos.History.Times;
import io.longshore.chaos.History.Write;
import io.longshore.messages.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A short history in which all is well: a service of one whose task runs, and a job that ended with
 * 7. Tests plant into it what must not be.
 */
final class PlantedHistory {
  static final String HOST = "host-1";
  static final String RUNS = "a".repeat(32);
  static final String JOB = "b".repeat(32);
  static final String ENDED = "e".repeat(32);
  static final String DECOY = "decoy-1";
  static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<Happening> engine = new ArrayList<>();
  final List<Entry> records = new ArrayList<>();
  final List<String> killed = new ArrayList<>();
  final List<Write> writes = new ArrayList<>();
  final List<Service> services = new ArrayList<>();
  final Set<String> definitions = new TreeSet<>();
  final List<Task> tasks = new ArrayList<>();
  final List<Container> containers = new ArrayList<>();
  final List<Container> leftAfterDeletion = new ArrayList<>();
  final List<String> runningDecoys = new ArrayList<>(List.of(DECOY));
  final List<String> unsettled = new ArrayList<>();

  PlantedHistory() {
    definitions.add("arn:aws:ecs:r:0:task-definition/web:1");
    definitions.add("arn:aws:ecs:r:0:task-definition/written:1");
    write(Deed.REGISTER_DEFINITION, "written", 0, "", "arn:aws:ecs:r:0:task-definition/written:1");
    write(Deed.SET_SERVICE, "web", 1, "td/web:1", "arn:aws:ecs:r:0:service/chaos/web");
    write(Deed.RUN_TASK, "job-1", 1, "td/job:1", arn(JOB));
    beat(1);
    manifest(1);
    start(2, RUNS);
    start(3, JOB);
    start(4, ENDED);
    stop(5, ENDED);
    task(RUNS, 1, "PROVISIONING", "", null);
    task(JOB, 1, "PROVISIONING", "job-1", null);
    engine(2, "start", "c1", RUNS, null);
    engine(2, "start", "c2", JOB, null);
    task(RUNS, 2, "RUNNING", "", null);
    task(JOB, 2, "RUNNING", "job-1", null);
    task(ENDED, 1, "RUNNING", "", null);
    task(ENDED, 2, "STOPPED", "", 0);
    engine(2, "start", "c0", ENDED, null);
    engine(3, "die", "c0", ENDED, 0);
    engine(3, "die", "c2", JOB, 7);
    engine(3, "destroy", "c2", JOB, null);
    task(JOB, 3, "STOPPED", "job-1", 7);
    services.add(new Service("web", "ACTIVE", 1, 1, 0, 1, "td/web:1"));
    tasks.add(new Task(arn(RUNS), "RUNNING", 2, false));
    tasks.add(new Task(arn(ENDED), "STOPPED", 2, false));
    tasks.add(new Task(arn(JOB), "STOPPED", 3, true));
    containers.add(new Container("c1", HOST, RUNS, "running"));
  }

  static String arn(String task) {
    return "arn:aws:ecs:r:0:task/chaos/" + task;
  }

  static Instant at(int second) {
    return BEGUN.plusSeconds(second);
  }

  void write(Deed deed, String subject, int count, String definition, @Nullable String answer) {
    writes.add(
        new Write(
            BEGUN,
            BEGUN,
            deed,
            subject,
            count,
            definition,
            0,
            answer,
            false,
            answer == null ? "no answer" : null));
  }

  /** A change of a service to which the answer was a no. */
  void refused(String service, int count) {
    writes.add(
        new Write(BEGUN, BEGUN, Deed.SET_SERVICE, service, count, "td/web:1", 0, null, true, "no"));
  }

  void engine(int second, String action, String container, String task, @Nullable Integer code) {
    engine.add(new Happening(at(second), action, container, HOST, task, "main", code));
  }

  /** A runner's count begins, with these tasks that are to run. */
  void manifest(long generation, String... run) {
    record(
        Topics.ORDERS,
        1,
        "{\"type\":\"Manifest\",\"runner\":\"r1\",\"generation\":%d,\"run\":[%s],\"stop\":[]}"
            .formatted(
                generation,
                Stream.of(run).map(t -> "\"" + t + "\"").collect(Collectors.joining(","))));
  }

  void start(long generation, String task) {
    record(
        Topics.ORDERS,
        1,
        "{\"type\":\"StartTask\",\"runner\":\"r1\",\"generation\":%d,\"assignment\":{\"task\":\"%s\"}}"
            .formatted(generation, task));
  }

  void stop(long generation, String task) {
    record(
        Topics.ORDERS,
        4,
        "{\"type\":\"StopTask\",\"runner\":\"r1\",\"generation\":%d,\"task\":\"%s\"}"
            .formatted(generation, task));
  }

  void beat(int second) {
    record(Topics.REPORTS, second, "{\"type\":\"RunnerBeat\",\"runner\":\"r1\"}");
  }

  /** The runner is taken for lost. */
  void lost(int second) {
    record(
        Topics.EVENTS,
        second,
        """
        {"id":"lost-%d","detail-type":"ECS Container Instance State Change","time":"%s",
         "resources":["arn:aws:ecs:r:0:container-instance/chaos/r1"],
         "detail":{"status":"ACTIVE","agentConnected":false,"version":%d}}
        """
            .formatted(second, at(second), second));
  }

  void foreign(int second, String action) {
    engine.add(new Happening(at(second), action, DECOY, "", "", "", null));
  }

  /** An event of a task. */
  void task(String task, int version, String status, String startedBy, @Nullable Integer exitCode) {
    task(3, task, version, status, startedBy, exitCode);
  }

  void task(
      int second,
      String task,
      int version,
      String status,
      String startedBy,
      @Nullable Integer exitCode) {
    record(
        Topics.EVENTS,
        second,
        """
        {"id":"%s-%d","detail-type":"ECS Task State Change","time":"%s","resources":["%s"],
         "detail":{"lastStatus":"%s","version":%d,"startedBy":"%s",
                   "containers":[{"name":"main"%s}]}}
        """
            .formatted(
                task,
                version,
                at(second),
                arn(task),
                status,
                version,
                startedBy.isEmpty() ? "ecs-svc/1" : startedBy,
                exitCode == null ? "" : ",\"exitCode\":" + exitCode));
  }

  void record(String topic, int second, String json) {
    records.add(new Entry(topic, 0, records.size(), at(second), "key", parse(json)));
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  Verdict judge() {
    return Checker.check(history(true));
  }

  History history(boolean withEngine) {
    return new History(
        withEngine ? engine : null,
        Set.of(HOST),
        withEngine ? List.of(DECOY) : List.of(),
        killed,
        records,
        writes,
        new End(
            services,
            definitions,
            tasks,
            withEngine ? containers : List.of(),
            leftAfterDeletion,
            withEngine ? runningDecoys : List.of(),
            unsettled),
        new Times(BEGUN, at(5), at(10), at(10).plus(Duration.ofSeconds(10))),
        0);
  }
}
