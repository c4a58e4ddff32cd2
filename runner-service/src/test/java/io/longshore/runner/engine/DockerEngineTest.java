package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import io.longshore.messages.ContainerPrivileges;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.OutputLine;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.docker.DockerEngine;
import java.time.Duration;
import java.util.ArrayList;
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
    raw = TestDocker.orSkip();
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
    return shell(name, "trap '' TERM; touch /tmp/deaf; while :; do sleep 1; done")
        .withOrdering(Tasks.checked("CMD-SHELL", "test -e /tmp/deaf"));
  }

  @Override
  ContainerSpec ailing(String name) {
    return shell(name, "touch /tmp/well; sleep 4; rm /tmp/well; while :; do sleep 1; done")
        .withOrdering(Tasks.checked("CMD-SHELL", "test -e /tmp/well"));
  }

  @Override
  ContainerSpec writes(String name, int lines, boolean holds) {
    String script =
        "trap 'exit 0' TERM; for i in $(seq %d); do echo line $i; done; while %s; do sleep 0.1; done";
    return shell(name, script.formatted(lines, holds));
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
    // A child is the one that is killed: of a container that is gone by the time the kernel's word
    // arrives, the engine at times says nothing.
    ContainerSpec plain =
        shell("greedy", "(x=a; while :; do x=$x$x; done); code=$?; sleep 1; exit $code");
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
      // The engine may tell the end first and its reason afterwards.
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> heard.stream().anyMatch(Sighting::outOfMemory));
      assertThat(heard.stream().filter(Sighting::outOfMemory).findFirst().orElseThrow().exitCode())
          .isEqualTo(137);
    }
  }

  private List<OutputLine> output(ContainerSpec spec, String what) throws Exception {
    TaskAssignment task = Tasks.of(Tasks.id(what + host), "none", spec);
    List<OutputLine> lines = new ArrayList<>();
    try (Engine engine = open()) {
      String id = engine.create(runner, task, spec).runtimeId();
      engine.start(task.task(), spec.name(), id);
      engine.output(task.task(), spec.name(), id, 0, true, line -> {});
      engine.output(task.task(), spec.name(), id, 0, false, lines::add);
    }
    return lines;
  }

  @Test
  void linesAreWholeHoweverLongAndWhateverIsInThem() throws Exception {
    // The engine keeps them in pieces of 16 KiB.
    String script =
        """
        head -c 100000 /dev/zero | tr '\\0' y; echo
        echo broken >&2
        head -c 1000000 /dev/zero | tr '\\0' x; echo
        printf 'a\\000b\\377c\\n'
        echo
        printf end
        """;
    List<OutputLine> lines = output(shell("job", script), "lines");
    assertThat(lines)
        .filteredOn(OutputLine::error)
        .extracting(OutputLine::text)
        .containsExactly("broken");
    List<String> out = lines.stream().filter(line -> !line.error()).map(OutputLine::text).toList();
    assertThat(out).hasSize(5);
    assertThat(out.get(0)).isEqualTo("y".repeat(100_000));
    assertThat(out.get(1)).hasSizeGreaterThan(OutputLine.LONGEST).endsWith("x" + LineAssembler.CUT);
    assertThat(out.subList(2, 5)).containsExactly("a\uFFFDb\uFFFDc", "", "end");
    assertThat(lines).extracting(OutputLine::position).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aTerminalHasLinesToo() throws Exception {
    String script = "echo one; head -c 40000 /dev/zero | tr '\\0' z; echo; echo two >&2";
    ContainerSpec spec =
        shell("job", script)
            .withPrivileges(
                new ContainerPrivileges(
                    false, List.of(), List.of(), List.of(), false, null, null, null, List.of(),
                    Map.of(), List.of(), false, true));
    assertThat(output(spec, "terminal"))
        .extracting(OutputLine::text)
        .containsExactly("one", "z".repeat(40_000), "two");
  }
}
