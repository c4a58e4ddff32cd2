package io.longshore.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.ecs.EcsClient;

/**
 * How long single calls take, one after the other on an otherwise idle Longshore, as a client of
 * the AWS SDK sees it. Containers are simulated: what an engine does is none of an answer's time.
 */
final class Latency {
  static final Set<String> OPTIONS = Set.of("calls", "warmup", "pause", "endpoint");
  private static final String CLUSTER = "longshore-bench";
  private static final String SERVICE = "latency";
  // A task that was started is reported, recorded and told of until it has ended, which is work
  // too.
  private static final int RESTS_AFTER_A_START = 10;

  private final EcsClient ecs;
  private final int pauseMillis;
  private String definition = "";

  /** One call; what it answers is of no interest. */
  @FunctionalInterface
  private interface Call {
    void make();
  }

  private Latency(EcsClient ecs, int pauseMillis) {
    this.ecs = ecs;
    this.pauseMillis = pauseMillis;
  }

  static void run(Arguments arguments) throws IOException, InterruptedException {
    String endpoint = arguments.text("endpoint", "");
    if (!endpoint.isEmpty()) {
      measure(arguments, URI.create(endpoint));
      return;
    }
    try (Installation installation = Installation.fresh("simulated", Map.of())) {
      installation.up();
      measure(arguments, installation.endpoint());
    }
  }

  private static void measure(Arguments arguments, URI endpoint) throws InterruptedException {
    System.out.println(Machine.describe());
    try (EcsClient ecs = Ecs.client(endpoint)) {
      Latency latency = new Latency(ecs, arguments.number("pause", 10));
      latency.prepare();
      latency.measure(arguments.number("warmup", 1_000), arguments.number("calls", 1_000));
    }
    System.out.println("load average afterwards " + Machine.load());
  }

  private void prepare() throws InterruptedException {
    ecs.createCluster(r -> r.clusterName(CLUSTER));
    definition = register("");
    String ending = register("50");
    Patience.await(
        "a runner",
        () -> ecs.listContainerInstances(r -> r.cluster(CLUSTER)).containerInstanceArns(),
        arns -> !arns.isEmpty());
    ecs.createService(
        r -> r.cluster(CLUSTER).serviceName(SERVICE).taskDefinition(definition).desiredCount(10));
    Patience.await(
        "a service of 10",
        () -> ecs.describeServices(r -> r.cluster(CLUSTER).services(SERVICE)).services().getFirst(),
        service -> service.runningCount() == 10);
    definition = ending;
  }

  /**
   * @param endsAfterMillis empty for never
   */
  private String register(String endsAfterMillis) {
    return ecs.registerTaskDefinition(r ->
            r.family(CLUSTER)
                .containerDefinitions(c -> {
                  c.name("main").image("none").cpu(16).memory(16).essential(true);
                  if (!endsAfterMillis.isEmpty()) {
                    c.environment(
                        e -> e.name("LONGSHORE_SIMULATED_EXIT_AFTER_MS").value(endsAfterMillis));
                  }
                }))
        .taskDefinition()
        .taskDefinitionArn();
  }

  private void measure(int warmup, int calls) throws InterruptedException {
    List<String> tasks = ecs.listTasks(r -> r.cluster(CLUSTER).serviceName(SERVICE)).taskArns();
    System.out.printf(
        "%d ms of rest after a call, %d after a RunTask%n",
        pauseMillis, RESTS_AFTER_A_START * pauseMillis);
    System.out.println(Distribution.header());
    series(
        "RunTask, 1 task that ends after 50 ms",
        warmup,
        calls,
        RESTS_AFTER_A_START,
        () -> ecs.runTask(r -> r.cluster(CLUSTER).taskDefinition(definition).count(1)));
    series(
        "TagResource",
        warmup,
        calls,
        () ->
            ecs.tagResource(
                r -> r.resourceArn(tasks.getFirst()).tags(t -> t.key("bench").value("1"))));
    series(
        "DescribeTasks, 1 task",
        warmup,
        calls,
        () -> ecs.describeTasks(r -> r.cluster(CLUSTER).tasks(tasks.getFirst())));
    series(
        "DescribeTasks, 10 tasks",
        warmup,
        calls,
        () -> ecs.describeTasks(r -> r.cluster(CLUSTER).tasks(tasks)));
    series(
        "DescribeServices, 1 service",
        warmup,
        calls,
        () -> ecs.describeServices(r -> r.cluster(CLUSTER).services(SERVICE)));
    series(
        "DescribeTaskDefinition",
        warmup,
        calls,
        () -> ecs.describeTaskDefinition(r -> r.taskDefinition(definition)));
    series(
        "ListTasks of a service, 10 tasks",
        warmup,
        calls,
        () -> ecs.listTasks(r -> r.cluster(CLUSTER).serviceName(SERVICE)));
    series("DescribeClusters", warmup, calls, () -> ecs.describeClusters(r -> r.clusters(CLUSTER)));
  }

  private void series(String name, int warmup, int calls, Call call) throws InterruptedException {
    series(name, warmup, calls, 1, call);
  }

  private void series(String name, int warmup, int calls, int rests, Call call)
      throws InterruptedException {
    List<Long> samples = new ArrayList<>();
    for (int i = 0; i < warmup + calls; i++) {
      long begin = System.nanoTime();
      call.make();
      long took = System.nanoTime() - begin;
      if (i >= warmup) {
        samples.add(took);
        Thread.sleep((long) rests * pauseMillis);
      }
    }
    System.out.println(Distribution.of(samples).line(name));
  }
}
