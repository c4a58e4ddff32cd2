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
    return spec(
            name,
            Map.of(
                "LONGSHORE_SIMULATED_IGNORE_STOP",
                "true",
                "LONGSHORE_SIMULATED_HEALTHY_AFTER_MS",
                "20"))
        .withOrdering(Tasks.checked("CMD", "any"));
  }

  @Override
  ContainerSpec ailing(String name) {
    return spec(
            name,
            Map.of(
                "LONGSHORE_SIMULATED_HEALTHY_AFTER_MS",
                "20",
                "LONGSHORE_SIMULATED_UNHEALTHY_AFTER_MS",
                "60"))
        .withOrdering(Tasks.checked("CMD", "any"));
  }

  @Override
  ContainerSpec writes(String name, int lines, boolean holds) {
    Map<String, String> environment =
        new java.util.TreeMap<>(Map.of("LONGSHORE_SIMULATED_LINES", Integer.toString(lines)));
    if (!holds) {
      environment.put("LONGSHORE_SIMULATED_EXIT_AFTER_MS", "20");
    }
    return spec(name, environment);
  }

  @Override
  ContainerSpec unstartable(String name) {
    return spec(name, Map.of("LONGSHORE_SIMULATED_FAIL", "start"));
  }

  private static ContainerSpec spec(String name, Map<String, String> environment) {
    return Tasks.container(name, true, List.of(), environment, List.of());
  }
}
