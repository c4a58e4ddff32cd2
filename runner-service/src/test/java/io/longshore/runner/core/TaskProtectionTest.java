package io.longshore.runner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Reply;
import io.longshore.runner.core.TaskProtection.Protect;
import io.longshore.runner.core.TaskProtection.Told;
import io.longshore.runner.core.TaskProtection.Unclear;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskProtectionTest {
  private static final String ARN = "arn:aws:ecs:us-east-1:000000000000:task/default/t";
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = NOW.plusMillis(60_500);

  @Test
  void aWishIsTakenAsItIsSaid() {
    Map.of(
            Map.of("ProtectionEnabled", true),
            new Protect(120),
            Map.of("ProtectionEnabled", true, "ExpiresInMinutes", 1),
            new Protect(1),
            Map.of("ProtectionEnabled", true, "ExpiresInMinutes", 2880),
            new Protect(2880),
            Map.of("ProtectionEnabled", false),
            new Protect(null),
            Map.of("ProtectionEnabled", false, "ExpiresInMinutes", 5),
            new Protect(null))
        .forEach((members, wish) ->
            assertThat(TaskProtection.wish(members)).as(members.toString()).isEqualTo(wish));
  }

  @Test
  void whatIsUnclearIsSaidToBe() {
    for (Map<String, Object> members :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("ExpiresInMinutes", 5),
            Map.of("ProtectionEnabled", "true"),
            Map.of("ProtectionEnabled", true, "ExpiresInMinutes", 0),
            Map.of("ProtectionEnabled", true, "ExpiresInMinutes", 2881),
            Map.of("ProtectionEnabled", false, "ExpiresInMinutes", -1),
            Map.of("ProtectionEnabled", true, "ExpiresInMinutes", "5"),
            Map.of("ProtectionEnabled", true, "ExpiresInMinutes", 5L << 32),
            Map.of("protectionEnabled", true),
            Map.of("ProtectionEnabled", true, "More", 1))) {
      assertThat(TaskProtection.wish(members))
          .as(members.toString())
          .isInstanceOfSatisfying(
              Unclear.class, unclear -> assertThat(unclear.why()).startsWith("Invalid request"));
    }
  }

  private record Row(Reply.Outcome outcome, Told told) {}

  @Test
  void everyOutcomeHasItsShape() {
    for (Row row :
        List.of(
            new Row(
                new Reply.Accepted(List.of("t"), List.of(), LATER),
                new Told(
                    200,
                    Map.of(
                        "protection",
                        Map.of(
                            "ExpirationDate",
                            "2026-01-01T00:01:00Z",
                            "ProtectionEnabled",
                            true,
                            "TaskArn",
                            ARN)))),
            new Row(
                new Reply.Accepted(List.of("t"), List.of(), NOW),
                new Told(
                    200, Map.of("protection", Map.of("ProtectionEnabled", false, "TaskArn", ARN)))),
            new Row(
                Reply.Accepted.of("t"),
                new Told(
                    200, Map.of("protection", Map.of("ProtectionEnabled", false, "TaskArn", ARN)))),
            new Row(
                new Reply.Accepted(
                    List.of(), List.of(new Reply.Failure("t", "TASK_NOT_VALID", "why"))),
                new Told(
                    200,
                    Map.of(
                        "failure",
                        Map.of("Arn", ARN, "Reason", "TASK_NOT_VALID", "Detail", "why")))),
            new Row(
                new Reply.Accepted(List.of(), List.of(new Reply.Failure("t", "MISSING", null))),
                new Told(200, Map.of("failure", Map.of("Arn", ARN, "Reason", "MISSING")))),
            new Row(
                Reply.Rejected.of(Reply.ErrorType.CLUSTER_NOT_FOUND, "Cluster not found."),
                new Told(
                    400,
                    Map.of(
                        "error",
                        Map.of(
                            "Arn", ARN,
                            "Code", "ClusterNotFoundException",
                            "Message", "Cluster not found.")))),
            new Row(
                Reply.Rejected.of(Reply.ErrorType.SERVER, "no"),
                new Told(
                    500,
                    Map.of(
                        "error",
                        Map.of("Arn", ARN, "Code", "ServerException", "Message", "no")))))) {
      assertThat(TaskProtection.told(ARN, row.outcome(), NOW)).isEqualTo(row.told());
    }
  }
}
