package io.longshore.scheduler.core;

import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Reply.Rejected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was answered before, so that a repeated call has one effect and one answer.
 *
 * <ol>
 *   <li>Another attempt at the same call ({@code amz-sdk-invocation-id}) gets the first one's
 *       answer.
 *   <li>Another call with the same client token and the same members does, too.
 *   <li>Another call with the same client token and other members is a conflict.
 *   <li>Only what had an effect is remembered: a refusal may come out otherwise the next time.
 * </ol>
 */
public final class Answers {
  private final Map<String, Answer> known;
  private final Map<String, Answer> fresh = new HashMap<>();

  /** An answer given under a key. */
  public record Answer(String fingerprint, Accepted outcome) {}

  /**
   * @param known what is stored under the {@link #keys} of the commands at hand
   */
  public Answers(Map<String, Answer> known) {
    this.known = known;
  }

  /** The keys a command's answer is stored under. */
  public static List<String> keys(CommandEnvelope envelope) {
    List<String> keys = new ArrayList<>();
    if (envelope.invocationKey() != null) {
      keys.add("invocation/" + envelope.invocationKey());
    }
    if (envelope.clientToken() != null) {
      keys.add("token/" + envelope.clientToken());
    }
    return keys;
  }

  /** The answer to give without deciding again; null when this is the first time. */
  public @Nullable Outcome before(CommandEnvelope envelope) {
    for (String key : keys(envelope)) {
      Answer answer = fresh.getOrDefault(key, known.get(key));
      if (answer != null) {
        return answer.fingerprint().equals(envelope.fingerprint())
            ? answer.outcome()
            : conflict(envelope.command(), answer);
      }
    }
    return null;
  }

  public void remember(CommandEnvelope envelope, Outcome outcome) {
    if (outcome instanceof Accepted accepted && !accepted.ids().isEmpty()) {
      for (String key : keys(envelope)) {
        fresh.put(key, new Answer(envelope.fingerprint(), accepted));
      }
    }
  }

  /** What has been remembered and is to be stored. */
  public Map<String, Answer> fresh() {
    return fresh;
  }

  private static Rejected conflict(Command command, Answer answer) {
    return command instanceof Command.RunTask
        ? new Rejected(
            ErrorType.CONFLICT,
            "The clientToken was used before with other parameters.",
            answer.outcome().ids())
        : Rejected.of(
            ErrorType.INVALID_PARAMETER,
            "The clientToken was used before with other parameters: creation was not idempotent.");
  }
}
