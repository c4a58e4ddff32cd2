package io.longshore.runner.core;

/** What is wanted of a task. It only ever moves down this list. */
public enum Desired {
  /**
   * Found at start and not yet named by a manifest. Nothing new is begun for it and nothing is
   * taken from it.
   */
  HOLD,
  RUN,
  /** Its containers are to end; their end is to be reported. */
  STOP,
  /** Its end is known or of no interest: its containers are to go. */
  FORGET
}
