package io.longshore.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code longshore down}: stops the Longshore of a data directory. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Stops it; what runs keeps running, and the next start finds it.")
final class DownCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      defaultValue = ".longshore",
      description = "Directory of the one to stop; default ${DEFAULT-VALUE}.")
  private Path data = Path.of(".longshore");

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = data.toAbsolutePath().normalize();
    Console console = Console.of(spec.commandLine());
    Optional<Instance> running = Instance.running(directory);
    if (running.isEmpty()) {
      console.say("Nothing runs on %s.".formatted(directory));
      return 0;
    }
    console.progress("Stopping");
    Instant begin = Instant.now();
    boolean clean = Stopping.stop(directory, running.get());
    double seconds = Duration.between(begin, Instant.now()).toMillis() / 1000.0;
    console.say(
        clean
            ? String.format(Locale.ROOT, "Stopped after %.1f s.", seconds)
            : "It did not stop in time and was killed; its state is safe.");
    return 0;
  }
}
