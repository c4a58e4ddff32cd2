package io.longshore.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the machine that make what Java cannot: mounts and networks. */
final class SystemCommand {
  private SystemCommand() {}

  /**
   * @return what it printed
   * @throws IOException with what it said, if it is not there or did not succeed
   */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(
          "%s ended with %d: %s".formatted(String.join(" ", command), code, said.strip()));
    }
    return said;
  }

  static String run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }
}
