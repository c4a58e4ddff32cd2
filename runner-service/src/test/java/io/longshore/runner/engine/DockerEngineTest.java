package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.docker.DockerEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a real engine; with {@code LONGSHORE_REQUIRE_ENGINE=true} one must be there. */
class DockerEngineTest extends EngineContract {
  private static DockerClient raw;
  private final String host = "test-" + UUID.randomUUID();

  @BeforeAll
  static void findEngine() {
    var config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    raw =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .responseTimeout(Duration.ofSeconds(30))
                .build());
    String lack = lack();
    if (Boolean.parseBoolean(System.getenv("LONGSHORE_REQUIRE_ENGINE"))) {
      assertThat(lack).as("an engine with the test image is required").isEmpty();
    }
    if (!lack.isEmpty()) {
      System.out.println("The docker driver is not tested: " + lack);
    }
    assumeTrue(lack.isEmpty(), lack);
  }

  /** What is missing for these tests; empty if nothing is. */
  private static String lack() {
    try {
      raw.inspectImageCmd(Tasks.IMAGE).exec();
      return "";
    } catch (NotFoundException e) {
      return "the engine has no image " + Tasks.IMAGE + ".";
    } catch (RuntimeException e) {
      return "no engine answers (" + e.getMessage() + ").";
    }
  }

  @AfterAll
  static void close() throws Exception {
    raw.close();
  }

  @Override
  Engine open() {
    return new DockerEngine(host, DockerEngine.PullBehavior.PREFER_CACHED);
  }

  @Override
  ContainerSpec runs(String name) {
    return shell(name, "trap 'exit 0' TERM; while :; do sleep 0.1; done");
  }

  @Override
  ContainerSpec exits(String name, int code) {
    return shell(name, "exit " + code);
  }

  @Override
  ContainerSpec stubborn(String name) {
    return shell(name, "trap '' TERM; while :; do sleep 1; done");
  }

  @Override
  ContainerSpec unstartable(String name) {
    return Tasks.container(name, true, List.of("/no/such/program"), Map.of(), List.of());
  }

  private static ContainerSpec shell(String name, String script) {
    return Tasks.container(
        name, true, List.of("/bin/sh", "-c", script), Map.of("SECRET", "x"), List.of());
  }

  @Test
  void aMissingImageIsSaidToBeMissingAndAFailedPullIsRefused() throws Exception {
    ContainerSpec spec = withImage(runs("web"), "localhost:1/longshore-test/no-such:1");
    TaskAssignment task = Tasks.of(Tasks.id("missing"), "none", spec);
    try (Engine engine = open()) {
      assertThatThrownBy(() -> engine.create(runner, task, spec))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.problem()).isEqualTo(Problem.IMAGE_MISSING));
      assertThatThrownBy(() -> engine.pull(spec.image()))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.problem()).isEqualTo(Problem.REFUSED));
    }
  }

  private static ContainerSpec withImage(ContainerSpec spec, String image) {
    return new ContainerSpec(
        spec.name(),
        image,
        spec.cpu(),
        spec.memoryMiB(),
        null,
        true,
        spec.entryPoint(),
        spec.command(),
        spec.environment(),
        List.of(),
        null,
        null,
        1,
        false,
        Map.of(),
        null,
        Map.of());
  }

  @Test
  void aContainerIsMadeAsTheDefinitionSays() throws Exception {
    ContainerSpec spec =
        new ContainerSpec(
            "web",
            Tasks.IMAGE,
            256,
            64,
            32,
            true,
            List.of("/bin/sh", "-c"),
            List.of("sleep 300"),
            Map.of("A", "b=c"),
            List.of(),
            "/tmp",
            "1:1",
            1,
            true,
            Map.of("team", "x", "io.longshore.host", "forged"),
            "awslogs",
            Map.of("o", "p"));
    TaskAssignment task = Tasks.of(Tasks.id(host), "none", spec);
    try (Engine engine = open()) {
      String id = engine.create(runner, task, spec).runtimeId();
      var made = raw.inspectContainerCmd(id).exec();
      HostConfig hostConfig = made.getHostConfig();
      assertThat(made.getName()).isEqualTo("/ecs-web-1-web-" + task.task());
      assertThat(hostConfig.getCpuShares()).isEqualTo(256);
      assertThat(hostConfig.getMemory()).isEqualTo(64L << 20);
      assertThat(hostConfig.getMemoryReservation()).isEqualTo(32L << 20);
      assertThat(hostConfig.getReadonlyRootfs()).isTrue();
      assertThat(hostConfig.getRestartPolicy().getName()).isIn("no", "");
      assertThat(hostConfig.getLogConfig().getType().getType()).isEqualTo("json-file");
      assertThat(made.getConfig().getEntrypoint()).containsExactly("/bin/sh", "-c");
      assertThat(made.getConfig().getCmd()).containsExactly("sleep 300");
      assertThat(made.getConfig().getEnv()).contains("A=b=c");
      assertThat(made.getConfig().getUser()).isEqualTo("1:1");
      assertThat(made.getConfig().getWorkingDir()).isEqualTo("/tmp");
      assertThat(made.getConfig().getLabels())
          .containsEntry("team", "x")
          .containsEntry("io.longshore.host", host)
          .containsEntry("com.amazonaws.ecs.task-arn", task.taskArn())
          .containsEntry("com.amazonaws.ecs.container-name", "web");
    }
  }

  @Test
  void containersOfOthersAreNeitherListedNorTakenForOurs() throws Exception {
    ContainerSpec spec = runs("web");
    TaskAssignment task = Tasks.of(Tasks.id("decoy" + host), "none", spec);
    String decoy =
        raw.createContainerCmd(Tasks.IMAGE)
            .withName("ecs-web-1-web-" + task.task())
            .withLabels(Map.of("io.longshore.host", host))
            .withCmd("true")
            .exec()
            .getId();
    try (Engine engine = open()) {
      assertThat(engine.list()).isEmpty();
      assertThatThrownBy(() -> engine.create(runner, task, spec))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.problem()).isEqualTo(Problem.REFUSED));
      assertThat(raw.inspectContainerCmd(decoy).exec().getState().getStatus()).isEqualTo("created");
    } finally {
      raw.removeContainerCmd(decoy).withForce(true).exec();
    }
  }

  @Test
  void aKilledContainerIsHeardOfAndARemovedOneIsNotListed() throws Exception {
    ContainerSpec spec = runs("web");
    TaskAssignment task = Tasks.of(Tasks.id("killed" + host), "none", spec);
    try (Engine engine = open()) {
      String id = engine.create(runner, task, spec).runtimeId();
      engine.start(task.task(), "web", id);
      raw.removeContainerCmd(id).withForce(true).exec();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> heard.stream().anyMatch(sighting -> sighting.runtimeId().equals(id)));
      Sighting end = heard.element();
      assertThat(end.exitCode()).isEqualTo(137);
      assertThat(engine.list()).isEmpty();
    }
  }

  @Test
  void lackOfMemoryIsTold() throws Exception {
    ContainerSpec plain = shell("greedy", "x=a; while :; do x=$x$x; done");
    ContainerSpec spec =
        new ContainerSpec(
            plain.name(),
            plain.image(),
            64,
            8,
            null,
            true,
            plain.entryPoint(),
            plain.command(),
            Map.of(),
            List.of(),
            null,
            null,
            1,
            false,
            Map.of(),
            null,
            Map.of());
    TaskAssignment task = Tasks.of(Tasks.id("greedy" + host), "none", spec);
    try (Engine engine = open()) {
      engine.start(task.task(), "greedy", engine.create(runner, task, spec).runtimeId());
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> heard.stream().anyMatch(s -> s.exitCode() != null));
      assertThat(heard.stream().anyMatch(Sighting::outOfMemory)).isTrue();
    }
  }
}
