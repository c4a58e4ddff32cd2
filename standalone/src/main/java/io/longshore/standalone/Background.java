package io.longshore.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs {@code up} in a process of its own that outlives this one and its terminal. */
final class Background {
  // A first start on a busy machine; usually it takes ten seconds.
  private static final Duration START_PATIENCE = Duration.ofSeconds(180);
  private static final Duration POLL = Duration.ofMillis(50);

  private Background() {}

  /** Returns when it takes requests, having shown what it says meanwhile. */
  static Instance start(Path data, List<String> arguments, Console console)
      throws IOException, InterruptedException {
    Path output = data.resolve("logs").resolve("up.out");
    // Neither Ctrl-C nor the end of the terminal is meant for it.
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
    command.addAll(Installation.command(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    console.progress("Starting Longshore in the background");
    Instant deadline = Instant.now().plus(START_PATIENCE);
    while (Instant.now().isBefore(deadline)) {
      Optional<Instance> ready = Instance.running(data).filter(Instance::ready);
      if (ready.isPresent()) {
        show(output, data, console);
        return ready.get();
      }
      if (!process.isAlive()) {
        throw new Complaint("Longshore did not start: " + lastLine(output));
      }
      Thread.sleep(POLL);
    }
    process.destroy();
    throw new Complaint(
        "Longshore was not ready after %d s; see %s."
            .formatted(START_PATIENCE.toSeconds(), output.getParent()));
  }

  /** What the process in the background said when it was ready. */
  private static void show(Path output, Path data, Console console) throws IOException {
    Files.readAllLines(output).stream()
        .dropWhile(line -> !line.startsWith(Services.READY))
        .filter(line -> !line.startsWith(Services.CTRL_C))
        .forEach(console::say);
    console.say("./longshore down --data %s stops it; what runs keeps running.".formatted(data));
  }

  private static String lastLine(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output).stream().filter(l -> !l.isBlank()).toList();
    return lines.isEmpty() ? "see " + output.getParent() : lines.getLast();
  }
}
