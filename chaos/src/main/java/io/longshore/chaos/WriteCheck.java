package io.longshore.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.chaos.History.Deed;
import io.longshore.chaos.History.Entry;
import io.longshore.chaos.History.Service;
import io.longshore.chaos.History.Write;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What clients were told, against what there is in the end. A call that got no answer may have
 * taken effect at any time since, or never; one that got its answer has taken effect, and the next
 * one of the same client came after it.
 */
final class WriteCheck {
  private static final String GONE = "gone";

  private final History history;
  private final Verdict verdict;

  private WriteCheck(History history, Verdict verdict) {
    this.history = history;
    this.verdict = verdict;
  }

  /**
   * @param tellings public events by resource
   */
  static void check(History history, Verdict verdict, Map<String, List<Entry>> tellings) {
    WriteCheck check = new WriteCheck(history, verdict);
    check.definitions();
    check.services();
    check.jobs(tellings);
    long acknowledged = history.writes().stream().filter(Write::acknowledged).count();
    verdict.remark(
        Promise.ACKNOWLEDGED,
        "%d of %d calls were acknowledged".formatted(acknowledged, history.writes().size()));
  }

  private void definitions() {
    Set<String> given = new HashSet<>();
    for (Write write : history.writes()) {
      if (write.deed() != Deed.REGISTER_DEFINITION || write.answer() == null) {
        continue;
      }
      verdict.checked(Promise.ACKNOWLEDGED, 1);
      verdict.checked(Promise.ONE_EFFECT, 1);
      if (!history.end().definitions().contains(write.answer())) {
        verdict.broken(
            Promise.ACKNOWLEDGED, write.answer() + " is not there", List.of(write.toString()));
      }
      if (!given.add(write.answer())) {
        verdict.broken(
            Promise.ONE_EFFECT,
            write.answer() + " was given to two calls",
            Context.of(history, write.subject()));
      }
    }
  }

  private void services() {
    Map<String, String> now = new HashMap<>();
    for (Service service : history.end().services()) {
      now.put(
          service.name(),
          service.status().equals("ACTIVE")
              ? state(service.desired(), service.definition())
              : GONE);
    }
    Map<String, Set<String>> possible = new LinkedHashMap<>();
    Map<String, Set<String>> unanswered = new HashMap<>();
    for (Write write : history.writes()) {
      boolean ofService = write.deed() == Deed.SET_SERVICE || write.deed() == Deed.DELETE_SERVICE;
      if (!ofService || write.refused()) {
        continue;
      }
      String state =
          write.deed() == Deed.DELETE_SERVICE ? GONE : state(write.count(), write.definition());
      Set<String> open = unanswered.computeIfAbsent(write.subject(), key -> new LinkedHashSet<>());
      if (write.acknowledged()) {
        possible.put(write.subject(), new LinkedHashSet<>(Set.of(state)));
      } else {
        open.add(state);
      }
    }
    int certain = 0;
    for (var entry : possible.entrySet()) {
      Set<String> states = entry.getValue();
      states.addAll(unanswered.getOrDefault(entry.getKey(), Set.of()));
      certain += states.size() == 1 ? 1 : 0;
      verdict.checked(Promise.ACKNOWLEDGED, 1);
      String found = now.getOrDefault(entry.getKey(), GONE);
      if (!states.contains(found)) {
        verdict.broken(
            Promise.ACKNOWLEDGED,
            "service %s is %s and should be %s".formatted(entry.getKey(), found, states),
            Context.of(history, entry.getKey()));
      }
    }
    verdict.remark(
        Promise.ACKNOWLEDGED,
        "of %d of %d services there is but one possible end".formatted(certain, possible.size()));
  }

  private static String state(int count, String definition) {
    return count + " of " + Checker.id(definition);
  }

  private void jobs(Map<String, List<Entry>> tellings) {
    Map<String, Set<String>> tasksOf = new HashMap<>();
    tellings.forEach((arn, entries) -> {
      JsonNode value = entries.getFirst().value();
      String startedBy = value == null ? "" : value.path("detail").path("startedBy").asText();
      if (arn.contains(":task/") && !startedBy.isEmpty()) {
        tasksOf.computeIfAbsent(startedBy, key -> new HashSet<>()).add(arn);
      }
    });
    Set<String> described = new HashSet<>();
    history.end().tasks().forEach(task -> described.add(task.arn()));
    for (Write write : history.writes()) {
      if (write.deed() != Deed.RUN_TASK) {
        continue;
      }
      Set<String> tasks = tasksOf.getOrDefault(write.subject(), Set.of());
      verdict.checked(Promise.ONE_EFFECT, 1);
      if (tasks.size() > 1) {
        verdict.broken(
            Promise.ONE_EFFECT,
            "the call %s made %d tasks: %s".formatted(write.subject(), tasks.size(), tasks),
            Context.of(history, write.subject()));
      }
      if (write.answer() != null) {
        verdict.checked(Promise.ACKNOWLEDGED, 1);
        if (!tasks.contains(write.answer()) || !described.contains(write.answer())) {
          verdict.broken(
              Promise.ACKNOWLEDGED,
              "task %s was acknowledged and is %s in the events, %s when described"
                  .formatted(
                      write.answer(),
                      tasks.contains(write.answer()) ? "there" : "missing",
                      described.contains(write.answer()) ? "there" : "missing"),
              Context.of(history, Checker.id(write.answer())));
        }
      }
    }
  }
}
