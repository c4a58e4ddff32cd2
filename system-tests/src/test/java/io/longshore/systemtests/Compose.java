package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A copy of docker-compose.yml and what belongs to it, in a folder and a Compose project of its
 * own, with images that were made here where none can be pulled.
 */
final class Compose implements AutoCloseable {
  private static final String PROJECT_LABEL = "com.docker.compose.project";
  private static final String SERVICE_LABEL = "com.docker.compose.service";

  /** All but Grafana, which cannot be had without a registry. */
  static final List<String> SERVICES =
      List.of("kafka", "postgres", "scheduler", "api", "runner", "load-balancer", "prometheus");

  private final DockerClient docker = TestEngine.connect();
  private final Path directory;
  private final String project;
  private final Program program;
  private final List<String> compose;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private int steps;

  /**
   * What an image says of itself.
   *
   * @param checked whether it has a HEALTHCHECK
   */
  record Facts(String user, boolean checked, Map<String, String> labels, long bytes) {}

  /** As a user does it: the files, and {@code ./longshore prepare}. */
  Compose(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.project = directory.getFileName().toString().toLowerCase(Locale.ROOT);
    this.program = new Program(directory, Map.of());
    this.compose = program();
    for (String part : List.of("docker-compose.yml", "compose", "docs/dashboards")) {
      copy(Built.ROOT.resolve(part), directory.resolve(part));
    }
    run("prepare", 30, Built.ROOT.resolve("longshore").toString(), "prepare", directory.toString());
    for (String name : List.of("API_PORT", "KAFKA_HOST_PORT", "PROMETHEUS_PORT")) {
      ports.put(name, LoopbackPorts.next());
    }
    StringBuilder settings = new StringBuilder();
    ports.forEach((name, port) -> settings.append("%s=%d%n".formatted(name, port)));
    Files.writeString(
        directory.resolve(".env"),
        settings
            + """
            LONGSHORE_TAG=test
            KAFKA_IMAGE=longshore-test/kafka:1
            POSTGRES_IMAGE=longshore-test/postgres:1
            PROMETHEUS_IMAGE=longshore-test/prometheus:1
            METRICS_SUBNET=10.230.84.0/24
            METRICS_GATEWAY=10.230.84.1
            """,
        StandardOpenOption.APPEND);
  }

  /** As one program, which is how v1 comes, or as a part of docker. */
  static List<String> program() {
    if (Program.isInstalled("docker-compose")) {
      return List.of("docker-compose");
    }
    return List.of("docker", "compose");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(Objects.requireNonNull(target.getParent()));
          Files.copy(file, target);
        }
      }
    }
  }

  private String run(String step, int seconds, String... command) throws InterruptedException {
    Program.Outcome outcome = program.run(step, seconds, List.of(command));
    assertThat(outcome.code()).as(step + ": " + outcome.output()).isZero();
    return outcome.output();
  }

  /** Ends with an error if Compose does. */
  void compose(int seconds, String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(compose);
    command.addAll(List.of("-p", project));
    command.addAll(List.of(arguments));
    steps++;
    run(steps + "-" + arguments[0], seconds, command.toArray(String[]::new));
  }

  /** Starts all and waits for what each says of itself. */
  void up() throws InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("up", "-d"));
    arguments.addAll(SERVICES);
    compose(300, arguments.toArray(String[]::new));
    SERVICES.forEach(this::awaitHealthy);
  }

  URI api() {
    return URI.create("http://127.0.0.1:" + ports.get("API_PORT") + "/");
  }

  URI prometheus() {
    return URI.create("http://127.0.0.1:" + ports.get("PROMETHEUS_PORT") + "/");
  }

  /** The containers of a service, or of all services where it is empty. */
  List<InspectContainerResponse> containers(String service) {
    Map<String, String> labels = new LinkedHashMap<>(Map.of(PROJECT_LABEL, project));
    if (!service.isEmpty()) {
      labels.put(SERVICE_LABEL, service);
    }
    return docker.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec().stream()
        .map(Container::getId)
        .map(id -> docker.inspectContainerCmd(id).exec())
        .toList();
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

  /**
   * From the start of a container to the start of the first check that was passed, by the engine's
   * clock: it was ready before.
   */
  static long readyMillis(InspectContainerResponse container) {
    var state = container.getState();
    Instant started = Instant.parse(Objects.requireNonNull(state.getStartedAt()));
    return Objects.requireNonNull(Objects.requireNonNull(state.getHealth()).getLog()).stream()
        .filter(check -> Objects.equals(check.getExitCodeLong(), 0L))
        .map(check -> OffsetDateTime.parse(Objects.requireNonNull(check.getStart())).toInstant())
        .min(Instant::compareTo)
        .map(passed -> Duration.between(started, passed).toMillis())
        .orElseThrow();
  }

  void awaitHealthy(String service) {
    try {
      Waiting.forState("health of " + service, 180)
          .until(() ->
              containers(service).stream()
                  .allMatch(container ->
                      "healthy"
                          .equals(
                              Objects.requireNonNull(container.getState().getHealth())
                                  .getStatus())));
    } catch (RuntimeException e) {
      throw new AssertionError(e.getMessage() + "\n" + tails(service), e);
    }
  }

  private String tails(String service) {
    StringBuilder text = new StringBuilder();
    for (InspectContainerResponse container : containers(service)) {
      Program.Outcome outcome;
      try {
        outcome =
            program.run("tail", 30, List.of("docker", "logs", "--tail", "30", container.getId()));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      text.append(container.getName()).append('\n').append(outcome.output());
    }
    return text.toString();
  }

  /**
   * Kills the first container's process as an accident would: the engine is not told that somebody
   * wanted it, and starts it again.
   */
  String killProcess(String service) {
    InspectContainerResponse victim = containers(service).getFirst();
    long pid = Objects.requireNonNull(victim.getState().getPidLong());
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    return victim.getId();
  }

  /** How often the engine has started it again by itself. */
  int restarts(String id) {
    return Objects.requireNonNull(docker.inspectContainerCmd(id).exec().getRestartCount());
  }

  /** Runs a shell command in the service's first container; the images that stand in have one. */
  Program.Outcome shell(String service, String command) throws InterruptedException {
    steps++;
    return program.run(
        steps + "-in-" + service,
        30,
        List.of("docker", "exec", containers(service).getFirst().getId(), "sh", "-c", command));
  }

  /** A copy of what a file of the service's first container has in it. */
  Path copyOf(String service, String file) throws InterruptedException {
    Path copy = directory.resolve("copy-of-" + service + "-" + Path.of(file).getFileName());
    run(
        "copy-" + service,
        30,
        "docker",
        "cp",
        containers(service).getFirst().getId() + ":" + file,
        copy.toString());
    return copy;
  }

  String secret(String name) {
    try {
      return Files.readString(directory.resolve("secrets").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By which the runner's containers are known to the engine. */
  String hostId() throws InterruptedException, IOException {
    Path file = directory.resolve("host-id");
    run(
        "host-id",
        30,
        "docker",
        "cp",
        containers("runner").getFirst().getId() + ":/var/lib/longshore/host-id",
        file.toString());
    return Files.readString(file).strip();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    compose(120, "down", "-v", "--remove-orphans");
    docker.close();
  }
}
