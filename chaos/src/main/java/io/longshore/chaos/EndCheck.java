package io.longshore.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.chaos.EngineHistory.Happening;
import io.longshore.chaos.History.Entry;
import io.longshore.messages.Topics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Why containers of services ended. They never end by themselves, so it was the run's own doing, or
 * the scheduler wanted it: by an order to stop, or by a manifest that does not name the task among
 * those that are to run. Contact that was lost is no reason, whoever lost it.
 */
final class EndCheck {
  private final Map<String, String> runnerOf = new HashMap<>();
  private final Set<String> wantedEnded = new HashSet<>();

  private EndCheck() {}

  /**
   * @param tellings public events by resource
   */
  static void check(History history, Verdict verdict, Map<String, List<Entry>> tellings) {
    List<Happening> engine = history.engine();
    if (engine == null) {
      return;
    }
    EndCheck check = new EndCheck();
    history.records().stream()
        .filter(entry -> entry.topic().equals(Topics.ORDERS))
        .map(Entry::value)
        .forEach(order -> {
          if (order != null) {
            check.take(order);
          }
        });
    Set<String> jobs = jobs(tellings);
    for (Happening death : engine) {
      if (death.action().equals("die")
          && history.hosts().contains(death.host())
          && !jobs.contains(death.task())) {
        verdict.checked(Promise.UNTOUCHED, 1);
        if (!history.killed().contains(death.container())
            && !check.wantedEnded.contains(death.task())) {
          verdict.broken(
              Promise.UNTOUCHED,
              "a container of task %s ended and nobody had ordered it".formatted(death.task()),
              Context.of(history, death.task()));
        }
      }
    }
  }

  private void take(JsonNode order) {
    switch (order.path("type").asText()) {
      case "StartTask" ->
          runnerOf.put(
              order.path("assignment").path("task").asText(), order.path("runner").asText());
      case "StopTask" -> wantedEnded.add(order.path("task").asText());
      case "Manifest" -> {
        Set<String> run = new HashSet<>();
        order.path("run").forEach(task -> run.add(task.asText()));
        runnerOf.forEach((task, runner) -> {
          if (runner.equals(order.path("runner").asText()) && !run.contains(task)) {
            wantedEnded.add(task);
          }
        });
      }
      default -> {
        // Nothing ends by it.
      }
    }
  }

  /** Tasks that end by themselves. */
  private static Set<String> jobs(Map<String, List<Entry>> tellings) {
    Set<String> jobs = new HashSet<>();
    tellings.forEach((arn, entries) -> {
      JsonNode value = entries.getFirst().value();
      if (value != null && !value.path("detail").path("startedBy").asText().startsWith("ecs-svc")) {
        jobs.add(Checker.id(arn));
      }
    });
    return jobs;
  }
}
