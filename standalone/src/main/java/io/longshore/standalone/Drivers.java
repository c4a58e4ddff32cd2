package io.longshore.standalone;

import io.longshore.runner.RunnerService;
import io.longshore.runner.engine.EngineInfo;
import io.quarkus.arc.Arc;

/** What launches the containers, and why. */
final class Drivers {
  private Drivers() {}

  /** The driver of this process's runner; what was wanted while the runner does not know yet. */
  static String used(String wanted) {
    EngineInfo info = Arc.container().instance(RunnerService.class).get().engineInfo();
    return info == null ? wanted : info.driver();
  }

  /**
   * @param wanted as asked for on the command line
   * @param used as the runner says
   */
  static String inWords(String wanted, String used) {
    if (!"auto".equals(wanted)) {
      return used + " (as asked for)";
    }
    return switch (used) {
      case "docker" -> "docker (an engine answers)";
      case "process" -> "process (no Docker engine answers, so tasks are plain processes)";
      default -> used;
    };
  }
}
