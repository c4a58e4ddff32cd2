package io.longshore.runner.core;

import io.longshore.messages.ContainerSpec;
import org.jspecify.annotations.Nullable;

/** One thing to do for a task. All but {@link Rest} and {@link Gone} are calls to an engine. */
public sealed interface Step {
  /** Nothing to do until something happens. */
  record Rest() implements Step {}

  /** Nothing is left of the task. */
  record Gone() implements Step {}

  /** A step that concerns one container. */
  sealed interface Call extends Step {
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

  /**
   * Signal, wait, kill.
   *
   * @param timeoutSeconds from the signal to the kill; null for the runner's default
   */
  record Stop(String container, String runtimeId, @Nullable Integer timeoutSeconds)
      implements Call {}

  record Remove(String container, String runtimeId) implements Call {}
}
