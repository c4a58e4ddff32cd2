package io.longshore.runner.engine;

/**
 * What an engine says of itself and of its host.
 *
 * @param driver {@code docker}, {@code process}, {@code kubernetes} or {@code simulated}
 * @param version as the engine has it, for people
 * @param memoryBytes of the host as a whole
 * @param os {@code linux} or {@code darwin}
 * @param architecture {@code x86_64} or {@code arm64}
 */
public record EngineInfo(
    String driver, String version, int cores, long memoryBytes, String os, String architecture) {

  /** Of the machine this process runs on. */
  public static EngineInfo ofThisMachine(String driver, String version) {
    long memory =
        java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : Runtime.getRuntime().maxMemory();
    return new EngineInfo(
        driver,
        version,
        Runtime.getRuntime().availableProcessors(),
        memory,
        System.getProperty("os.name", "").startsWith("Mac") ? "darwin" : "linux",
        architecture(System.getProperty("os.arch", "")));
  }

  /** ECS's word for what engines and Java call by several names. */
  public static String architecture(String name) {
    return switch (name) {
      case "amd64", "x86_64", "x64" -> "x86_64";
      case "aarch64", "arm64" -> "arm64";
      default -> name;
    };
  }
}
