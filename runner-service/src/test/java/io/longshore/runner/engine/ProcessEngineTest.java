package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.OutputLine;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.process.ProcessEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessEngineTest extends EngineContract {
  @TempDir Path data;

  @Override
  Engine open() throws Exception {
    return new ProcessEngine("test-host", data);
  }

  @Override
  ContainerSpec runs(String name) {
    return shell(name, "exec sleep 300", Map.of("SECRET", "x"));
  }

  @Override
  ContainerSpec exits(String name, int code) {
    return shell(name, "exit " + code, Map.of());
  }

  @Override
  ContainerSpec stubborn(String name) {
    Path deaf = data.resolve("deaf");
    String script = "trap '' TERM; touch '%s'; while :; do sleep 1; done".formatted(deaf);
    return shell(name, script, Map.of())
        .withOrdering(Tasks.checked("CMD-SHELL", "test -e '" + deaf + "'"));
  }

  @Override
  ContainerSpec ailing(String name) {
    Path well = data.resolve("well");
    return shell(name, "touch '%s'; sleep 3; rm '%s'; sleep 300".formatted(well, well), Map.of())
        .withOrdering(Tasks.checked("CMD-SHELL", "test -e '" + well + "'"));
  }

  @Override
  ContainerSpec writes(String name, int lines, boolean holds) {
    String script = "for i in $(seq %d); do echo line $i; done; %s";
    return shell(name, script.formatted(lines, holds ? "exec sleep 300" : ""), Map.of());
  }

  @Override
  ContainerSpec unstartable(String name) {
    return Tasks.container(name, true, List.of("no-such-program-here"), Map.of(), List.of());
  }

  private static ContainerSpec shell(String name, String script, Map<String, String> environment) {
    return Tasks.container(name, true, List.of("sh", "-c", script), environment, List.of());
  }

  @Test
  void aProcessHasItsEnvironmentItsDirectoryAndItsOutputInAFile() throws Exception {
    Path directory = Files.createDirectory(data.resolve("a directory's"));
    ContainerSpec spec =
        in(
            directory,
            shell(
                "job",
                "echo \"$GREETING|$(pwd)|$LONGSHORE_RUNNER_DATA\"; echo err >&2",
                Map.of("GREETING", "it's \"$HOME\"")));
    try (ProcessEngine engine = new ProcessEngine("test-host", data)) {
      TaskAssignment task = Tasks.of(Tasks.id("output"), spec);
      String id = engine.create(runner, task, spec).runtimeId();
      engine.start(task.task(), "job", id);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> engine.list().getFirst().sighting().phase() == Sighting.Phase.EXITED);
      assertThat(Files.readString(engine.logFile(task.task(), "job")))
          .isEqualTo("it's \"$HOME\"|" + directory.toRealPath() + "|\nerr\n");
      assertThat(engine.list().getFirst().sighting().exitCode()).isZero();
    }
  }

  @Test
  void namesThatNoShellTakesReachTheProcessToo() throws Exception {
    ContainerSpec spec =
        Tasks.container("job", true, List.of("env"), Map.of("odd.name", "a b"), List.of());
    try (ProcessEngine engine = new ProcessEngine("test-host", data)) {
      TaskAssignment task = Tasks.of(Tasks.id("odd"), spec);
      engine.start(task.task(), "job", engine.create(runner, task, spec).runtimeId());
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> engine.list().getFirst().sighting().phase() == Sighting.Phase.EXITED);
      assertThat(Files.readString(engine.logFile(task.task(), "job"))).contains("odd.name=a b\n");
    }
  }

  @Test
  void whatAProcessLeavesRunningEndsWithIt() throws Exception {
    Path file = data.resolve("child");
    ContainerSpec spec = shell("job", "sleep 300 & echo $! > '" + file + "'; exit 0", Map.of());
    try (ProcessEngine engine = new ProcessEngine("test-host", data)) {
      TaskAssignment task = Tasks.of(Tasks.id("orphans"), spec);
      engine.start(task.task(), "job", engine.create(runner, task, spec).runtimeId());
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> engine.list().getFirst().sighting().phase() == Sighting.Phase.EXITED);
      long child = Long.parseLong(Files.readString(file).strip());
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  @Test
  void whatOnlyContainersHaveIsRefused() throws Exception {
    ContainerSpec mounting =
        runs("web")
            .withStorage(
                new ContainerStorage(
                    List.of(new ContainerStorage.MountPoint("v", "/v", false)),
                    List.of(),
                    List.of()));
    try (ProcessEngine engine = new ProcessEngine("test-host", data)) {
      assertThatThrownBy(
              () -> engine.create(runner, Tasks.of(Tasks.id("mounts"), mounting), mounting))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("mountPoints");
      assertThat(engine.list()).isEmpty();
    }
  }

  @Test
  void anotherHostsProcessesAreNotListed() throws Exception {
    ContainerSpec spec = runs("web");
    try (ProcessEngine other = new ProcessEngine("other-host", data);
        ProcessEngine engine = new ProcessEngine("test-host", data)) {
      other.create(runner, Tasks.of(Tasks.id("foreign"), spec), spec);
      assertThat(engine.list()).isEmpty();
      assertThat(other.list()).hasSize(1);
    }
  }

  private static ContainerSpec in(Path directory, ContainerSpec spec) {
    return new ContainerSpec(
        spec.name(),
        spec.image(),
        spec.cpu(),
        spec.memoryMiB(),
        null,
        true,
        spec.entryPoint(),
        spec.command(),
        spec.environment(),
        List.of(),
        directory.toString(),
        null,
        1,
        false,
        Map.of(),
        null,
        Map.of());
  }

  @Test
  void aLongLineIsCutAndTheNextOneIsWhole() throws Exception {
    ContainerSpec spec =
        shell("job", "head -c 3000000 /dev/zero | tr '\\0' x; echo; printf next", Map.of());
    try (ProcessEngine engine = new ProcessEngine("test-host", data)) {
      TaskAssignment task = Tasks.of(Tasks.id("long"), spec);
      String id = engine.create(runner, task, spec).runtimeId();
      engine.start(task.task(), "job", id);
      List<String> lines = new ArrayList<>();
      engine.output(task.task(), "job", id, 0, true, line -> lines.add(line.text()));
      assertThat(lines).hasSize(2);
      assertThat(lines.getFirst()).hasSizeBetween(OutputLine.LONGEST, OutputLine.LONGEST + 10);
      assertThat(lines.getFirst()).endsWith("x" + LineAssembler.CUT);
      assertThat(lines.getLast()).isEqualTo("next");
    }
  }
}
