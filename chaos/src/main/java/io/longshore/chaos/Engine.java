package io.longshore.chaos;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.longshore.chaos.History.Container;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Docker engine, reached past all proxies: it says what is true, and accidents are made here.
 */
final class Engine implements AutoCloseable {
  static final String FOREVER = "trap 'exit 0' TERM; sleep 100000 & wait";

  private static final String HOST = "io.longshore.host";
  private static final String TASK = "io.longshore.task";
  private static final String DECOY = "io.longshore-test.decoy";

  private final DockerClient docker;
  private final URI address;
  private final List<String> decoys = new ArrayList<>();

  private Engine(DockerClient docker, URI address) {
    this.docker = docker;
    this.address = address;
  }

  /** Null if none answers. */
  static @Nullable Engine connect() {
    var config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    DockerClient docker =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .connectionTimeout(Duration.ofSeconds(5))
                .maxConnections(32)
                .build());
    try {
      docker.pingCmd().exec();
    } catch (RuntimeException e) {
      return null;
    }
    TestImage.ensure(docker);
    return new Engine(docker, config.getDockerHost());
  }

  /** Where a proxy finds it. */
  SocketAddress address() {
    return "unix".equals(address.getScheme())
        ? UnixDomainSocketAddress.of(address.getPath())
        : new InetSocketAddress(address.getHost(), address.getPort());
  }

  EngineHistory watch() {
    return EngineHistory.begin(docker);
  }

  /** Containers that are none of Longshore's business; some pretend. Returns their ids. */
  List<String> startDecoys() {
    decoys.add(decoy(Map.of(DECOY, "true")));
    decoys.add(decoy(Map.of(DECOY, "true", HOST, "another-host", TASK, "x")));
    decoys.add(
        decoy(Map.of(DECOY, "true", TASK, "0".repeat(32), "io.longshore.container", "main")));
    return List.copyOf(decoys);
  }

  private String decoy(Map<String, String> labels) {
    String id =
        docker
            .createContainerCmd(TestImage.NAME)
            .withLabels(labels)
            .withCmd("/bin/sh", "-c", FOREVER)
            .exec()
            .getId();
    docker.startContainerCmd(id).exec();
    return id;
  }

  List<String> runningDecoys() {
    return decoys.stream()
        .filter(id -> {
          try {
            var state = docker.inspectContainerCmd(id).exec().getState();
            return Boolean.TRUE.equals(state.getRunning());
          } catch (NotFoundException e) {
            return false;
          }
        })
        .toList();
  }

  /** Everything that runners of these hosts have on it, running or not. */
  List<Container> containers(Set<String> hosts) {
    List<Container> found = new ArrayList<>();
    for (var container : docker.listContainersCmd().withShowAll(true).exec()) {
      Map<String, String> labels = container.getLabels();
      String host = labels.get(HOST);
      if (host != null && hosts.contains(host)) {
        found.add(
            new Container(
                container.getId(),
                host,
                labels.getOrDefault(TASK, ""),
                String.valueOf(container.getState())));
      }
    }
    return found;
  }

  /** Kills some that run, chosen by the seed; returns their ids. */
  List<String> killSome(Set<String> hosts, int count, long choice) {
    List<String> running =
        new ArrayList<>(
            containers(hosts).stream()
                .filter(container -> "running".equals(container.state()))
                .map(Container::id)
                .sorted()
                .toList());
    Collections.shuffle(running, new Random(choice));
    List<String> killed = new ArrayList<>();
    for (String id : running.subList(0, Math.min(count, running.size()))) {
      try {
        docker.killContainerCmd(id).exec();
        killed.add(id);
      } catch (DockerException e) {
        // It ended by itself meanwhile.
      }
    }
    return killed;
  }

  /** Removes what runners of these hosts have left. */
  void removeAll(Set<String> hosts) {
    containers(hosts).forEach(container -> remove(container.id()));
  }

  private void remove(String id) {
    try {
      docker.removeContainerCmd(id).withForce(true).exec();
    } catch (DockerException e) {
      // Gone, or on its way out by somebody else's hand.
    }
  }

  void removeDecoys() {
    decoys.forEach(this::remove);
  }

  @Override
  public void close() throws IOException {
    docker.close();
  }
}
