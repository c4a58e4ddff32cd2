package io.longshore.scheduler.core;

import io.longshore.messages.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * Why something was decided, for people: the rule that did, and what it looked at. It comes from
 * that rule, and nothing is decided by it.
 *
 * @param text one or two sentences
 * @param inPlaceOf the task that a new one replaces; null for none
 * @param place why a new task is where it is; null for a task that is stopped
 */
public record Reason(Rule rule, String text, @Nullable TaskId inPlaceOf, @Nullable String place) {
  /** Stopped reasons come from engines and clients; of longer ones the beginning will do. */
  private static final int LONGEST = 500;

  public Reason {
    text = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  static Reason of(Rule rule, String text) {
    return new Reason(rule, text, null, null);
  }

  static Reason replacing(TaskId gone, String text) {
    return new Reason(Rule.REPLACEMENT, text, gone, null);
  }

  Reason at(String why) {
    return new Reason(rule, text, inPlaceOf, why);
  }
}
