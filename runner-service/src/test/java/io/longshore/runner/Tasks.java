package io.longshore.runner;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.PortMapping;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.util.List;
import java.util.Map;

/** Valid tasks to try things with. */
public final class Tasks {
  public static final ClusterName CLUSTER = new ClusterName("default");
  public static final String IMAGE = "longshore-test/busybox:1";

  private Tasks() {}

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

  public static ContainerSpec container(String name, boolean essential) {
    return container(name, essential, List.of(), Map.of(), List.of());
  }

  public static ContainerSpec container(
      String name,
      boolean essential,
      List<String> command,
      Map<String, String> environment,
      List<PortMapping> ports) {
    return new ContainerSpec(
        name,
        IMAGE,
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
