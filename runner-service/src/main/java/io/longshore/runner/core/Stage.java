package io.longshore.runner.core;

/**
 * How far a container has come. Except between the first three, and when it is started again, it
 * only moves down this list.
 */
public enum Stage {
  /** Nothing done; its image may well be there, so creating it is tried first. */
  PLANNED,
  /** Its image has to be pulled before it can be created. */
  IMAGE_MISSING,
  /** Its image has just been pulled. */
  IMAGE_READY,
  CREATED,
  RUNNING,
  /** It ran and ended, or it is gone and nobody can know how it ended. */
  EXITED,
  REMOVED
}
