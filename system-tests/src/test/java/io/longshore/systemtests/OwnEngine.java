package io.longshore.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A Docker engine of a test's own, beside the machine's: it can be killed and started again while
 * its containers go on, since its containerd is another process, as on most machines. It is in a
 * network namespace of its own: an engine without a bridge takes away that of its namespace.
 */
final class OwnEngine implements AutoCloseable {
  private static final int STOP_SECONDS = 60;

  private final Path directory;
  private final Process containerd;
  private @Nullable Process dockerd;

  private OwnEngine(Path directory, Process containerd) {
    this.directory = directory;
    this.containerd = containerd;
  }

  /** Skips the calling test class where there is no {@code dockerd}, or no right to start one. */
  static OwnEngine orSkip() throws IOException {
    if (!"root".equals(System.getProperty("user.name"))
        || !isInstalled("dockerd")
        || !isInstalled("containerd")
        || !isInstalled("unshare")) {
      String sentence = "An engine can be started by root alone, and where one is installed.";
      System.out.println(sentence);
      Assumptions.abort(sentence);
    }
    // Short: the path of a socket has 108 characters at most.
    Path directory = Files.createTempDirectory("engine");
    Path config =
        Files.writeString(
            directory.resolve("containerd.toml"),
            """
            version = 2
            root = "%1$s/containerd-root"
            state = "%1$s/containerd-state"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "%1$s/containerd.sock"
            [ttrpc]
              address = "%1$s/containerd-ttrpc.sock"
            [debug]
              address = "%1$s/containerd-debug.sock"
            """
                .formatted(directory));
    OwnEngine engine =
        new OwnEngine(
            directory, launch(directory, List.of("containerd", "--config", config.toString())));
    engine.awaitSocket("containerd.sock");
    return engine;
  }

  private static boolean isInstalled(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static Process launch(Path directory, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                    directory.resolve(command.getFirst() + ".out").toFile()))
            .start();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
    return process;
  }

  private void awaitSocket(String name) {
    try {
      Waiting.forState("an answer of " + name, 60)
          .ignoreExceptions()
          .until(() -> {
            SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(name))).close();
            return true;
          });
    } catch (RuntimeException e) {
      throw new AssertionError(e.getMessage() + "\n" + said(), e);
    }
  }

  private String said() {
    try {
      StringBuilder text = new StringBuilder();
      for (String program : List.of("containerd", "unshare")) {
        Path file = directory.resolve(program + ".out");
        if (Files.exists(file)) {
          List<String> lines = Files.readAllLines(file);
          lines = lines.subList(Math.max(0, lines.size() - 20), lines.size());
          text.append(String.join("\n", lines)).append('\n');
        }
      }
      return text.toString();
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** As {@code DOCKER_HOST} has it. */
  String host() {
    return "unix://" + directory.resolve("docker.sock");
  }

  /**
   * @param liveRestore whether containers outlive the engine; without it, an engine ends those that
   *     it finds
   */
  void start(boolean liveRestore) throws IOException {
    // One that was killed has left it, and takes it for that of another.
    Files.deleteIfExists(directory.resolve("docker.pid"));
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--net",
                "dockerd",
                "--containerd=" + directory.resolve("containerd.sock"),
                "--data-root=" + directory.resolve("data"),
                "--exec-root=" + directory.resolve("exec"),
                "--pidfile=" + directory.resolve("docker.pid"),
                "--host=" + host(),
                "--bridge=none",
                "--iptables=false",
                // Works on every file system.
                "--storage-driver=vfs"));
    if (liveRestore) {
      command.add("--live-restore");
    }
    dockerd = launch(directory, command);
    awaitSocket("docker.sock");
  }

  private Process dockerd() {
    Process running = dockerd;
    if (running == null) {
      throw new IllegalStateException("It was not started.");
    }
    return running;
  }

  void kill() throws InterruptedException {
    dockerd().destroyForcibly().waitFor();
  }

  void stop() throws InterruptedException {
    end(dockerd());
  }

  private static void end(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() throws InterruptedException {
    try {
      if (dockerd != null) {
        if (!dockerd().isAlive()) {
          // What a dead one has mounted, only a living one takes away.
          start(false);
        }
        stop();
      }
      end(containerd);
      // An engine that was killed has left its data mounted over itself.
      new ProcessBuilder("umount", "--quiet", directory.resolve("data").toString())
          .start()
          .waitFor();
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
