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
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
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
   * How long it took, in nanoseconds.
   *
   * @param create up to the engine's own time of the create
   * @param start from then to its time of the start
   */
  record Took(long create, long start) {
    long all() {
      return create + start;
    }
  }

  /** Makes one on a quiet engine; the time begins before the first call. */
  Took quiet() throws InterruptedException {
    long asked = now();
    return took(asked, make());
  }

  /**
   * Makes one at once after another has died: a replacement by somebody who has nothing to decide.
   * The time begins at the engine's own time of the death.
   */
  Took afterDeath() throws InterruptedException {
    String victim = running.isEmpty() ? make() : running.removeFirst();
    events.clear();
    docker.killContainerCmd(victim).exec();
    Happening died = events.next("die", event -> event.id().equals(victim));
    Took took = took(died.timeNanos(), make());
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
            .withEnv(List.of())
            .withHostConfig(host)
            .withCmd(Arrays.asList(config.getCmd()));
    String id = create.exec().getId();
    running.addLast(id);
    docker.startContainerCmd(id).exec();
    return id;
  }

  private Took took(long begin, String id) throws InterruptedException {
    Happening created = events.next("create", event -> event.id().equals(id));
    Happening started = events.next("start", event -> event.id().equals(id));
    return new Took(created.timeNanos() - begin, started.timeNanos() - created.timeNanos());
  }

  private static long now() {
    Instant instant = Instant.now();
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
