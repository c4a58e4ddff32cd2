package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.DockerClient;
import io.longshore.messages.Codec;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Inspection;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.docker.DockerEngine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the engine tells of single containers. */
@SuppressWarnings("NullAway.Init")
class DockerInsightTest {
  private static DockerClient raw;

  private final String host = "test-" + UUID.randomUUID();
  private final RunnerId runner = new RunnerId(Ids.derive("insight", host));
  private final Engine engine = new DockerEngine(host, DockerEngine.PullBehavior.PREFER_CACHED);
  private final ContainerSpec web =
      Tasks.container(
          "web",
          true,
          List.of("/bin/sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait"),
          Map.of(),
          List.of());

  @BeforeAll
  static void find() {
    raw = TestDocker.orSkip();
  }

  @AfterAll
  static void close() throws Exception {
    raw.close();
  }

  @AfterEach
  void removeEverything() {
    raw.listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of("io.longshore.host", host))
        .exec()
        .forEach(c -> raw.removeContainerCmd(c.getId()).withForce(true).exec());
    engine.close();
  }

  private Sighting run(TaskAssignment task) throws EngineException {
    Sighting created = engine.create(runner, task, web);
    return engine.start(task.task(), "web", created.runtimeId());
  }

  @Test
  void aContainerIsToldWithItsImageTimesAndLabels() throws Exception {
    Instant before = Instant.now().minusSeconds(5);
    TaskAssignment task = Tasks.of(Tasks.id(host), "none", web);
    String id = run(task).runtimeId();
    Inspection seen = Objects.requireNonNull(engine.insight().inspect("web", id));
    assertThat(seen.name()).isEqualTo("ecs-web-1-web-" + task.task());
    assertThat(seen.imageId()).startsWith("sha256:");
    assertThat(seen.createdAt()).isAfter(before);
    assertThat(seen.sighting().startedAt()).isAfterOrEqualTo(seen.createdAt());
    assertThat(seen.labels()).containsEntry("com.amazonaws.ecs.task-arn", task.taskArn());
    assertThat(seen.mounts()).isEmpty();
    assertThat(engine.insight().inspect("web", "0".repeat(64))).isNull();
  }

  @Test
  void aContainerIsMeasured() throws Exception {
    String id = run(Tasks.of(Tasks.id(host), "none", web)).runtimeId();
    Json measured = Objects.requireNonNull(engine.insight().statistics(id));
    JsonNode statistics = Codec.decodeStored(measured.text(), JsonNode.class);
    assertThat(statistics.path("id").asText()).isEqualTo(id);
    assertThat(statistics.has("cpu_stats")).isTrue();
    assertThat(statistics.has("memory_stats")).isTrue();
    assertThat(statistics.path("read").asText()).startsWith("20");
    assertThat(engine.insight().statistics("0".repeat(64))).isNull();
  }

  @Test
  void theBridgeIsWhereItsContainersFindTheHost() throws Exception {
    String address = engine.insight().bridgeAddress();
    if (raw.listNetworksCmd().exec().stream().noneMatch(n -> "bridge".equals(n.getName()))) {
      System.out.println("The engine has no bridge, so its address is not looked for.");
      assertThat(address).isNull();
      return;
    }
    String id = run(Tasks.of(Tasks.id(host), "bridge", web)).runtimeId();
    var networks = raw.inspectContainerCmd(id).exec().getNetworkSettings().getNetworks();
    assertThat(address).isEqualTo(Objects.requireNonNull(networks.get("bridge")).getGateway());
  }

  @Test
  void aTaskWithAnAddressOfItsOwnIsToldIt() throws Exception {
    TaskAssignment task = Tasks.of(Tasks.id(host), "awsvpc", web);
    Sighting started = run(task);
    Inspection seen = Objects.requireNonNull(engine.insight().inspect("web", started.runtimeId()));
    assertThat(seen.sighting().address()).isNotNull().isEqualTo(started.address());
  }
}
