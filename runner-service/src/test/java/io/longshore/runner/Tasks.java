package io.longshore.runner;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.PortMapping;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import io.longshore.runner.agent.Hands;
import io.longshore.runner.agent.Outputs;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.secrets.EnvironmentFiles;
import io.longshore.runner.secrets.Provisions;
import io.longshore.runner.secrets.SecretFolder;
import io.longshore.runner.store.OutputPositions;
import io.longshore.tracing.Spans;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Valid tasks to try things with. */
public final class Tasks {
  public static final ClusterName CLUSTER = new ClusterName("default");
  public static final String IMAGE = "longshore-test/busybox:1";

  private Tasks() {}

  /**
   * Nobody reads the output.
   *
   * @param directory for how far it has been sent
   */
  public static Outputs outputs(Engine engine, Path directory) {
    return new Outputs(engine, output -> {}, new OutputPositions(directory.resolve("positions")));
  }

  /** They have nothing to give that a definition only refers to. */
  public static Hands hands(Engine engine, Outputs outputs) {
    return hands(engine, outputs, (task, spec) -> spec);
  }

  public static Hands hands(Engine engine, Outputs outputs, Hands.Additions additions) {
    Path nowhere = Path.of("/nowhere");
    return new Hands(
        engine,
        new Provisions(new SecretFolder(nowhere), new EnvironmentFiles(nowhere, List.of(nowhere))),
        additions,
        outputs,
        Duration.ofSeconds(1),
        (step, outcome, took) -> {},
        Spans.NONE);
  }

  public static TaskId id(String what) {
    return new TaskId(Ids.derive("test", what));
  }

  public static TaskAssignment of(TaskId task, ContainerSpec... containers) {
    return of(task, "bridge", containers);
  }

  public static TaskAssignment of(TaskId task, String networkMode, ContainerSpec... containers) {
    return new TaskAssignment(
        task,
        "arn:aws:ecs:us-east-1:000000000000:task/default/" + task,
        CLUSTER,
        null,
        new TaskSpec(new TaskDefinitionId("web", 1), networkMode, null, null, List.of(containers)));
  }

  /** With a health check every second that fails at once. */
  public static ContainerOrdering checked(String... command) {
    return new ContainerOrdering(
        List.of(), null, new ContainerOrdering.HealthCheck(List.of(command), 1, 2, 1, 0), null);
  }

  public static ContainerSpec container(String name, boolean essential) {
    return container(name, essential, List.of(), Map.of(), List.of());
  }

  public static ContainerSpec ofImage(String name, String image) {
    return container(name, image, true, List.of(), Map.of(), List.of());
  }

  public static ContainerSpec container(
      String name,
      boolean essential,
      List<String> command,
      Map<String, String> environment,
      List<PortMapping> ports) {
    return container(name, IMAGE, essential, command, environment, ports);
  }

  private static ContainerSpec container(
      String name,
      String image,
      boolean essential,
      List<String> command,
      Map<String, String> environment,
      List<PortMapping> ports) {
    return new ContainerSpec(
        name,
        image,
        64,
        32,
        null,
        essential,
        List.of(),
        command,
        environment,
        ports,
        null,
        null,
        2,
        false,
        Map.of(),
        null,
        Map.of());
  }
}
