package io.longshore.scheduler.core;

/** What the scheduler wants of a task. Nobody else writes it, and STOPPED is for good. */
public enum DesiredStatus {
  RUNNING,
  STOPPED
}
