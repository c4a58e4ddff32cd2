package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerOrdering.Condition;
import io.longshore.messages.ContainerOrdering.Dependency;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerOrdering.RestartPolicy;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.Volume;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Commons;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CardTest {
  @Test
  void whatARunnerThatComesBackNeedsIsKeptAndSecretsAreNot() throws Exception {
    RestartPolicy policy = new RestartPolicy(List.of(7), 60);
    ContainerSpec web =
        Tasks.container("web", true, List.of("serve", "s3cret"), Map.of("A", "s3cret"), List.of())
            .withOrdering(
                new ContainerOrdering(
                    List.of(new Dependency("db", Condition.HEALTHY)),
                    9,
                    new HealthCheck(List.of("CMD", "ask", "s3cret"), 30, 5, 3, 1),
                    policy))
            .withStorage(
                new ContainerStorage(
                    List.of(new ContainerStorage.MountPoint("v", "/v", false)),
                    List.of(new ContainerStorage.VolumesFrom("disk", true)),
                    List.of()))
            .withNetworking(
                new ContainerNetworking(
                    false, List.of("db:store"), "h", Map.of(), List.of(), List.of()));
    TaskAssignment plain = Tasks.of(Tasks.id("card"), "awsvpc", web);
    Volume volume =
        new Volume(
            "v", null, new Volume.Docker(false, false, "nfs", Map.of("o", "s3cret"), Map.of()));
    TaskSpec spec =
        new TaskSpec(
            plain.spec().definition(),
            "awsvpc",
            null,
            null,
            List.of(web),
            List.of(volume),
            List.of(),
            null,
            null,
            "task",
            "host");
    TaskAssignment task =
        new TaskAssignment(plain.task(), plain.taskArn(), plain.cluster(), null, spec, true);

    String card = Card.write(task);
    assertThat(card).doesNotContain("s3cret");
    assertThat(Card.read(card).strict()).isTrue();
    TaskSpec read = Card.read(card).spec();
    ContainerOrdering ordering = read.containers().getFirst().ordering();
    assertThat(ordering.dependsOn()).isEqualTo(web.ordering().dependsOn());
    assertThat(ordering.startTimeoutSeconds()).isEqualTo(9);
    assertThat(ordering.restartPolicy()).isEqualTo(policy);
    assertThat(ordering.healthCheck()).isEqualTo(new HealthCheck(List.of(), 30, 5, 3, 1));
    assertThat(read.containers().getFirst().storage().volumesFrom()).hasSize(1);
    assertThat(read.containers().getFirst().networking().links()).containsExactly("db:store");
    assertThat(read.volumes()).hasSize(1).allMatch(Commons::isOfTheTask);
    assertThat(read.pidMode()).isEqualTo("task");
    assertThat(read.ipcMode()).isEqualTo("host");
    assertThat(Commons.has(read)).isTrue();
  }

  @Test
  void logOptionsAreKeptForTheContainerToAskFor() throws Exception {
    ContainerSpec plain = Tasks.container("web", true);
    ContainerSpec logging =
        new ContainerSpec(
            "web",
            plain.image(),
            0,
            null,
            null,
            true,
            List.of(),
            List.of(),
            Map.of(),
            List.of(),
            null,
            null,
            null,
            false,
            Map.of(),
            "awslogs",
            Map.of("awslogs-group", "shop"));
    ContainerSpec read =
        Card.read(Card.write(Tasks.of(Tasks.id("card"), logging))).spec().containers().getFirst();
    assertThat(read.logDriver()).isEqualTo("awslogs");
    assertThat(read.logOptions()).isEqualTo(Map.of("awslogs-group", "shop"));
  }
}
