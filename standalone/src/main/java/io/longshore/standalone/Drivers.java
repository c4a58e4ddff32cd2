package io.longshore.standalone;

/** What launches the containers, and why. */
final class Drivers {
  private Drivers() {}

  static String used() {
    return "docker";
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
