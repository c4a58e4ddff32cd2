package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** Of {@code plan -detailed-exitcode}: there is nothing to do. */
  private static final int NO_CHANGE = 0;

  /** The provider waits for steady states and for the end of what it destroys. */
  private static final int APPLY_SECONDS = 240;

  private static final int PLAN_SECONDS = 90;

  /** It may have to fetch the provider. */
  private static final int INIT_SECONDS = 120;

  private final Map<String, String> environment =
      new HashMap<>(Map.of("TF_IN_AUTOMATION", "true", "CHECKPOINT_DISABLE", "true"));
  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;
  private Program terraform;
  private String otherImage;

  @BeforeAll
  void start() throws Exception {
    Program.orSkip("terraform");
    engine = TestEngine.orSkip();
    prepare();
    otherImage = engine.tag("terraform-" + ProcessHandle.current().pid());
    longshore = Standalone.up("terraform", "docker");
    environment.put("TF_VAR_endpoint", longshore.endpoint().toString());
    ecs = Ecs.at(longshore.endpoint());
  }

  /**
   * Takes the provider from the folder that {@code LONGSHORE_TERRAFORM_MIRROR} names, laid out as a
   * {@code filesystem_mirror}; else from where this machine's configuration of Terraform says.
   */
  private void prepare() throws IOException, InterruptedException {
    Path directory = Built.directory("terraform-work");
    try (var configuration = TerraformTest.class.getResourceAsStream("/terraform/main.tf")) {
      Files.copy(configuration, directory.resolve("main.tf"));
    }
    String mirror = System.getenv("LONGSHORE_TERRAFORM_MIRROR");
    if (mirror != null && !mirror.isBlank()) {
      Path file = directory.resolve("mirror.tfrc");
      Files.writeString(
          file, "provider_installation { filesystem_mirror { path = \"%s\" } }".formatted(mirror));
      environment.put("TF_CLI_CONFIG_FILE", file.toString());
    }
    terraform = new Program(directory, environment);
    Program.Outcome outcome = run("init", INIT_SECONDS, List.of("init"));
    if (outcome.code() != 0) {
      Program.skip(
          "Terraform's provider for AWS is not to be had, so it is not tried: " + outcome.output());
    }
  }

  private Program.Outcome run(String step, int seconds, List<String> arguments)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("terraform", arguments.getFirst(), "-no-color"));
    command.add("-input=false");
    command.addAll(arguments.subList(1, arguments.size()));
    return terraform.run(step, seconds, command);
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

    succeed("destroy", List.of("destroy", "-auto-approve"));
    assertThat(cluster().status()).isEqualTo("INACTIVE");
    Waiting.forState("nothing left on the engine", 60)
        .until(() -> engine.containers(longshore.hostId()).isEmpty());
  }

  /** What the variables of the configuration say. */
  private record Wanted(String image, String greeting, int count, String team) {}

  /** Applies it; what is planned afterwards has to be nothing. */
  private void apply(String step, Wanted wanted) throws InterruptedException {
    environment.put("TF_VAR_image", wanted.image());
    environment.put("TF_VAR_greeting", wanted.greeting());
    environment.put("TF_VAR_desired_count", Integer.toString(wanted.count()));
    environment.put("TF_VAR_tags", "{team=\"" + wanted.team() + "\"}");
    succeed(step + "-apply", List.of("apply", "-auto-approve"));
    Program.Outcome plan = run(step + "-plan", PLAN_SECONDS, List.of("plan", "-detailed-exitcode"));
    assertThat(plan.code()).as(plan.output()).isEqualTo(NO_CHANGE);
  }

  private void succeed(String step, List<String> arguments) throws InterruptedException {
    Program.Outcome outcome = run(step, APPLY_SECONDS, arguments);
    assertThat(outcome.code()).as(() -> outcome.output() + "\n" + longshore.tailOfLog()).isZero();
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
