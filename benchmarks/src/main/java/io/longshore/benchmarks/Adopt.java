package io.longshore.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
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
  // The engine goes on for a while with what it has just been given to start.
  private static final Duration REST = Duration.ofSeconds(60);

  private static final Duration POLL = Duration.ofMillis(250);

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
    Path built = Path.of(System.getProperty("longshore.built", ""));
    try (SeparateServices longshore = new SeparateServices(built);
        DockerClient docker = Engines.docker()) {
      longshore.awaitReady();
      try (EcsClient ecs = Ecs.client(longshore.endpoint())) {
        Adopt adopt = new Adopt(ecs, docker, arguments.number("tasks", 100));
        try {
          adopt.fill(arguments.text("image", "longshore-test/busybox:1"));
          adopt.measure(longshore, arguments.number("restarts", 5));
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
            // No network of their own: the engine starts them in half the time.
            .networkMode("host")
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

  private void measure(SeparateServices longshore, int restarts) throws InterruptedException {
    Map<String, Long> before = processes();
    List<Long> adoptions = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    List<Long> readiness = new ArrayList<>();
    Thread.sleep(REST);
    System.out.println("load average before the first restart " + Machine.load());
    for (int i = 0; i < restarts; i++) {
      long begin = System.nanoTime();
      longshore.restartRunner();
      Patience.await(
          "the adoption",
          Duration.ofMinutes(1),
          POLL,
          () -> metric(longshore.runner(), TAKEN_UP),
          n -> n >= tasks);
      starts.add(System.nanoTime() - begin);
      adoptions.add((long) (metric(longshore.runner(), ADOPTION) * 1e9));
      // One that is killed before it has registered is silent, and lost in the end.
      Patience.await(
          "the runner", Duration.ofMinutes(1), POLL, longshore::runnerIsReady, ready -> ready);
      readiness.add(System.nanoTime() - begin);
      await(tasks);
    }
    Map<String, Long> after = processes();
    System.out.println(Distribution.header());
    System.out.println(Distribution.of(adoptions).line("adoption of " + tasks + " containers"));
    System.out.println(Distribution.of(starts).line("start of the program to the last taken up"));
    System.out.println(Distribution.of(readiness).line("start of the program to its manifest"));
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
  private static double metric(URI service, String name) {
    Matcher matcher =
        Pattern.compile("^" + name + "(?:\\{[^}]*})? ([0-9.E+-]+)$", Pattern.MULTILINE)
            .matcher(Http.body(service.resolve("/q/metrics")));
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
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
