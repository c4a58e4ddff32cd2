package io.longshore.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was written by any version has to be read by every later one. A file that is here stays as
 * it is; a message that gets another member gets another file.
 */
class GoldenFilesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "golden", "v1");
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901Z");
  private static final ClusterName CLUSTER = new ClusterName("default");
  private static final ServiceName SERVICE = new ServiceName("web");
  private static final TaskId TASK = new TaskId("0123456789abcdef0123456789abcdef");
  private static final RunnerId RUNNER = new RunnerId("fedcba9876543210fedcba9876543210");
  private static final Json DOCUMENT = new Json("{\"launchType\":\"EC2\"}");

  private static final TaskSpec SPEC =
      new TaskSpec(
          new TaskDefinitionId("web", 7),
          "bridge",
          256,
          null,
          List.of(
              new ContainerSpec(
                  "app",
                  "busybox:1",
                  128,
                  64,
                  32,
                  true,
                  List.of("/bin/sh"),
                  List.of("-c", "exec httpd -f"),
                  Map.of("A", "b"),
                  List.of(new PortMapping(80, 0, "tcp")),
                  "/srv",
                  "1000",
                  5,
                  true,
                  Map.of("label", "value"),
                  "json-file",
                  Map.of("max-size", "1m"))));

  private static final TaskObservation OBSERVATION =
      new TaskObservation(
          TASK,
          TaskStatus.STOPPED,
          List.of(
              new ContainerObservation(
                  "app",
                  "c0ffee",
                  ContainerStatus.STOPPED,
                  137,
                  "OutOfMemoryError: Container killed due to memory usage",
                  "sha256:ab",
                  List.of(new NetworkBinding("0.0.0.0", 80, 32768, "tcp")))),
          StopCode.ESSENTIAL_CONTAINER_EXITED,
          "Essential container in task exited",
          TIME,
          TIME,
          TIME,
          TIME,
          TIME,
          TIME);

  private static final DeploymentState DEPLOYMENT =
      new DeploymentState(
          "ecs-svc/0123456789012345678",
          DeploymentState.Status.PRIMARY,
          SPEC,
          3,
          1,
          DeploymentState.Rollout.IN_PROGRESS,
          "in progress",
          TIME,
          TIME);

  private static final ServiceDeploymentState ROLLOUT =
      new ServiceDeploymentState(
          TASK.value(),
          "ecs-svc/0123456789012345678",
          List.of("ecs-svc/1234567890123456789"),
          3,
          ServiceDeploymentState.Status.ROLLBACK_SUCCESSFUL,
          "rolled back",
          new ServiceDeploymentState.Breaker(ServiceDeploymentState.BreakerStatus.TRIGGERED, 3, 3),
          new ServiceDeploymentState.Rollback("failed", TIME, "ecs-svc/1234567890123456789"),
          TIME,
          TIME,
          TIME);

  /** One of each kind. */
  private static Map<String, Object> samples() {
    Map<String, String> tags = Map.of("team", "blue");
    HostResources host =
        new HostResources(
            "host-1",
            2048,
            4096,
            List.of(22),
            Map.of("ecs.availability-zone", "zone-a"),
            "0.1",
            "20.10",
            true);
    List<Object> all = new ArrayList<>();
    all.add(new Command.CreateCluster(CLUSTER, DOCUMENT, tags));
    all.add(new Command.DeleteCluster(CLUSTER));
    all.add(new Command.RegisterTaskDefinition("web", SPEC, DOCUMENT, tags));
    all.add(new Command.DeregisterTaskDefinition(SPEC.definition()));
    all.add(
        new Command.RunTask(
            CLUSTER, SPEC, 2, "family:web", "me", DOCUMENT, tags, Placing.ANYWHERE));
    all.add(new Command.StopTask(CLUSTER, TASK, "enough"));
    ServiceSettings settings = new ServiceSettings(50, 150);
    all.add(new Command.CreateService(CLUSTER, SERVICE, SPEC, 3, settings, DOCUMENT, tags));
    all.add(new Command.UpdateService(CLUSTER, SERVICE, SPEC, 5, settings, true, DOCUMENT));
    all.add(new Command.DeleteService(CLUSTER, SERVICE, true));
    all.add(
        new Command.StopServiceDeployment(
            CLUSTER, SERVICE, TASK.value(), Command.StopType.ROLLBACK));
    all.add(new Command.TagResource("default", "arn:aws:ecs:r:a:cluster/default", tags));
    all.add(
        new Command.UntagResource("default", "arn:aws:ecs:r:a:cluster/default", List.of("team")));
    var attribute = new Command.InstanceAttribute(RUNNER, "stack", "prod");
    all.add(new Command.PutAttributes(CLUSTER, List.of(attribute)));
    all.add(new Command.DeleteAttributes(CLUSTER, List.of(attribute)));
    all.add(new Command.UpdateContainerInstancesState(CLUSTER, List.of(RUNNER), true));
    all.add(
        new Command.RegisterContainerInstance(
            CLUSTER,
            RUNNER,
            new Announcement(1024, 2048, List.of(8080), "1.0", "27"),
            Map.of("stack", "prod"),
            tags));
    all.add(new Command.DeregisterContainerInstance(CLUSTER, RUNNER, true));
    all.add(new Command.UpdateTaskProtection(CLUSTER, List.of(TASK), 60));
    all.add(new Command.TellTaskProtection(CLUSTER, TASK));
    all.add(new Command.UpdateCluster(CLUSTER, DOCUMENT));
    all.add(new Command.PutClusterCapacityProviders(CLUSTER, List.of("FARGATE"), DOCUMENT));
    all.add(new Command.DeleteTaskDefinition(SPEC.definition()));
    all.add(new Command.CreateCapacityProvider("pool", DOCUMENT, tags));
    all.add(new Command.UpdateCapacityProvider("pool", DOCUMENT));
    all.add(new Command.DeleteCapacityProvider("pool"));
    all.add(new Command.PutAccountSetting("containerInsights", "arn:aws:iam::a:root", "enabled"));
    all.add(
        new CommandEnvelope(
            "correlation",
            "api-1",
            "invocation",
            "token",
            "print",
            new Command.DeleteCluster(CLUSTER)));
    all.add(new Order.Manifest(RUNNER, 4, "incarnation", List.of(TASK), List.of()));
    all.add(
        new Order.StartTask(
            RUNNER, 5, new TaskAssignment(TASK, "arn:aws:ecs:r:a:task/t", CLUSTER, SERVICE, SPEC)));
    all.add(new Order.StopTask(RUNNER, 6, TASK, "enough"));
    all.add(new Order.ForgetTask(RUNNER, 7, TASK));
    all.add(new Order.RegisterAgain(RUNNER, "incarnation"));
    all.add(
        new Report.RunnerRegistered(CLUSTER, RUNNER, "incarnation", host, List.of(OBSERVATION)));
    all.add(new Report.RunnerBeat(CLUSTER, RUNNER, "incarnation", 7));
    all.add(new Report.TaskObserved(CLUSTER, RUNNER, "incarnation", OBSERVATION));
    all.add(new Report.RunnerLeft(CLUSTER, RUNNER, "incarnation"));
    all.add(new Reply("correlation", Reply.Accepted.of("web:7")));
    all.add(new ClusterNotice(CLUSTER, true));
    all.add(
        new Output(
            CLUSTER,
            TASK,
            "app",
            "/ecs/web",
            "web/app/" + TASK,
            List.of(
                new OutputLine(1767323045678901234L, 1767323045678901234L, false, "ready"),
                new OutputLine(1767323045678901235L, 1767323045678901234L, true, "\u001b[1m…"))));
    all.add(DEPLOYMENT);
    all.add(ROLLOUT);
    Map<String, Object> named = new TreeMap<>();
    all.forEach(message -> named.put(message.getClass().getSimpleName(), message));
    named.put(
        "TaggedService",
        new Command.CreateService(
            CLUSTER,
            SERVICE,
            SPEC,
            3,
            settings.with(new ServiceSettings.Tagging(true, true, tags)),
            DOCUMENT,
            tags));
    DeploymentProgress baking =
        new DeploymentProgress(
            DeploymentProgress.Strategy.BLUE_GREEN,
            DeploymentProgress.Stage.BAKE_TIME,
            TIME,
            "ecs-svc/1234567890123456789");
    named.put("StagedDeployment", DEPLOYMENT.with(baking));
    named.put(
        "StagedRollout",
        new ServiceDeploymentState(
            ROLLOUT.id(),
            ROLLOUT.deploymentId(),
            ROLLOUT.sources(),
            ROLLOUT.desiredCount(),
            ROLLOUT.status(),
            ROLLOUT.statusReason(),
            ROLLOUT.breaker(),
            ROLLOUT.rollback(),
            TIME,
            TIME,
            TIME,
            baking));
    named.put(
        "StagedService",
        new Command.CreateService(
            CLUSTER,
            SERVICE,
            SPEC,
            3,
            settings.with(new ServiceSettings.Deploying(DeploymentProgress.Strategy.BLUE_GREEN, 5)),
            DOCUMENT,
            tags));
    named.put(
        "DeploymentState2",
        new DeploymentState(
            "ecs-svc/0123456789012345678",
            DeploymentState.Status.PRIMARY,
            SPEC,
            3,
            3,
            DeploymentState.Rollout.IN_PROGRESS,
            "in progress",
            TIME,
            TIME,
            2,
            new Json("{\"platformVersion\":\"1.4.0\"}"),
            null,
            Map.of()));
    ContainerSpec app = SPEC.containers().getFirst();
    named.put("PinnedDeployment", DEPLOYMENT.withImages(Map.of("app", "sha256:ab")));
    named.put(
        "PinnedTask",
        new Order.StartTask(
            RUNNER,
            5,
            new TaskAssignment(
                TASK,
                "arn:aws:ecs:r:a:task/t",
                CLUSTER,
                SERVICE,
                SPEC.with(
                    SPEC.cpu(),
                    SPEC.memoryMiB(),
                    List.of(app.withVersion(new ImageVersion(true, "sha256:ab")))))));
    named.put(
        "StrictTask",
        new Order.StartTask(
            RUNNER,
            5,
            new TaskAssignment(TASK, "arn:aws:ecs:r:a:task/t", CLUSTER, SERVICE, SPEC, true)));
    named.put(
        "LeasingManifest",
        new Order.Manifest(RUNNER, 4, "incarnation", List.of(TASK), List.of(), 10_000L));
    named.put(
        "CountingService",
        new Command.CreateService(
            CLUSTER,
            SERVICE,
            SPEC,
            3,
            new ServiceSettings(
                50,
                150,
                ServiceSettings.Scheduling.REPLICA,
                new ServiceSettings.CircuitBreaker(
                    true,
                    true,
                    new ServiceSettings.Threshold(ServiceSettings.ThresholdType.COUNT, 5),
                    false),
                Placing.ANYWHERE),
            DOCUMENT,
            tags));
    named.put("OrderStopTask", new Order.StopTask(RUNNER, 6, TASK, "enough"));
    named.put("StopTask", new Command.StopTask(CLUSTER, TASK, "enough"));
    named.put(
        "CommandStartTask",
        new Command.StartTask(CLUSTER, SPEC, List.of(RUNNER), "family:web", "me", DOCUMENT, tags));
    named.put(
        "CommandEnvelope2",
        new CommandEnvelope(
            "correlation",
            "api-1",
            "invocation",
            null,
            "print",
            new Command.DeleteService(CLUSTER, SERVICE, false),
            42L));
    named.put(
        "ReplyUntil",
        new Reply("correlation", new Reply.Accepted(List.of(TASK.value()), List.of(), TIME)));
    named.put(
        "RunnerRegistered2",
        new Report.RunnerRegistered(CLUSTER, RUNNER, "incarnation", host, List.of(), true));
    named.put(
        "ReplyRejected",
        new Reply(
            "correlation",
            new Reply.Rejected(Reply.ErrorType.CONFLICT, "twice", List.of(TASK.value()))));
    return named;
  }

  static Set<String> names() {
    return samples().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void whatIsOnFileIsReadAndWrittenTheSame(String name) throws Exception {
    Object sample = Objects.requireNonNull(samples().get(name));
    byte[] golden = Files.readAllBytes(FOLDER.resolve(name + ".json"));
    Class<?> vocabulary =
        Stream.of(Command.class, Order.class, Report.class)
            .filter(type -> type.isInstance(sample))
            .<Class<?>>map(type -> type)
            .findFirst()
            .orElse(sample.getClass());
    assertThat(Codec.decode(golden, vocabulary)).isEqualTo(sample);
    assertThat(Codec.decode(Codec.encode(sample), vocabulary)).isEqualTo(sample);
  }

  @Test
  void everyKindIsOnFile() throws IOException {
    Set<Class<?>> kinds =
        Stream.of(
                Command.OfCluster.class,
                Command.OfFamily.class,
                Command.OfAccount.class,
                Command.class,
                Order.class,
                Report.class)
            .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
            .filter(Class::isRecord)
            .collect(Collectors.toSet());
    Set<Class<?>> sampled =
        samples().values().stream().map(Object::getClass).collect(Collectors.toSet());
    assertThat(sampled).containsAll(kinds);
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
          .containsExactlyInAnyOrderElementsOf(samples().keySet());
    }
  }

  @Test
  void everyCommandFallsOnTheShardItsKeyNames() {
    Topology topology = new Topology(4, 16, (short) 1);
    for (Object sample : samples().values()) {
      if (sample instanceof Command.OfCluster command) {
        assertThat(topology.shardOf(command.key())).isEqualTo(topology.shardOf("default"));
      }
      if (sample instanceof Command.OfFamily command) {
        assertThat(command.key()).isEqualTo("task-definition/web");
      }
      if (sample instanceof Command.OfAccount command) {
        assertThat(Ids.isName(command.key())).isFalse();
      }
    }
  }
}
