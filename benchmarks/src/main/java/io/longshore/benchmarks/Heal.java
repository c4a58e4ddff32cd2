package io.longshore.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.longshore.benchmarks.BareContainers.Took;
import io.longshore.benchmarks.EngineEvents.Happening;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
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
  private final List<Took> heals = new ArrayList<>();
  private final List<Took> quiet = new ArrayList<>();
  private final List<Took> afterDeath = new ArrayList<>();

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
        DockerClient docker = Engines.docker();
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
          List.of(heals, quiet, afterDeath).forEach(List::clear);
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
    heals.add(
        new Took(made.timeNanos() - died.timeNanos(), started.timeNanos() - made.timeNanos()));
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
    print("heal: die -> start of the replacement", heals, Took::all);
    print("  die -> create", heals, Took::create);
    print("  create -> start", heals, Took::start);
    print("bare, quiet: call -> start", quiet, Took::all);
    print("  call -> create", quiet, Took::create);
    print("  create -> start", quiet, Took::start);
    print("bare, after a death: die -> start", afterDeath, Took::all);
    print("  die -> create", afterDeath, Took::create);
    print("  create -> start", afterDeath, Took::start);
    System.out.println("control plane's share = heal less bare");
    print("  by the median of quiet", less(median(quiet, Took::all), Took::all));
    print("  by the quiet neighbour", less(quiet, Took::all));
    print("  by the median after a death", less(median(afterDeath, Took::all), Took::all));
    print("  by the neighbour after a death", less(afterDeath, Took::all));
    System.out.println("the same up to the create, where all the deciding is");
    print("  by the median of quiet", less(median(quiet, Took::create), Took::create));
    print("  by the quiet neighbour", less(quiet, Took::create));
  }

  private static void print(String name, List<Took> samples, ToLongFunction<Took> part) {
    print(name, samples.stream().map(part::applyAsLong).toList());
  }

  private static void print(String name, List<Long> samples) {
    System.out.println(Distribution.of(samples).line(name));
  }

  private static long median(List<Took> samples, ToLongFunction<Took> part) {
    return Distribution.of(samples.stream().map(part::applyAsLong).toList()).median();
  }

  private List<Long> less(long bare, ToLongFunction<Took> part) {
    return heals.stream().map(heal -> part.applyAsLong(heal) - bare).toList();
  }

  private List<Long> less(List<Took> neighbours, ToLongFunction<Took> part) {
    return IntStream.range(0, heals.size())
        .mapToObj(i -> part.applyAsLong(heals.get(i)) - part.applyAsLong(neighbours.get(i)))
        .toList();
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
