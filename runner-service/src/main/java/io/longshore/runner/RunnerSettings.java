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
    KUBERNETES,
    SIMULATED
  }

  /** Where secrets come from. */
  enum SecretStore {
    FILE,
    COMMAND
  }

  String cluster();

  Optional<String> hostId();

  Optional<String> instance();

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

  Optional<String> kubernetesNamespace();

  Optional<String> kubernetesNode();

  Optional<String> kubernetesServiceAccount();

  boolean kubernetesRestricted();

  SecretStore secretStore();

  Optional<Path> secretDirectory();

  Optional<List<String>> secretCommand();

  Duration secretTimeout();

  Optional<Path> environmentBuckets();

  Optional<List<Path>> environmentFolders();

  Optional<String> address();

  Optional<String> metadataAddress();

  int metadataPort();

  default boolean everyCluster() {
    return cluster().equals(EVERY_CLUSTER);
  }
}
