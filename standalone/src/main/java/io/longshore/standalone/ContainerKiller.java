package io.longshore.standalone;

import com.github.dockerjava.api.DockerClient;
import io.longshore.standalone.DemoImage.Docker;

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

  /** By SIGKILL; the process driver's runtime ids begin with the process id. */
  record BySignal() implements ContainerKiller {
    @Override
    public void kill(String runtimeId) {
      long pid = Long.parseLong(runtimeId.replaceFirst("[^0-9].*", ""));
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
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
