package io.longshore.runner.core;

import org.jspecify.annotations.Nullable;

/** How a {@link Step.Call} went. */
public sealed interface Outcome {
  Step.Call step();

  /**
   * It was done.
   *
   * @param sighting of the container afterwards; null where the step leaves none to see
   */
  record Done(Step.Call step, @Nullable Sighting sighting) implements Outcome {}

  /**
   * It was not done, or nobody knows.
   *
   * @param message the engine's words
   */
  record Failed(Step.Call step, Problem problem, String message) implements Outcome {}
}
