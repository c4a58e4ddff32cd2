package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.chaos.Jvm;
import io.longshore.systemtests.Separate.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ClusterContainsContainerInstancesException;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;

/** A container instance is registered by the AWS SDK, and a runner is started to be it. */
class RegisteredInstanceTest {
  private static final String CLUSTER = "registered";

  private static Jvm runner(Separate services, String instance, String more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("LONGSHORE_RUNNER_CLUSTER", CLUSTER);
    environment.put("LONGSHORE_RUNNER_DRIVER", "process");
    environment.put("LONGSHORE_RUNNER_INSTANCE", instance);
    environment.put("LONGSHORE_RUNNER_COUNT", more);
    return services.launch(Part.RUNNER, environment);
  }

  private static ContainerInstance described(Ecs ecs, String arn) {
    return ecs.client()
        .describeContainerInstances(r -> r.cluster(CLUSTER).containerInstances(arn))
        .containerInstances()
        .getFirst();
  }

  @Test
  void aRunnerTakesTheInstanceThatWasRegisteredForIt() throws Exception {
    try (Separate services = Separate.prepare("registered")) {
      services.start(Part.SCHEDULER);
      services.start(Part.API);
      services.awaitReady(90);
      try (Ecs ecs = Ecs.at(services.endpoint(Part.API))) {
        ecs.client().createCluster(r -> r.clusterName(CLUSTER));
        String definition = ecs.register("stay", Ecs.FOREVER);
        String arn =
            ecs.client()
                .registerContainerInstance(r ->
                    r.cluster(CLUSTER)
                        .attributes(a -> a.name("disk").value("ssd"))
                        .tags(t -> t.key("team").value("blue"))
                        .totalResources(
                            c -> c.name("CPU").type("INTEGER").integerValue(512),
                            m -> m.name("MEMORY").type("INTEGER").integerValue(64)))
                .containerInstance()
                .containerInstanceArn();
        RunTaskResponse early =
            ecs.client().runTask(r -> r.cluster(CLUSTER).taskDefinition(definition));
        assertThat(early.tasks()).as("nobody is there to run it").isEmpty();
        assertThat(early.failures().getFirst().reason()).isEqualTo("AGENT");
        assertThatThrownBy(() -> ecs.client().deleteCluster(r -> r.cluster(CLUSTER)))
            .isInstanceOf(ClusterContainsContainerInstancesException.class);

        try (Jvm refused = runner(services, arn, "2")) {
          assertThat(refused.awaitEnd(60)).isEqualTo(1);
          assertThat(refused.output())
              .contains("LONGSHORE_RUNNER_INSTANCE names one container instance");
        }
        try (Jvm runner = runner(services, arn, "1")) {
          Waiting.forState("the runner as " + arn, 90)
              .until(() -> described(ecs, arn).agentConnected());
          takesTasks(ecs, arn, definition);
          assertThat(runner.isAlive()).isTrue();
        }
        ecs.client()
            .deregisterContainerInstance(
                r -> r.cluster(CLUSTER).containerInstance(arn).force(true));
        ecs.client().deleteCluster(r -> r.cluster(CLUSTER));
        assertThatThrownBy(() ->
                ecs.client()
                    .registerContainerInstance(
                        r -> r.cluster(CLUSTER).containerInstanceArn(arn + "0")))
            .isInstanceOf(InvalidParameterException.class);
      }
    }
  }

  private static void takesTasks(Ecs ecs, String arn, String definition) {
    ContainerInstance taken = described(ecs, arn);
    assertThat(ecs.client().listContainerInstances(r -> r.cluster(CLUSTER)).containerInstanceArns())
        .as("it is that one, and no second one")
        .containsExactly(arn);
    assertThat(taken.attributes())
        .extracting(Attribute::name)
        .contains("disk", "ecs.os-type", "ecs.availability-zone");
    assertThat(ecs.client().listTagsForResource(r -> r.resourceArn(arn)).tags())
        .extracting(Tag::key)
        .containsExactly("team");
    assertThat(taken.registeredResources().get(0).integerValue()).isEqualTo(512);
    assertThat(taken.registeredResources().get(1).integerValue()).isEqualTo(64);

    Task task =
        ecs.client()
            .runTask(r ->
                r.cluster(CLUSTER)
                    .taskDefinition(definition)
                    .placementConstraints(
                        c -> c.type("memberOf").expression("attribute:disk == ssd")))
            .tasks()
            .getFirst();
    assertThat(task.containerInstanceArn()).isEqualTo(arn);
    ecs.await(CLUSTER, task.taskArn(), "RUNNING");
    ecs.client().stopTask(r -> r.cluster(CLUSTER).task(task.taskArn()));
    ecs.await(CLUSTER, task.taskArn(), "STOPPED");
    assertThat(ecs.describe(CLUSTER, List.of(task.taskArn())).getFirst().containerInstanceArn())
        .isEqualTo(arn);
  }
}
