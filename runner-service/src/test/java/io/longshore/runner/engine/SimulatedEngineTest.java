package io.longshore.runner.engine;

import io.longshore.messages.ContainerSpec;
import io.longshore.runner.Tasks;
import io.longshore.runner.engine.simulated.SimulatedEngine;
import java.util.List;
import java.util.Map;

class SimulatedEngineTest extends EngineContract {
  // It lives in memory, so a successor is the same one.
  private final SimulatedEngine only = new SimulatedEngine();

  @Override
  Engine open() {
    return only;
  }

  @Override
  Engine successor() {
    return only;
  }

  @Override
  ContainerSpec runs(String name) {
    return spec(name, Map.of());
  }

  @Override
  ContainerSpec exits(String name, int code) {
    return spec(
        name,
        Map.of(
            "LONGSHORE_SIMULATED_EXIT_AFTER_MS",
            "20",
            "LONGSHORE_SIMULATED_EXIT_CODE",
            Integer.toString(code)));
  }

  @Override
  ContainerSpec stubborn(String name) {
    return spec(name, Map.of("LONGSHORE_SIMULATED_IGNORE_STOP", "true"));
  }

  @Override
  ContainerSpec unstartable(String name) {
    return spec(name, Map.of("LONGSHORE_SIMULATED_FAIL", "start"));
  }

  private static ContainerSpec spec(String name, Map<String, String> environment) {
    return Tasks.container(name, true, List.of(), environment, List.of());
  }
}
