package io.longshore.standalone;

import com.github.dockerjava.api.DockerClient;
import io.longshore.messages.Ids;
import io.longshore.standalone.DemoImage.Docker;
import java.util.List;

/** Ends a container behind Longshore's back, as an accident would. */
sealed interface ContainerKiller extends AutoCloseable {

  /**
   * @param driver as the running Longshore names it
   */
  static ContainerKiller of(String driver) {
    return switch (driver) {
      case "docker" -> new ByDocker(Docker.connect());
      case "process" -> new BySignal();
      default -> new Nobody();
    };
  }

  /** Returns when the signal is sent. */
  void kill(String runtimeId);

  /** How it is done, for people. */
  String how();

  @Override
  void close();

  /** Through the engine, without Longshore. */
  record ByDocker(DockerClient docker) implements ContainerKiller {
    @Override
    public void kill(String runtimeId) {
      docker.killContainerCmd(runtimeId).exec();
    }

    @Override
    public String how() {
      return "docker kill";
    }

    @Override
    public void close() {
      Docker.close(docker);
    }
  }

  /**
   * By SIGKILL to the child of the shell that watches over it. That shell's command line names the
   * runtime id, which nothing else on the machine can have by chance, so no other process is hit.
   */
  record BySignal() implements ContainerKiller {
    @Override
    public void kill(String runtimeId) {
      if (!Ids.isHex(runtimeId)) {
        throw new Complaint("Not an id of the process driver: " + runtimeId);
      }
      List<ProcessHandle> victims =
          ProcessHandle.allProcesses()
              .filter(shell -> commandLine(shell).contains(runtimeId))
              .flatMap(ProcessHandle::children)
              .toList();
      if (victims.isEmpty()) {
        throw new Complaint("No process was found for " + runtimeId + ".");
      }
      victims.forEach(ProcessHandle::destroyForcibly);
    }

    private static String commandLine(ProcessHandle process) {
      return process
          .info()
          .commandLine()
          .orElseGet(
              () -> String.join(" ", process.info().arguments().orElseGet(() -> new String[0])));
    }

    @Override
    public String how() {
      return "kill -9";
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }

  /** There is nothing to kill: containers that exist on paper only. */
  record Nobody() implements ContainerKiller {
    @Override
    public void kill(String runtimeId) {
      throw new Complaint("This driver has no containers that could be killed.");
    }

    @Override
    public String how() {
      return "";
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }
}
