package io.longshore.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code longshore up}: runs everything until it is told to stop. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Runs all services, with an embedded Kafka and PostgreSQL, until Ctrl-C or down.")
final class UpCommand implements Callable<Integer> {
  /** What launches the containers. */
  enum Driver {
    auto,
    docker,
    process,
    kubernetes,
    simulated
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port of the ECS API on 127.0.0.1; default ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--data",
      defaultValue = ".longshore",
      description = "Directory that everything is kept in; default ${DEFAULT-VALUE}.")
  private Path data = Path.of(".longshore");

  @Option(
      names = "--driver",
      defaultValue = "auto",
      description = "${COMPLETION-CANDIDATES}; auto takes Docker when an engine answers.")
  private Driver driver = Driver.auto;

  @Option(
      names = "--runners",
      defaultValue = "1",
      description = "Number of runners (container instances), 1 to 100; default ${DEFAULT-VALUE}.")
  private int runners;

  @Option(
      names = "--detach",
      description = "Returns when everything is ready, and leaves it running.")
  private boolean detach;

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Path directory = data.toAbsolutePath().normalize();
    Instance.running(directory)
        .ifPresent(running -> {
          throw new Complaint(
              "Longshore already runs on %s at %s (process %d)."
                  .formatted(directory, running.endpoint(), running.pid()));
        });
    checkPort();
    makeDirectory(directory);
    Console console = Console.of(spec.commandLine());
    if (detach) {
      Background.start(directory, arguments(directory), console);
      return 0;
    }
    return new Services(
            new Services.Options(
                directory, URI.create("http://127.0.0.1:" + port), port, driver.name(), runners),
            console)
        .run();
  }

  private void check() {
    if (port < 1 || port > 65_535) {
      throw new ParameterException(spec.commandLine(), "--port has to be 1 to 65535.");
    }
    if (runners < 1 || runners > 100) {
      throw new ParameterException(spec.commandLine(), "--runners has to be 1 to 100.");
    }
  }

  private void checkPort() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new java.net.InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    } catch (IOException e) {
      throw new Complaint(
          "Port %d of 127.0.0.1 is in use; choose another with --port.".formatted(port), e);
    }
  }

  private static void makeDirectory(Path directory) {
    try {
      Files.createDirectories(directory.resolve("logs"));
    } catch (IOException e) {
      throw new Complaint("The data directory %s cannot be made.".formatted(directory), e);
    }
  }

  private List<String> arguments(Path directory) {
    return new ArrayList<>(
        List.of(
            "up",
            "--port",
            Integer.toString(port),
            "--data",
            directory.toString(),
            "--driver",
            driver.name(),
            "--runners",
            Integer.toString(runners)));
  }
}
