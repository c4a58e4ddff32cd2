package io.longshore.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.chaos.History.Entry;
import io.longshore.messages.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who was taken for lost had been silent for the lease, by the topic of reports and whatever its
 * reader was doing: a scheduler that is slow, or was stopped, has to read before it judges.
 */
final class SilenceCheck {
  // The lease is ten seconds; what came in the last of them may not have been read yet.
  private static final Duration OLDEST = Duration.ofSeconds(9);
  private static final Duration NEWEST = Duration.ofSeconds(4);

  private SilenceCheck() {}

  static void check(History history, Verdict verdict) {
    Map<String, List<Entry>> reports = new HashMap<>();
    for (Entry entry : history.records()) {
      JsonNode report = entry.value();
      if (entry.topic().equals(Topics.REPORTS) && report != null) {
        verdict.checked(Promise.HEARD, 1);
        reports
            .computeIfAbsent(report.path("runner").asText(), runner -> new ArrayList<>())
            .add(entry);
      }
    }
    Set<String> seen = new HashSet<>();
    int lost = 0;
    for (Entry entry : history.records()) {
      JsonNode event = entry.value();
      if (event != null && isLoss(entry, event) && seen.add(event.path("id").asText())) {
        lost++;
        String runner = Checker.id(event.path("resources").path(0).asText());
        Instant at = Instant.parse(event.path("time").asText());
        List<String> heard =
            reports.getOrDefault(runner, List.of()).stream()
                .filter(report ->
                    report.at().isAfter(at.minus(OLDEST)) && report.at().isBefore(at.minus(NEWEST)))
                .map(Checker::line)
                .toList();
        if (!heard.isEmpty()) {
          verdict.broken(
              Promise.HEARD,
              "runner %s was taken for lost at %s and had said something".formatted(runner, at),
              heard);
        }
      }
    }
    verdict.remark(Promise.HEARD, lost + " were taken for lost");
  }

  private static boolean isLoss(Entry entry, JsonNode event) {
    JsonNode connected = event.path("detail").path("agentConnected");
    return entry.topic().equals(Topics.EVENTS)
        && event.path("detail-type").asText().equals("ECS Container Instance State Change")
        && connected.isBoolean()
        && !connected.asBoolean();
  }
}
