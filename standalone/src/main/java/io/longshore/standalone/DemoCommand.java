package io.longshore.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code longshore demo}: tasks end, services heal; on this machine, in under a minute. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Shows in under a minute what a task and what a service is; leaves nothing behind.")
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      defaultValue = ".longshore",
      description = "Directory of the Longshore to use; one is started when none runs there.")
  private Path data = Path.of(".longshore");

  @Option(
      names = "--driver",
      defaultValue = "auto",
      description = "Of the Longshore to start: ${COMPLETION-CANDIDATES}.")
  private UpCommand.Driver driver = UpCommand.Driver.auto;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Console console = Console.of(spec.commandLine());
    Optional<Instance> running =
        Instance.running(data.toAbsolutePath().normalize()).filter(Instance::ready);
    if (running.isPresent()) {
      Demo.show(running.get(), console);
      return 0;
    }
    Path own = Files.createTempDirectory("longshore-demo-");
    Files.createDirectories(own.resolve("logs"));
    // Interrupted, it still leaves nothing behind.
    Thread cleaning = Thread.ofPlatform().unstarted(() -> clean(own));
    Runtime.getRuntime().addShutdownHook(cleaning);
    try {
      Instance started = Background.start(own, arguments(own), console);
      Demo.show(started, console);
      return 0;
    } finally {
      console.progress("Stopping");
      clean(own);
      Runtime.getRuntime().removeShutdownHook(cleaning);
    }
  }

  private List<String> arguments(Path own) throws IOException {
    return List.of(
        "up",
        "--port",
        Integer.toString(freePort()),
        "--data",
        own.toString(),
        "--driver",
        driver.name());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static void clean(Path own) {
    try {
      Optional<Instance> running = Instance.running(own);
      if (running.isPresent()) {
        Stopping.stop(own, running.get());
      }
      delete(own);
    } catch (IOException e) {
      System.err.println("Some files were left in " + own + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path visited, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
