package io.longshore.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.longshore.benchmarks.EngineEvents.Happening;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.Service;

/**
 * How long a service is one container short, and how much of that is Longshore's doing. A container
 * is killed behind Longshore's back; the time from its death to the start of the replacement, both
 * by the engine's own clock, is a heal. Between any two heals the engine makes the same container
 * for nobody, which is its share.
 */
final class Heal {
  static final Set<String> OPTIONS =
      Set.of("heals", "warmup", "tasks", "network", "image", "endpoint");
  private static final String CLUSTER = "longshore-bench";
  private static final String SERVICE = "heal";
  // What has just ended is cleaned up by then, and every task has been steady for longer.
  private static final int REST_MILLIS = 400;

  private final EcsClient ecs;
  private final DockerClient docker;
  private final int tasks;
  private final List<Long> heals = new ArrayList<>();
  private final List<Long> quiet = new ArrayList<>();
  private final List<Long> afterDeath = new ArrayList<>();
  private final List<Long> created = new ArrayList<>();

  private Heal(EcsClient ecs, DockerClient docker, int tasks) {
    this.ecs = ecs;
    this.docker = docker;
    this.tasks = tasks;
  }

  static void run(Arguments arguments) throws IOException, InterruptedException {
    String endpoint = arguments.text("endpoint", "");
    if (!endpoint.isEmpty()) {
      measure(arguments, URI.create(endpoint));
      return;
    }
    // A container that is killed before it was steady counts as a failure to start, and failures
    // are answered with growing waits; nobody would wait ten seconds between heals to avoid that.
    var environment = Map.of("LONGSHORE_SCHEDULER_STEADY_AFTER", "1s");
    try (Installation installation = Installation.fresh("docker", environment)) {
      installation.up();
      measure(arguments, installation.endpoint());
    }
  }

  private static void measure(Arguments arguments, URI endpoint)
      throws IOException, InterruptedException {
    System.out.println(Machine.describe());
    try (EcsClient ecs = Ecs.client(endpoint);
        DockerClient docker = docker();
        EngineEvents events = new EngineEvents(docker, "com.amazonaws.ecs.cluster=" + CLUSTER)) {
      Heal heal = new Heal(ecs, docker, arguments.number("tasks", 5));
      try {
        heal.createService(
            arguments.text("image", "longshore-test/busybox:1"), arguments.text("network", "none"));
        heal.measure(events, arguments.number("warmup", 30), arguments.number("heals", 100));
      } finally {
        heal.cleanUp();
      }
      heal.print();
    }
    System.out.println("load average afterwards " + Machine.load());
  }

  private static DockerClient docker() {
    DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    return DockerClientImpl.getInstance(
        config,
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .build());
  }

  private void createService(String image, String network) throws InterruptedException {
    ecs.createCluster(r -> r.clusterName(CLUSTER));
    String definition =
        ecs.registerTaskDefinition(r ->
                r.family(CLUSTER)
                    .networkMode(network)
                    .containerDefinitions(c ->
                        c.name("main")
                            .image(image)
                            .cpu(16)
                            .memory(16)
                            .essential(true)
                            .command("sleep", "100000")))
            .taskDefinition()
            .taskDefinitionArn();
    Patience.await(
        "a runner",
        () -> ecs.listContainerInstances(r -> r.cluster(CLUSTER)).containerInstanceArns(),
        arns -> !arns.isEmpty());
    ecs.createService(r ->
        r.cluster(CLUSTER).serviceName(SERVICE).taskDefinition(definition).desiredCount(tasks));
    awaitSteady();
  }

  private void awaitSteady() throws InterruptedException {
    Patience.await(
        "a service of " + tasks,
        () -> ecs.describeServices(r -> r.cluster(CLUSTER).services(SERVICE)).services().getFirst(),
        this::isSteady);
  }

  private boolean isSteady(Service service) {
    return service.runningCount() == tasks && service.pendingCount() == 0;
  }

  private void measure(EngineEvents events, int warmup, int count) throws InterruptedException {
    String model = ours().getFirst().getId();
    try (BareContainers bare =
        new BareContainers(docker, events, docker.inspectContainerCmd(model).exec())) {
      for (int i = 0; i < warmup + count; i++) {
        if (i == warmup) {
          List.of(heals, quiet, afterDeath, created).forEach(List::clear);
        }
        heal(events);
        awaitSteady();
        Thread.sleep(REST_MILLIS);
        quiet.add(bare.quiet());
        Thread.sleep(REST_MILLIS);
        afterDeath.add(bare.afterDeath());
        bare.reduce();
        Thread.sleep(REST_MILLIS);
        if ((i + 1) % 10 == 0) {
          System.err.printf("%d of %d%n", i + 1, warmup + count);
        }
      }
    }
  }

  private void heal(EngineEvents events) throws InterruptedException {
    String victim = ours().getFirst().getId();
    events.clear();
    docker.killContainerCmd(victim).exec();
    Happening died = events.next("die", event -> event.id().equals(victim));
    Happening made = events.next("create", Heal::isOurs);
    Happening started = events.next("start", event -> event.id().equals(made.id()));
    created.add(made.timeNanos() - died.timeNanos());
    heals.add(started.timeNanos() - died.timeNanos());
  }

  private static boolean isOurs(Happening happening) {
    return !happening.name().startsWith(BareContainers.PREFIX);
  }

  /** The service's containers that run, the oldest first. */
  private List<Container> ours() {
    return docker
        .listContainersCmd()
        .withLabelFilter(Map.of("io.longshore.cluster", CLUSTER))
        .exec()
        .stream()
        .filter(container -> !container.getNames()[0].contains(BareContainers.PREFIX))
        .sorted(Comparator.comparing(Container::getCreated))
        .toList();
  }

  private void print() {
    System.out.println(Distribution.header());
    System.out.println(Distribution.of(heals).line("heal: die -> start of the replacement"));
    System.out.println(Distribution.of(created).line("  of it: die -> create of the replacement"));
    System.out.println(Distribution.of(quiet).line("bare: create+start, engine quiet"));
    System.out.println(Distribution.of(afterDeath).line("bare: die -> create+start by nobody"));
    System.out.println("control plane's share = heal less ...");
    long median = Distribution.of(quiet).median();
    System.out.println(
        Distribution.of(heals.stream().map(heal -> heal - median).toList())
            .line("  the median quiet create+start"));
    System.out.println(difference(quiet).line("  the neighbouring quiet create+start"));
    long busyMedian = Distribution.of(afterDeath).median();
    System.out.println(
        Distribution.of(heals.stream().map(heal -> heal - busyMedian).toList())
            .line("  the median replacement by nobody"));
    System.out.println(difference(afterDeath).line("  the neighbouring replacement by nobody"));
  }

  private Distribution difference(List<Long> neighbours) {
    List<Long> differences = new ArrayList<>();
    for (int i = 0; i < heals.size(); i++) {
      differences.add(heals.get(i) - neighbours.get(i));
    }
    return Distribution.of(differences);
  }

  private void cleanUp() throws InterruptedException {
    try {
      ecs.deleteService(r -> r.cluster(CLUSTER).service(SERVICE).force(true));
    } catch (EcsException e) {
      System.err.println("No service was left to delete.");
    }
    Patience.await("the containers' end", this::ours, List::isEmpty);
    Patience.await(
        "the tasks' end",
        () ->
            ecs.listTasks(r -> r.cluster(CLUSTER).desiredStatus(DesiredStatus.RUNNING)).taskArns(),
        List::isEmpty);
  }
}
