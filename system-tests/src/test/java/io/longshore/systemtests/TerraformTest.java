package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * Terraform and its AWS provider against {@code longshore up}: everything is applied, and planned
 * again to nothing. Skipped with a sentence where either of the two is not to be had.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class TerraformTest {
  private static final String CLUSTER = "shop";

  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;
  private Terraform terraform;
  private String otherImage;

  @BeforeAll
  void start() throws Exception {
    Program.orSkip("terraform");
    engine = TestEngine.orSkip();
    terraform = Terraform.orSkip("terraform-work", "main.tf");
    otherImage = engine.tag("terraform-" + ProcessHandle.current().pid());
    longshore = Standalone.up("terraform", "docker");
    terraform.set("endpoint", longshore.endpoint().toString());
    ecs = Ecs.at(longshore.endpoint());
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      String host = longshore.hostId();
      ecs.close();
      longshore.close();
      engine.removeAll(host);
    }
    if (engine != null) {
      if (otherImage != null) {
        engine.untag(otherImage);
      }
      engine.close();
    }
  }

  @Test
  void whatIsAppliedIsPlannedToNothing() throws Exception {
    apply("first", new Wanted(Ecs.IMAGE, "hello", 2, "blue"));
    Service first = running(2, "blue");
    assertThat(first.deploymentConfiguration().deploymentCircuitBreaker().rollback()).isTrue();

    apply("second", new Wanted(otherImage, "good day", 3, "blue"));
    Service second = running(3, "blue");
    assertThat(second.taskDefinition()).endsWith(":task-definition/web:2");
    assertThat(web(second.taskDefinition()))
        .satisfies(container -> {
          assertThat(container.image()).isEqualTo(otherImage);
          assertThat(container.environment()).contains(variable("GREETING", "good day"));
        });
    List<String> tasks = tasks();

    apply("third", new Wanted(otherImage, "good day", 3, "green"));
    running(3, "green");
    assertThat(tasks()).as("tags alone move nothing").isEqualTo(tasks);

    terraform.destroy(longshore);
    assertThat(cluster().status()).isEqualTo("INACTIVE");
    Waiting.forState("nothing left on the engine", 60)
        .until(() -> engine.containers(longshore.hostId()).isEmpty());
  }

  /** What the variables of the configuration say. */
  private record Wanted(String image, String greeting, int count, String team) {}

  /** Applies it; what is planned afterwards has to be nothing. */
  private void apply(String step, Wanted wanted) throws InterruptedException {
    terraform.set("image", wanted.image());
    terraform.set("greeting", wanted.greeting());
    terraform.set("desired_count", Integer.toString(wanted.count()));
    terraform.set("tags", "{team=\"" + wanted.team() + "\"}");
    terraform.apply(step, longshore);
  }

  /** Terraform has waited for the steady state, so this is looked at once. */
  private Service running(int count, String team) {
    Service service = ecs.service(CLUSTER, "web");
    assertThat(service.runningCount()).isEqualTo(count);
    assertThat(service.deployments()).hasSize(1);
    assertThat(ecs.tasks(CLUSTER))
        .hasSize(count)
        .allMatch(task -> task.taskDefinitionArn().equals(service.taskDefinition()));
    assertThat(engine.running(longshore.hostId())).as("two of each task").hasSize(2 * count);
    for (String arn :
        List.of(service.serviceArn(), service.clusterArn(), service.taskDefinition())) {
      assertThat(ecs.client().listTagsForResource(r -> r.resourceArn(arn)).tags())
          .as(arn)
          .containsExactly(Tag.builder().key("team").value(team).build());
    }
    return service;
  }

  private Cluster cluster() {
    return ecs.client().describeClusters(r -> r.clusters(CLUSTER)).clusters().getFirst();
  }

  private ContainerDefinition web(String definition) {
    return ecs.client()
        .describeTaskDefinition(r -> r.taskDefinition(definition))
        .taskDefinition()
        .containerDefinitions()
        .getFirst();
  }

  private static KeyValuePair variable(String name, String value) {
    return KeyValuePair.builder().name(name).value(value).build();
  }

  private List<String> tasks() {
    return ecs.tasks(CLUSTER).stream().map(Task::taskArn).sorted().toList();
  }
}
