package io.longshore.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.chaos.EngineHistory.Happening;
import io.longshore.chaos.History.Container;
import io.longshore.chaos.History.Entry;
import io.longshore.chaos.History.Task;
import io.longshore.messages.TaskStatus;
import io.longshore.messages.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Judges a history. Does nothing else: the same history has the same verdict. */
final class Checker {
  private static final String TASK_CHANGE = "ECS Task State Change";
  private static final Set<String> LIVES = Set.of("start", "die");
  private static final Pattern TASK_ID = Pattern.compile("[0-9a-f]{32}");

  private final History history;
  private final Verdict verdict;
  private final List<Happening> engine;
  // By ARN, in the order of the topic, each telling once.
  private final Map<String, List<Entry>> tellings = new LinkedHashMap<>();

  private Checker(History history) {
    this.history = history;
    this.verdict = new Verdict(history.engine() != null);
    this.engine = history.engine() == null ? List.of() : history.engine();
  }

  static Verdict check(History history) {
    Checker checker = new Checker(history);
    checker.collectTellings();
    checker.forward();
    checker.exits();
    checker.oneContainer();
    checker.rest();
    checker.decoys();
    checker.leftovers();
    checker.deletion();
    OrderCheck.check(history, checker.verdict);
    SilenceCheck.check(history, checker.verdict);
    EndCheck.check(history, checker.verdict, checker.tellings);
    WriteCheck.check(history, checker.verdict, checker.tellings);
    return checker.verdict;
  }

  /** The same event may be told again, word for word: readers know it by its id. */
  private void collectTellings() {
    Map<String, JsonNode> byId = new HashMap<>();
    int repeated = 0;
    for (Entry entry : of(Topics.EVENTS)) {
      JsonNode event = entry.value();
      if (event == null) {
        verdict.broken(Promise.ONE_TELLING, "an event is no JSON", List.of(line(entry)));
        continue;
      }
      verdict.checked(Promise.ONE_TELLING, 1);
      JsonNode earlier = byId.putIfAbsent(event.path("id").asText(), event);
      if (earlier == null) {
        tellings
            .computeIfAbsent(event.path("resources").path(0).asText(), arn -> new ArrayList<>())
            .add(entry);
      } else if (earlier.equals(event)) {
        repeated++;
      } else {
        verdict.broken(
            Promise.ONE_TELLING,
            "event %s was told in two ways".formatted(event.path("id").asText()),
            List.of(earlier.toString(), event.toString()));
      }
    }
    verdict.remark(Promise.ONE_TELLING, repeated + " told again word for word");
    verdict.remark(Promise.ONE_TELLING, history.fenced() + " commits of former owners refused");
  }

  private Stream<Entry> records(String topic) {
    return history.records().stream().filter(entry -> entry.topic().equals(topic));
  }

  private List<Entry> of(String topic) {
    return records(topic).toList();
  }

  private void forward() {
    tellings.forEach((arn, entries) -> {
      long version = -1;
      TaskStatus status = TaskStatus.PROVISIONING;
      for (Entry entry : entries) {
        JsonNode detail = detail(entry);
        if (!detail.has("version")) {
          continue;
        }
        verdict.checked(Promise.FORWARD, 1);
        long next = detail.path("version").asLong();
        if (next <= version) {
          verdict.broken(
              Promise.FORWARD,
              "%s: version %d after %d".formatted(arn, next, version),
              context(id(arn)));
        }
        version = next;
        if (isTaskChange(entry)) {
          TaskStatus later = TaskStatus.valueOf(detail.path("lastStatus").asText());
          if (later.isBefore(status)) {
            verdict.broken(
                Promise.FORWARD, "%s: %s after %s".formatted(arn, later, status), context(id(arn)));
          }
          status = later;
        }
      }
    });
    for (Task task : history.end().tasks()) {
      verdict.checked(Promise.FORWARD, 1);
      JsonNode last = lastTelling(task.arn());
      if (last == null || !last.path("lastStatus").asText().equals(task.lastStatus())) {
        verdict.broken(
            Promise.FORWARD,
            "%s is described as %s, and the last event of it says %s"
                .formatted(
                    task.arn(),
                    task.lastStatus(),
                    last == null ? "nothing" : last.path("lastStatus")),
            context(id(task.arn())));
      }
    }
  }

  private static boolean isTaskChange(Entry entry) {
    return entry.value() != null && TASK_CHANGE.equals(entry.value().path("detail-type").asText());
  }

  private static JsonNode detail(Entry entry) {
    JsonNode value = entry.value();
    if (value == null) {
      throw new IllegalArgumentException("no JSON");
    }
    return value.path("detail");
  }

  private @Nullable JsonNode lastTelling(String arn) {
    return tellings.getOrDefault(arn, List.of()).stream()
        .filter(Checker::isTaskChange)
        .map(Checker::detail)
        .reduce((one, next) -> next)
        .orElse(null);
  }

  /** By the id, whatever cluster it is in. */
  private @Nullable String arn(String task) {
    return tellings.keySet().stream()
        .filter(arn -> arn.contains(":task/") && id(arn).equals(task))
        .findFirst()
        .orElse(null);
  }

  static String id(String arn) {
    return arn.substring(arn.lastIndexOf('/') + 1);
  }

  private boolean isOurs(Happening happening) {
    return history.hosts().contains(happening.host()) && !happening.name().isEmpty();
  }

  private void exits() {
    Map<String, Happening> deaths = new LinkedHashMap<>();
    engine.stream()
        .filter(this::isOurs)
        .filter(happening -> happening.action().equals("die"))
        .forEach(death -> deaths.put(death.container(), death));
    int unknown = 0;
    for (Happening death : deaths.values()) {
      verdict.checked(Promise.EXITS, 1);
      String arn = arn(death.task());
      JsonNode last = arn == null ? null : lastTelling(arn);
      if (last == null || !last.path("lastStatus").asText().equals("STOPPED")) {
        verdict.broken(
            Promise.EXITS,
            "a container of task %s died at %s and the task is %s"
                .formatted(
                    death.task(),
                    death.at(),
                    last == null ? "unheard of" : last.path("lastStatus").asText()),
            context(death.task()));
        continue;
      }
      JsonNode code = exitCode(last, death.name());
      if (code == null) {
        unknown++;
      } else if (death.exitCode() == null || code.asInt() != death.exitCode()) {
        verdict.broken(
            Promise.EXITS,
            "a container of task %s ended with %s and is told to have ended with %s"
                .formatted(death.task(), death.exitCode(), code),
            context(death.task()));
      }
    }
    verdict.remark(Promise.EXITS, unknown + " told without a code");
  }

  private static @Nullable JsonNode exitCode(JsonNode detail, String container) {
    for (JsonNode each : detail.path("containers")) {
      if (each.path("name").asText().equals(container) && each.hasNonNull("exitCode")) {
        return each.path("exitCode");
      }
    }
    return null;
  }

  private void oneContainer() {
    Map<String, List<Happening>> starts = new LinkedHashMap<>();
    engine.stream()
        .filter(this::isOurs)
        .filter(happening -> happening.action().equals("start"))
        .forEach(start ->
            starts
                .computeIfAbsent(start.task() + "/" + start.name(), key -> new ArrayList<>())
                .add(start));
    verdict.checked(Promise.ONE_CONTAINER, starts.size());
    starts.forEach((container, all) -> {
      if (all.size() > 1) {
        verdict.broken(
            Promise.ONE_CONTAINER,
            "%s was started %d times".formatted(container, all.size()),
            context(all.getFirst().task()));
      }
    });
  }

  private void rest() {
    verdict.checked(Promise.REST, history.end().services().size());
    history
        .end()
        .unsettled()
        .forEach(what ->
            verdict.broken(
                Promise.REST,
                "when patience ended at %s: %s".formatted(history.times().settled(), what),
                context(mentionedTask(what))));
    engine.stream()
        .filter(this::isOurs)
        .filter(happening -> LIVES.contains(happening.action()) && isQuiet(happening.at()))
        .forEach(happening ->
            verdict.broken(
                Promise.REST,
                "a %s of task %s at %s, when nothing had to happen any more"
                    .formatted(happening.action(), happening.task(), happening.at()),
                context(happening.task())));
    tellings.forEach((arn, entries) ->
        entries.stream()
            .filter(Checker::isTaskChange)
            .filter(entry -> isQuiet(told(entry)))
            .forEach(entry ->
                verdict.broken(
                    Promise.REST,
                    "%s changed when nothing had to happen any more".formatted(arn),
                    context(id(arn)))));
  }

  private static String mentionedTask(String text) {
    var matcher = TASK_ID.matcher(text);
    return matcher.find() ? matcher.group() : text;
  }

  private static Instant told(Entry entry) {
    JsonNode value = entry.value();
    return value == null ? entry.at() : Instant.parse(value.path("time").asText());
  }

  private boolean isQuiet(Instant at) {
    return at.isAfter(history.times().settled()) && at.isBefore(history.times().quiet());
  }

  private void decoys() {
    verdict.checked(Promise.DECOYS, engine.isEmpty() ? 0 : history.decoys().size());
    Set<String> harmless = Set.of("create", "start", "exec_create", "exec_start");
    for (String decoy : history.decoys()) {
      List<String> touched =
          engine.stream()
              .filter(happening -> happening.container().equals(decoy))
              .filter(happening -> !harmless.contains(happening.action()))
              .map(Happening::toString)
              .toList();
      if (!touched.isEmpty() || !history.end().runningDecoys().contains(decoy)) {
        verdict.broken(
            Promise.DECOYS, "%s, none of Longshore's, was touched".formatted(decoy), touched);
      }
    }
  }

  private void leftovers() {
    Set<String> alive = new HashSet<>();
    history.end().tasks().stream()
        .filter(task -> !task.lastStatus().equals("STOPPED"))
        .forEach(task -> alive.add(id(task.arn())));
    for (Container container : history.end().containers()) {
      verdict.checked(Promise.LEFTOVERS, 1);
      if (!alive.contains(container.task())) {
        verdict.broken(
            Promise.LEFTOVERS,
            "container %s on %s is %s and no task that lives has it (its label says %s)"
                .formatted(container.id(), container.host(), container.state(), container.task()),
            context(container.task()));
      }
    }
  }

  private void deletion() {
    for (Container container : history.end().leftAfterDeletion()) {
      verdict.broken(
          Promise.LEFTOVERS,
          "container %s on %s is %s after everything had been deleted"
              .formatted(container.id(), container.host(), container.state()),
          context(container.task()));
    }
  }

  /** Everything known of a task, in the order of time. */
  private List<String> context(String task) {
    return Context.of(history, task);
  }

  static String line(Entry entry) {
    return "%s %s %d/%d %s"
        .formatted(entry.at(), entry.topic(), entry.partition(), entry.offset(), entry.value());
  }
}
