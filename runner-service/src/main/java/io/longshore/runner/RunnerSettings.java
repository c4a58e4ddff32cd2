package io.longshore.runner;

import io.longshore.runner.engine.docker.DockerEngine;
import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an operator can say of a runner; explained where the defaults are. */
@ConfigMapping(prefix = "longshore.runner")
public interface RunnerSettings {
  String EVERY_CLUSTER = "*";

  /** Which driver runs the containers. */
  enum Driver {
    AUTO,
    DOCKER,
    PROCESS,
    SIMULATED
  }

  String cluster();

  Optional<String> hostId();

  int count();

  Driver driver();

  List<String> zones();

  Path data();

  Optional<Integer> cpu();

  Optional<Integer> memoryMib();

  int reservedMemoryMib();

  List<Integer> reservedPorts();

  Map<String, String> attributes();

  Duration beatInterval();

  Duration listInterval();

  Duration stopTimeout();

  DockerEngine.PullBehavior imagePullBehavior();

  default boolean everyCluster() {
    return cluster().equals(EVERY_CLUSTER);
  }
}
