package io.longshore.simulation;

/** The process whose step this is has ended in the middle of it: nothing more of it happens. */
final class Killed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Killed() {
    super("the process has ended", null, false, false);
  }
}
