package io.longshore.systemtests;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.longshore.chaos.EngineHistory;
import io.longshore.chaos.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The Docker engine behind Longshore's back: makes accidents, and sees what is left behind. */
final class TestEngine implements AutoCloseable {
  private static final String HOST = "io.longshore.host";
  private static final String TEST = "io.longshore-test.decoy";

  private final DockerClient docker;
  private final List<String> decoys = new ArrayList<>();

  private TestEngine(DockerClient docker) {
    this.docker = docker;
  }

  /**
   * Skips the calling test class with a sentence when no engine answers; fails it where {@code
   * LONGSHORE_REQUIRE_ENGINE} is {@code true}.
   */
  static TestEngine orSkip() {
    DockerClient docker = connect();
    try {
      docker.pingCmd().exec();
    } catch (RuntimeException e) {
      String sentence = "No Docker engine answers, so tests that need one are skipped: " + e;
      if ("true".equals(System.getenv("LONGSHORE_REQUIRE_ENGINE"))) {
        throw new AssertionError("LONGSHORE_REQUIRE_ENGINE is true. " + sentence, e);
      }
      System.out.println(sentence);
      Assumptions.abort(sentence);
    }
    TestImage.ensure(docker);
    return new TestEngine(docker);
  }

  /** One that listens elsewhere, such as {@code unix:///tmp/docker.sock}; has the tests' image. */
  static TestEngine at(String dockerHost) {
    DockerClient docker =
        connect(
            DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(dockerHost)
                .build());
    TestImage.ensure(docker);
    return new TestEngine(docker);
  }

  static DockerClient connect() {
    return connect(DefaultDockerClientConfig.createDefaultConfigBuilder().build());
  }

  private static DockerClient connect(DefaultDockerClientConfig config) {
    return DockerClientImpl.getInstance(
        config,
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(64)
            .build());
  }

  /** Containers that are none of Longshore's business; one pretends. */
  void startDecoys() {
    decoys.add(decoy(Map.of(TEST, "true")));
    // Of another installation, by its labels.
    decoys.add(decoy(Map.of(TEST, "true", HOST, "another-host", "io.longshore.task", "x")));
  }

  private String decoy(Map<String, String> labels) {
    String id =
        docker
            .createContainerCmd(Ecs.IMAGE)
            .withLabels(labels)
            .withCmd("/bin/sh", "-c", Ecs.FOREVER)
            .exec()
            .getId();
    docker.startContainerCmd(id).exec();
    return id;
  }

  /** Whether every decoy still runs, never restarted. */
  boolean decoysRun() {
    return decoys.stream()
        .allMatch(id -> {
          var state = docker.inspectContainerCmd(id).exec().getState();
          return Boolean.TRUE.equals(state.getRunning());
        });
  }

  /** What this host's runner has on the engine, running or not. */
  List<Container> containers(String hostId) {
    return docker
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(HOST, hostId))
        .exec();
  }

  /** What all containers that have a label have there. */
  List<String> labelled(String name) {
    return docker
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(List.of(name))
        .exec()
        .stream()
        .map(container -> container.getLabels().get(name))
        .toList();
  }

  /** Whether containers can have addresses here: an engine may be started without a bridge. */
  boolean hasBridge() {
    return docker.listNetworksCmd().exec().stream()
        .anyMatch(network -> "bridge".equals(network.getName()));
  }

  /** What a container has written so far. */
  String output(String id) {
    StringBuilder output = new StringBuilder();
    ResultCallback.Adapter<Frame> frames =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(Frame frame) {
            output.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
          }
        };
    try {
      docker.logContainerCmd(id).withStdOut(true).withStdErr(true).exec(frames).awaitCompletion();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return output.toString();
  }

  /** Names of volumes that begin so. */
  List<String> volumes(String prefix) {
    var found = docker.listVolumesCmd().exec().getVolumes();
    return found == null
        ? List.of()
        : found.stream().map(v -> v.getName()).filter(name -> name.startsWith(prefix)).toList();
  }

  void removeVolume(String name) {
    docker.removeVolumeCmd(name).exec();
  }

  List<String> running(String hostId) {
    return containers(hostId).stream()
        .filter(container -> "running".equals(container.getState()))
        .map(Container::getId)
        .sorted()
        .toList();
  }

  /** The process of each of this host's containers that run, by the container's id. */
  Map<String, Long> processes(String hostId) {
    return running(hostId).stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                id ->
                    Objects.requireNonNull(
                        docker.inspectContainerCmd(id).exec().getState().getPidLong())));
  }

  /** Gives the tests' image a further name with this tag; returns that name. */
  String tag(String tag) {
    String repository = Ecs.IMAGE.substring(0, Ecs.IMAGE.indexOf(':'));
    docker.tagImageCmd(Ecs.IMAGE, repository, tag).exec();
    return repository + ":" + tag;
  }

  /** Takes the name away; the image stays under the others. */
  void untag(String image) {
    docker.removeImageCmd(image).withNoPrune(true).exec();
  }

  /** Kills one as an accident would. */
  void kill(String containerId) {
    docker.killContainerCmd(containerId).exec();
  }

  /** Kills many at once; those that are gone already do not matter. */
  void killAll(List<String> containerIds) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String id : containerIds) {
        threads.execute(() -> {
          try {
            kill(id);
          } catch (DockerException e) {
            System.out.printf("%s was gone already: %s%n", id, e.getMessage());
          }
        });
      }
    }
  }

  /** A registry that this engine can pull from. */
  TestRegistry registry() throws IOException {
    return new TestRegistry(docker);
  }

  /** What a label of a container says; null for nothing. */
  @Nullable String label(String id, String name) {
    Map<String, String> labels = docker.inspectContainerCmd(id).exec().getConfig().getLabels();
    return labels == null ? null : labels.get(name);
  }

  /** Removes all images whose name begins so. */
  void removeImages(String prefix) {
    docker.listImagesCmd().exec().stream()
        .filter(image ->
            Stream.of(image.getRepoTags(), image.getRepoDigests())
                .filter(Objects::nonNull)
                .flatMap(Arrays::stream)
                .anyMatch(name -> name.startsWith(prefix)))
        .forEach(image -> docker.removeImageCmd(image.getId()).withForce(true).exec());
  }

  /** Everything that happens to containers from now on. */
  EngineHistory watch() {
    return EngineHistory.begin(docker);
  }

  /** Removes what a runner left, so that a failed test leaves nothing either. */
  void removeAll(String... hostIds) {
    Arrays.stream(hostIds)
        .flatMap(host -> containers(host).stream())
        .forEach(container -> remove(container.getId()));
  }

  private void remove(String id) {
    try {
      docker.removeContainerCmd(id).withForce(true).exec();
    } catch (NotFoundException e) {
      System.out.printf("%s was gone already.%n", id);
    }
  }

  @Override
  public void close() {
    decoys.forEach(this::remove);
    try {
      docker.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
