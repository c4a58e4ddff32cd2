package io.longshore.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import io.longshore.benchmarks.EngineEvents.Happening;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The same containers as the runner's, made through the same client library by the same two calls,
 * with nobody deciding anything: what the engine alone takes. They differ in their name and in the
 * label by which a runner knows its own, of which the value has the same length.
 */
final class BareContainers implements AutoCloseable {
  static final String PREFIX = "longshore-bench-bare-";
  private static final String HOST = "io.longshore.host";

  private final DockerClient docker;
  private final EngineEvents events;
  private final ContainerConfig config;
  private final HostConfig host;
  private final Map<String, String> labels;
  private final Deque<String> running = new ArrayDeque<>();
  private int count;

  /**
   * @param model a container that a runner made
   */
  BareContainers(DockerClient docker, EngineEvents events, InspectContainerResponse model) {
    this.docker = docker;
    this.events = events;
    this.config = model.getConfig();
    HostConfig made = model.getHostConfig();
    // Only what the runner's driver asks for; the rest of it the engine fills in again.
    this.host =
        HostConfig.newHostConfig()
            .withRestartPolicy(RestartPolicy.noRestart())
            .withAutoRemove(false)
            .withNetworkMode(made.getNetworkMode())
            .withReadonlyRootfs(made.getReadonlyRootfs())
            .withCpuShares(made.getCpuShares())
            .withMemory(made.getMemory())
            .withLogConfig(
                new LogConfig(made.getLogConfig().getType(), made.getLogConfig().getConfig()));
    this.labels = new HashMap<>(config.getLabels() == null ? Map.of() : config.getLabels());
    labels.computeIfPresent(HOST, (key, value) -> "b".repeat(value.length()));
  }

  /**
   * Makes one on a quiet engine.
   *
   * @return nanoseconds from before the first call to the engine's own time of the start
   */
  long quiet() throws InterruptedException {
    long asked = now();
    String id = make();
    return started(id).timeNanos() - asked;
  }

  /**
   * Makes one at once after another has died: a replacement by somebody who has nothing to decide.
   *
   * @return nanoseconds from the engine's time of the death to its time of the start
   */
  long afterDeath() throws InterruptedException {
    String victim = running.isEmpty() ? make() : running.removeFirst();
    events.clear();
    docker.killContainerCmd(victim).exec();
    Happening died = events.next("die", event -> event.id().equals(victim));
    String id = make();
    long took = started(id).timeNanos() - died.timeNanos();
    docker.removeContainerCmd(victim).withRemoveVolumes(true).exec();
    return took;
  }

  /** Kills and removes all but one, which the next {@link #afterDeath} needs. */
  void reduce() {
    while (running.size() > 1) {
      remove(running.removeFirst());
    }
  }

  private String make() {
    CreateContainerCmd create =
        docker
            .createContainerCmd(config.getImage())
            .withName(PREFIX + ProcessHandle.current().pid() + "-" + count++)
            .withLabels(labels)
            .withEnv(java.util.List.of())
            .withHostConfig(host)
            .withCmd(Arrays.asList(config.getCmd()));
    String id = create.exec().getId();
    running.addLast(id);
    docker.startContainerCmd(id).exec();
    return id;
  }

  private Happening started(String id) throws InterruptedException {
    return events.next("start", event -> event.id().equals(id));
  }

  private static long now() {
    var instant = java.time.Instant.now();
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private void remove(String id) {
    try {
      docker.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException e) {
      // Somebody was quicker.
    }
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      remove(running.removeFirst());
    }
  }
}
