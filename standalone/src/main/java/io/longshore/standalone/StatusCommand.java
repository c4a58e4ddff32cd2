package io.longshore.standalone;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code longshore status}: what runs on a data directory. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Says what runs; exits with 1 when nothing does or it is not ready.")
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      defaultValue = ".longshore",
      description = "Directory to look at; default ${DEFAULT-VALUE}.")
  private Path data = Path.of(".longshore");

  @Override
  public Integer call() throws InterruptedException {
    Path directory = data.toAbsolutePath().normalize();
    Console console = Console.of(spec.commandLine());
    Optional<Instance> found = Instance.running(directory);
    if (found.isEmpty()) {
      console.say("Nothing runs on %s.".formatted(directory));
      return 1;
    }
    Instance running = found.get();
    boolean ready = Health.isReady(running.endpoint());
    console.say("endpoint  " + running.endpoint());
    console.say(
        "process   %d (with Kafka and PostgreSQL in %d)"
            .formatted(running.pid(), running.embeddedPid()));
    console.say("driver    " + running.driver());
    console.say("health    " + (ready ? "ready" : "not ready"));
    console.say("data      " + directory);
    console.say("logs      " + directory.resolve("logs"));
    if (!ready) {
      return 1;
    }
    try (Ecs ecs = new Ecs(running.endpoint())) {
      ecs.counts().forEach(console::say);
    }
    return 0;
  }
}
