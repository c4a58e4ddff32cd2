package io.longshore.standalone;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * The difference between a task and a service, shown on a running Longshore with nothing but the
 * AWS SDK and, for the accident, the engine itself.
 */
final class Demo {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(20);
  // Long enough for a replacement, which takes a fraction of a second, to show itself.
  private static final Duration WATCH = Duration.ofSeconds(2);
  // Ends within a second of its stop signal, and leaves no process behind when it is killed.
  private static final String FOREVER = "trap 'exit 0' TERM; while :; do sleep 1; done";

  private final EcsClient ecs;
  private final ContainerKiller killer;
  private final Console console;
  private final String cluster;
  private final String family;

  private Demo(EcsClient ecs, ContainerKiller killer, Console console) {
    this.ecs = ecs;
    this.killer = killer;
    this.console = console;
    // Two demos at once must not meet.
    this.cluster = "longshore-demo-" + ProcessHandle.current().pid();
    this.family = cluster;
  }

  /**
   * @throws Complaint if something did not happen in time
   */
  static void show(Instance instance, Console console) throws InterruptedException {
    try (Ecs ecs = new Ecs(instance.endpoint());
        ContainerKiller killer = ContainerKiller.of(instance.driver())) {
      DemoImage image = "docker".equals(instance.driver()) ? DemoImage.find() : DemoImage.none();
      console.say("Longshore at %s, driver %s".formatted(instance.endpoint(), instance.driver()));
      if ("docker".equals(instance.driver())) {
        console.say("Image %s (%s)".formatted(image.name(), image.origin()));
      }
      Demo demo = new Demo(ecs.client(), killer, console);
      try {
        demo.prepare(image);
        demo.taskEnds();
        demo.serviceHeals();
        demo.serviceScales();
      } finally {
        demo.cleanUp();
      }
    }
  }

  private void prepare(DemoImage image) throws InterruptedException {
    ecs.createCluster(r -> r.clusterName(cluster));
    register(family + "-job", image.name(), "echo working; exit 3");
    register(family + "-service", image.name(), FOREVER);
    await(
        "a runner for the cluster",
        () -> ecs.listContainerInstances(r -> r.cluster(cluster)).containerInstanceArns(),
        arns -> !arns.isEmpty());
  }

  private void register(String name, String image, String script) {
    ecs.registerTaskDefinition(r ->
        r.family(name)
            .containerDefinitions(c ->
                c.name("main")
                    .image(image)
                    .cpu(16)
                    .memory(32)
                    .essential(true)
                    .entryPoint("/bin/sh", "-c")
                    .command(script)));
  }

  private void taskEnds() throws InterruptedException {
    console.say("");
    console.say("1. A task runs once. This one fails.");
    Instant begin = Instant.now();
    RunTaskResponse response =
        ecs.runTask(r -> r.cluster(cluster).taskDefinition(family + "-job").count(1));
    if (response.tasks().isEmpty()) {
      throw new Complaint("The task was not placed: " + response.failures());
    }
    String arn = response.tasks().getFirst().taskArn();
    line(begin, Instant.now(), "RunTask is answered");
    Task task =
        await(
            "the task's end",
            () -> ecs.describeTasks(r -> r.cluster(cluster).tasks(arn)).tasks().getFirst(),
            found -> "STOPPED".equals(found.lastStatus()));
    Container container = task.containers().getFirst();
    line(
        begin,
        task.stoppedAt(),
        "STOPPED with exit code %s (%s)".formatted(container.exitCode(), task.stopCodeAsString()));
    Instant until = Instant.now().plus(WATCH);
    while (Instant.now().isBefore(until)) {
      if (!runningTasks().isEmpty()) {
        throw new Complaint("The failed task was started again, which must not happen.");
      }
      Thread.sleep(POLL);
    }
    line(begin, Instant.now(), "nobody has started it again, and nobody will");
  }

  private void serviceHeals() throws InterruptedException {
    console.say("");
    console.say("2. A service of three is kept at three.");
    Instant begin = Instant.now();
    ecs.createService(r ->
        r.cluster(cluster).serviceName("demo").taskDefinition(family + "-service").desiredCount(3));
    awaitCount(3);
    line(begin, Instant.now(), "3 tasks run");

    List<Task> before = runningTasks();
    Set<String> known = before.stream().map(Task::taskArn).collect(Collectors.toSet());
    Task victim = before.getFirst();
    Instant died = Instant.now();
    if (killer instanceof ContainerKiller.Nobody) {
      ecs.stopTask(r -> r.cluster(cluster).task(victim.taskArn()).reason("demo"));
      line(died, died, "task %s stopped: this driver has nothing to kill".formatted(id(victim)));
    } else {
      killer.kill(victim.containers().getFirst().runtimeId());
      line(died, died, "the container of task %s dies (%s)".formatted(id(victim), killer.how()));
    }
    Task replacement =
        await("the replacement", () -> newTask(known), Optional::isPresent).orElseThrow();
    Task dead = describe(victim.taskArn());
    if (dead.executionStoppedAt() != null) {
      line(died, dead.executionStoppedAt(), "its exit is seen");
    }
    line(died, replacement.createdAt(), "task %s is created".formatted(id(replacement)));
    line(died, replacement.startedAt(), "and runs: the service is whole again");
  }

  private void serviceScales() throws InterruptedException {
    console.say("");
    console.say("3. It follows its desired count.");
    scaleTo(5);
    scaleTo(1);
  }

  private void scaleTo(int count) throws InterruptedException {
    Instant begin = Instant.now();
    ecs.updateService(r -> r.cluster(cluster).service("demo").desiredCount(count));
    awaitCount(count);
    line(begin, Instant.now(), "%d %s".formatted(count, count == 1 ? "task runs" : "tasks run"));
  }

  private void cleanUp() throws InterruptedException {
    console.say("");
    console.say("4. Cleaning up.");
    Instant begin = Instant.now();
    try {
      ecs.deleteService(r -> r.cluster(cluster).service("demo").force(true));
    } catch (EcsException e) {
      console.progress("No service was left to delete");
    }
    for (String task : ecs.listTasks(r -> r.cluster(cluster)).taskArns()) {
      ecs.stopTask(r -> r.cluster(cluster).task(task).reason("the demo is over"));
    }
    await(
        "the tasks' end",
        () -> ecs.listTasks(r -> r.cluster(cluster)).taskArns().size() + stoppingTasks(),
        left -> left == 0);
    for (String name : List.of(family + "-job", family + "-service")) {
      ecs.listTaskDefinitions(r -> r.familyPrefix(name))
          .taskDefinitionArns()
          .forEach(arn -> ecs.deregisterTaskDefinition(r -> r.taskDefinition(arn)));
    }
    ecs.deleteCluster(r -> r.cluster(cluster));
    // A host leaves a cluster when nothing of it is left there, containers that have ended
    // included.
    await(
        "the host's leaving the cluster",
        () ->
            ecs.describeClusters(r -> r.clusters(cluster)).clusters().stream()
                .mapToInt(Cluster::registeredContainerInstancesCount)
                .sum(),
        hosts -> hosts == 0);
    line(begin, Instant.now(), "service, tasks, definitions and cluster are gone");
  }

  private int stoppingTasks() {
    List<String> arns =
        ecs.listTasks(r -> r.cluster(cluster).desiredStatus(DesiredStatus.STOPPED)).taskArns();
    if (arns.isEmpty()) {
      return 0;
    }
    return (int)
        ecs.describeTasks(r -> r.cluster(cluster).tasks(arns)).tasks().stream()
            .filter(task -> !"STOPPED".equals(task.lastStatus()))
            .count();
  }

  private void awaitCount(int count) throws InterruptedException {
    await(
        "a service of " + count,
        () ->
            ecs.describeServices(r -> r.cluster(cluster).services("demo")).services().stream()
                .findFirst(),
        service -> service.filter(found -> isAt(found, count)).isPresent());
  }

  private static boolean isAt(Service service, int count) {
    return service.runningCount() == count && service.pendingCount() == 0;
  }

  private Optional<Task> newTask(Set<String> known) {
    return runningTasks().stream().filter(task -> !known.contains(task.taskArn())).findFirst();
  }

  private List<Task> runningTasks() {
    List<String> arns = ecs.listTasks(r -> r.cluster(cluster)).taskArns();
    if (arns.isEmpty()) {
      return List.of();
    }
    return ecs.describeTasks(r -> r.cluster(cluster).tasks(arns)).tasks().stream()
        .filter(task -> "RUNNING".equals(task.lastStatus()))
        .toList();
  }

  private Task describe(String arn) {
    return ecs.describeTasks(r -> r.cluster(cluster).tasks(arn)).tasks().getFirst();
  }

  private static String id(Task task) {
    String arn = task.taskArn();
    return arn.substring(arn.lastIndexOf('/') + 1).substring(0, 8);
  }

  private void line(Instant begin, Instant at, String what) {
    console.say(
        String.format(Locale.ROOT, "   %+6d ms  %s", Duration.between(begin, at).toMillis(), what));
  }

  private static <T> T await(String what, Supplier<T> probe, java.util.function.Predicate<T> enough)
      throws InterruptedException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (true) {
      T found = probe.get();
      if (enough.test(found)) {
        return found;
      }
      if (Instant.now().isAfter(deadline)) {
        throw new Complaint(
            "The demo waited for %s for %d s in vain.".formatted(what, PATIENCE.toSeconds()));
      }
      Thread.sleep(POLL);
    }
  }
}
