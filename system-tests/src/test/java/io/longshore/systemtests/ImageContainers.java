package io.longshore.systemtests;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Containers of the services' images: with the user of the image, no capability, a root file system
 * that cannot be written and the host's network, where the tests' broker and database are.
 */
final class ImageContainers implements AutoCloseable {
  private static final Path SOCKET = Path.of("/var/run/docker.sock");
  private static final String STATE = "/var/lib/longshore";

  private final DockerClient docker = TestEngine.connect();
  private final String prefix;
  private final Map<String, String> ids = new LinkedHashMap<>();
  private final List<String> volumes = new ArrayList<>();

  /**
   * What an image says of itself.
   *
   * @param checked whether it has a HEALTHCHECK
   */
  record Facts(String user, boolean checked, Map<String, String> labels, long bytes) {}

  /**
   * @param prefix of all their names
   */
  ImageContainers(String prefix) {
    this.prefix = prefix;
  }

  String prefix() {
    return prefix;
  }

  Facts facts(String image) {
    var found = docker.inspectImageCmd(image).exec();
    var config = Objects.requireNonNull(found.getConfig());
    return new Facts(
        Objects.requireNonNull(config.getUser()),
        config.getHealthcheck() != null,
        Objects.requireNonNull(config.getLabels()),
        Objects.requireNonNull(found.getSize()));
  }

  void start(String service, String image, Map<String, String> environment) {
    HostConfig host =
        HostConfig.newHostConfig()
            .withNetworkMode("host")
            .withReadonlyRootfs(true)
            .withCapDrop(Capability.ALL)
            .withSecurityOpts(List.of("no-new-privileges"))
            .withTmpFs(Map.of("/tmp", "rw,noexec,size=64m"))
            .withMemory(512L << 20);
    String volume = prefix + "-" + service;
    List<Bind> binds = new ArrayList<>(List.of(new Bind(volume, new Volume(STATE))));
    if (service.equals("runner-service")) {
      binds.add(new Bind(SOCKET.toString(), new Volume(SOCKET.toString())));
      host = host.withGroupAdd(List.of(groupOf(SOCKET)));
    }
    String id =
        docker
            .createContainerCmd(image)
            .withName(volume)
            .withEnv(
                environment.entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .toList())
            .withHostConfig(host.withBinds(binds))
            .exec()
            .getId();
    ids.put(service, id);
    volumes.add(volume);
    docker.startContainerCmd(id).exec();
  }

  private static String groupOf(Path file) {
    try {
      return String.valueOf(Files.getAttribute(file, "unix:gid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String id(String service) {
    return Objects.requireNonNull(ids.get(service));
  }

  private InspectContainerResponse.ContainerState state(String service) {
    return docker.inspectContainerCmd(id(service)).exec().getState();
  }

  /** Waits for the verdict of the image's own check. */
  void awaitHealthy(String service, int seconds) {
    try {
      Waiting.forState("a healthy container of " + service, seconds)
          .until(() ->
              "healthy".equals(Objects.requireNonNull(state(service).getHealth()).getStatus()));
    } catch (RuntimeException e) {
      throw new AssertionError(e.getMessage() + "\n" + state(service), e);
    }
  }

  /**
   * From the start of its container to the start of the first check that was passed, by the
   * engine's clock: it was ready before.
   */
  long readyMillis(String service) {
    var state = state(service);
    Instant started = Instant.parse(Objects.requireNonNull(state.getStartedAt()));
    return Objects.requireNonNull(Objects.requireNonNull(state.getHealth()).getLog()).stream()
        .filter(check -> Objects.equals(check.getExitCodeLong(), 0L))
        .map(check -> OffsetDateTime.parse(Objects.requireNonNull(check.getStart())).toInstant())
        .min(Instant::compareTo)
        .map(passed -> Duration.between(started, passed).toMillis())
        .orElseThrow();
  }

  /** As kill -9. */
  void kill(String service) {
    docker.killContainerCmd(id(service)).exec();
  }

  void startAgain(String service) {
    docker.startContainerCmd(id(service)).exec();
  }

  @Override
  public void close() throws IOException {
    for (String id : ids.values()) {
      docker.removeContainerCmd(id).withForce(true).exec();
    }
    for (String volume : volumes) {
      try {
        docker.removeVolumeCmd(volume).exec();
      } catch (NotFoundException e) {
        System.out.printf("%s was gone already.%n", volume);
      }
    }
    docker.close();
  }
}
