package io.longshore.runner.core;

import io.longshore.messages.Reply;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a task says of its own protection, and how it is answered, in the words of ECS's task
 * scale-in protection endpoint.
 */
public final class TaskProtection {
  private static final String ENABLED = "ProtectionEnabled";
  private static final String MINUTES = "ExpiresInMinutes";
  private static final int DEFAULT_MINUTES = 120;
  private static final int MOST_MINUTES = 2880;

  private TaskProtection() {}

  /** What was asked for. */
  public sealed interface Wish {}

  /**
   * @param minutes from now on; null ends the protection
   */
  public record Protect(@Nullable Integer minutes) implements Wish {}

  /** It cannot be told what was asked for. */
  public record Unclear(String why) implements Wish {}

  /**
   * @param status of HTTP
   */
  public record Told(int status, Map<String, Object> body) {}

  /**
   * @param members of the request's body
   */
  public static Wish wish(Map<?, ?> members) {
    if (!Set.of(ENABLED, MINUTES).containsAll(members.keySet())) {
      return new Unclear(
          "Invalid request: it has other fields than " + ENABLED + " and " + MINUTES);
    }
    Object minutes = members.get(MINUTES);
    if (minutes != null
        && !(minutes instanceof Integer number && number >= 1 && number <= MOST_MINUTES)) {
      return new Unclear(
          "Invalid request: %s is a number from 1 to %d".formatted(MINUTES, MOST_MINUTES));
    }
    return switch (members.get(ENABLED)) {
      case Boolean enabled when enabled ->
          new Protect(minutes instanceof Integer number ? number : DEFAULT_MINUTES);
      case Boolean disabled -> new Protect(null);
      case null -> new Unclear("Invalid request: does not contain '" + ENABLED + "' field");
      default -> new Unclear("Invalid request: " + ENABLED + " is true or false");
    };
  }

  /**
   * @param outcome of {@code TellTaskProtection}, or one that is not as it was wished for
   */
  public static Told told(String taskArn, Reply.Outcome outcome, Instant now) {
    return switch (outcome) {
      case Reply.Rejected rejected ->
          error(
              rejected.error() == Reply.ErrorType.SERVER ? 500 : 400,
              taskArn,
              rejected.error().wireName(),
              rejected.message());
      case Reply.Accepted accepted when !accepted.failures().isEmpty() -> {
        Reply.Failure failure = accepted.failures().getFirst();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("Arn", taskArn);
        members.put("Reason", failure.reason());
        if (failure.detail() != null) {
          members.put("Detail", failure.detail());
        }
        yield new Told(200, Map.of("failure", members));
      }
      case Reply.Accepted accepted -> {
        Instant until = accepted.until();
        Map<String, Object> members = new LinkedHashMap<>();
        if (until != null && until.isAfter(now)) {
          members.put("ExpirationDate", until.truncatedTo(ChronoUnit.SECONDS).toString());
          members.put(ENABLED, true);
        } else {
          members.put(ENABLED, false);
        }
        members.put("TaskArn", taskArn);
        yield new Told(200, Map.of("protection", members));
      }
    };
  }

  /**
   * @param code the name of an exception of ECS's
   */
  public static Told error(int status, String taskArn, String code, String message) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("Arn", taskArn);
    members.put("Code", code);
    members.put("Message", message);
    return new Told(status, Map.of("error", members));
  }
}
