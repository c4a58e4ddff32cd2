package io.longshore.runner.core;

import io.longshore.messages.ContainerSpec;
import org.jspecify.annotations.Nullable;

/** One thing to do for a task. All but {@link Gone} are calls to an engine. */
public sealed interface Step {
  /** Nothing is left of the task. */
  record Gone() implements Step {}

  /** A call to an engine. */
  sealed interface Call extends Step {
    /** Whom it concerns; empty for the task as a whole. */
    String container();
  }

  record Pull(ContainerSpec spec) implements Call {
    @Override
    public String container() {
      return spec.name();
    }
  }

  record Create(ContainerSpec spec) implements Call {
    @Override
    public String container() {
      return spec.name();
    }
  }

  record Start(String container, String runtimeId) implements Call {}

  /** Start a container again that has ended. */
  record Restart(String container, String runtimeId) implements Call {}

  /**
   * Signal, wait, kill.
   *
   * @param timeoutSeconds from the signal to the kill; null for the runner's default
   */
  record Stop(String container, String runtimeId, @Nullable Integer timeoutSeconds)
      implements Call {}

  record Remove(String container, String runtimeId) implements Call {}

  /** Remove what the containers had in common. */
  record Release() implements Call {
    @Override
    public String container() {
      return "";
    }
  }
}
