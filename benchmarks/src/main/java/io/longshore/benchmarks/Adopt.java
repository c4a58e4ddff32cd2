package io.longshore.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Service;

/**
 * How long a runner that starts needs to take up the containers that are there already, and that it
 * leaves every one of them alone.
 */
final class Adopt {
  static final Set<String> OPTIONS = Set.of("tasks", "restarts", "image");
  private static final String CLUSTER = "longshore-bench";
  private static final String SERVICE = "adopt";
  private static final String TASK = "io.longshore.task";
  private static final String TAKEN_UP = "longshore_runner_tasks";
  private static final String ADOPTION = "longshore_runner_adoption_seconds";
  // An engine of two cores starts four a second, and fewer the more it has.
  private static final Duration PATIENCE_FOR_ONE = Duration.ofSeconds(3);

  private final EcsClient ecs;
  private final DockerClient docker;
  private final int tasks;

  private Adopt(EcsClient ecs, DockerClient docker, int tasks) {
    this.ecs = ecs;
    this.docker = docker;
    this.tasks = tasks;
  }

  static void run(Arguments arguments) throws IOException, InterruptedException {
    System.out.println(Machine.describe());
    // As many as are asked for, on one host.
    Map<String, String> environment =
        Map.of("LONGSHORE_RUNNER_CPU", "1000000", "LONGSHORE_RUNNER_MEMORY_MIB", "1000000");
    try (Installation installation = Installation.fresh("docker", environment);
        DockerClient docker = Engines.docker()) {
      installation.up();
      try (EcsClient ecs = Ecs.client(installation.endpoint())) {
        Adopt adopt = new Adopt(ecs, docker, arguments.number("tasks", 100));
        try {
          adopt.fill(arguments.text("image", "longshore-test/busybox:1"));
          adopt.measure(installation, arguments.number("restarts", 5));
        } finally {
          adopt.cleanUp();
        }
      }
    }
    System.out.println("load average afterwards " + Machine.load());
  }

  private void fill(String image) throws InterruptedException {
    ecs.createCluster(r -> r.clusterName(CLUSTER));
    ecs.registerTaskDefinition(r ->
        r.family(CLUSTER)
            .networkMode("none")
            .containerDefinitions(c ->
                c.name("main")
                    .image(image)
                    .cpu(1)
                    .memory(16)
                    // It does not hear the signal.
                    .stopTimeout(1)
                    .command("sleep", "100000")));
    Patience.await(
        "a runner",
        () -> ecs.listContainerInstances(r -> r.cluster(CLUSTER)).containerInstanceArns(),
        arns -> !arns.isEmpty());
    long begin = System.nanoTime();
    ecs.createService(
        r -> r.cluster(CLUSTER).serviceName(SERVICE).taskDefinition(CLUSTER).desiredCount(tasks));
    await(tasks);
    System.out.printf(
        Locale.ROOT, "%d containers started in %.1f s%n", tasks, (System.nanoTime() - begin) / 1e9);
  }

  private void await(int count) throws InterruptedException {
    Patience.await(
        "a service of " + count,
        Duration.ofMinutes(1).plus(PATIENCE_FOR_ONE.multipliedBy(tasks)),
        this::service,
        service -> service.runningCount() == count && service.pendingCount() == 0);
  }

  private Service service() {
    return ecs.describeServices(r -> r.cluster(CLUSTER).services(SERVICE)).services().getFirst();
  }

  private void measure(Installation installation, int restarts)
      throws IOException, InterruptedException {
    Map<String, Long> before = processes();
    List<Long> adoptions = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    for (int i = 0; i < restarts; i++) {
      installation.down();
      starts.add(installation.up().toNanos());
      // The host joins another cluster before this one, and asks the engine for that, too.
      Patience.await(
          "the adoption", () -> metric(installation.endpoint(), TAKEN_UP), n -> n >= tasks);
      adoptions.add((long) (metric(installation.endpoint(), ADOPTION) * 1e9));
      await(tasks);
    }
    Map<String, Long> after = processes();
    System.out.println(Distribution.header());
    System.out.println(Distribution.of(adoptions).line("adoption of " + tasks + " containers"));
    System.out.println(Distribution.of(starts).line("start to ready"));
    System.out.printf(
        "%d containers before, %d after, %s%n",
        before.size(),
        after.size(),
        before.equals(after) ? "the same processes" : "NOT the same processes");
    if (!before.equals(after)) {
      throw new IllegalStateException("A restart touched what was running.");
    }
  }

  /** The process of each container of ours, by the container's id. */
  private Map<String, Long> processes() {
    Map<String, Long> processes = new TreeMap<>();
    for (Container container : ours()) {
      processes.put(
          container.getId(),
          docker.inspectContainerCmd(container.getId()).exec().getState().getPidLong());
    }
    return processes;
  }

  private List<Container> ours() {
    return of(
        Set.copyOf(
            ecs.listTasksPaginator(r -> r.cluster(CLUSTER)).taskArns().stream()
                .map(arn -> arn.substring(arn.lastIndexOf('/') + 1))
                .toList()));
  }

  private List<Container> of(Set<String> tasks) {
    return docker
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(List.of(TASK))
        .exec()
        .stream()
        .filter(container -> tasks.contains(container.getLabels().getOrDefault(TASK, "")))
        .toList();
  }

  /** 0 while there is none. */
  private static double metric(URI endpoint, String name) {
    try {
      String metrics =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(endpoint.resolve("/q/metrics")).build(),
                  BodyHandlers.ofString())
              .body();
      Matcher matcher =
          Pattern.compile("^" + name + "(?:\\{[^}]*})? ([0-9.E+-]+)$", Pattern.MULTILINE)
              .matcher(metrics);
      return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private void cleanUp() throws InterruptedException {
    // Tasks that are to stop are listed no more, and their containers take a while longer.
    Set<String> leaving =
        ours().stream()
            .map(container -> container.getLabels().getOrDefault(TASK, ""))
            .collect(Collectors.toSet());
    ecs.updateService(r -> r.cluster(CLUSTER).service(SERVICE).desiredCount(0));
    await(0);
    Patience.await(
        "the last container to go",
        Duration.ofMinutes(1).plus(PATIENCE_FOR_ONE.multipliedBy(tasks)),
        () -> of(leaving),
        List::isEmpty);
    ecs.deleteService(r -> r.cluster(CLUSTER).service(SERVICE).force(true));
  }
}
