package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Task;

/** A machine without an engine: tasks are plain processes. */
class ProcessDriverTest {
  private static final Map<String, String> NO_ENGINE =
      Map.of("DOCKER_HOST", "unix:///nonexistent/docker.sock");

  @Test
  void withoutAnEngineTheDemoRunsWithProcesses() throws Exception {
    try (Standalone longshore = Standalone.up("process", "auto", NO_ENGINE);
        Ecs ecs = Ecs.at(longshore.endpoint())) {
      Waiting.forState("the summary", 10)
          .until(() -> longshore.jvm().output().contains("Longshore is ready"));
      assertThat(longshore.jvm().output())
          .contains("process (no Docker engine answers, so tasks are plain processes)");

      var demo = longshore.run("demo", NO_ENGINE);

      System.out.println(demo.output());
      assertThat(demo.code()).as(demo.output()).isZero();
      assertThat(demo.output())
          .contains("driver process")
          .contains("nobody has started it again")
          .contains("the service is whole again")
          .contains("service, tasks, definitions and cluster are gone");
      assertThat(ecs.client().listClusters().clusterArns())
          .noneMatch(arn -> arn.contains("longshore-demo"));
      assertThat(ecs.client().listTaskDefinitions().taskDefinitionArns()).isEmpty();
      assertThat(descendantShells(longshore)).isEmpty();
    }
  }

  @Test
  void aTaskIsAProcessWithItsEnvironmentAndExitCode() throws Exception {
    try (Standalone longshore = Standalone.up("process", "process", Map.of());
        Ecs ecs = Ecs.at(longshore.endpoint())) {
      ecs.cluster("plain");
      String definition =
          ecs.register(
              "job",
              "echo \"$GREETING\" > greeting.txt; cat greeting.txt; exit 4",
              c ->
                  c.environment(e -> e.name("GREETING").value("hello"))
                      .workingDirectory(longshore.data().toString()));
      Task ended = ecs.await("plain", ecs.run("plain", definition).taskArn(), "STOPPED");
      assertThat(Files.readString(longshore.data().resolve("greeting.txt"))).isEqualTo("hello\n");
      assertThat(ended.containers().getFirst().exitCode()).isEqualTo(4);
      assertThat(ended.stopCodeAsString()).isEqualTo("EssentialContainerExited");
      ecs.tearDown("plain");
    }
  }

  /** Processes of tasks that nobody has ended. */
  private static List<String> descendantShells(Standalone longshore) {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(longshore.data().resolve("runner").toString()))
        .toList();
  }
}
