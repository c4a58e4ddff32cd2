package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.EngineHistory;
import io.longshore.chaos.EngineHistory.Happening;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.Deployment;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceDeployment;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentBrief;
import software.amazon.awssdk.services.ecs.model.ServiceEvent;

/** New revisions of services on a real engine, judged by what the engine saw. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RollingUpdateTest {
  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;
  private EngineHistory history;

  @BeforeAll
  void start() {
    engine = TestEngine.orSkip();
    history = engine.watch();
    longshore = Standalone.up("rolling-update", "docker");
    ecs = Ecs.at(longshore.endpoint());
  }

  @AfterEach
  void nothingIsLeft() {
    Waiting.forState("nothing left on the engine", 60)
        .until(() -> engine.containers(longshore.hostId()).isEmpty());
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
      if (history != null) {
        history.close();
      }
      engine.close();
    }
  }

  private void service(String cluster, String definition, int count, int least, int most) {
    ecs.cluster(cluster);
    ecs.client()
        .createService(r ->
            r.cluster(cluster)
                .serviceName("web")
                .taskDefinition(definition)
                .desiredCount(count)
                .deploymentConfiguration(d ->
                    d.minimumHealthyPercent(least)
                        .maximumPercent(most)
                        .deploymentCircuitBreaker(b -> b.enable(true).rollback(true))));
    awaitEnd(cluster, newest(cluster));
    assertThat(deployment(newest(cluster)).statusAsString()).isEqualTo("SUCCESSFUL");
  }

  private String newest(String cluster) {
    return ecs.service(cluster, "web").currentServiceDeployment();
  }

  private ServiceDeployment deployment(String arn) {
    return ecs.client()
        .describeServiceDeployments(r -> r.serviceDeploymentArns(arn))
        .serviceDeployments()
        .getFirst();
  }

  private void awaitEnd(String cluster, String arn) {
    Waiting.forState("the end of the deployment in " + cluster, 120)
        .until(() -> deployment(arn).finishedAt() != null);
  }

  @Test
  void aRollingUpdateStaysInsideItsBounds() {
    String cluster = "bounds";
    service(cluster, ecs.register("bounded", Ecs.FOREVER), 6, 50, 150);
    Instant begin = Instant.now();

    String second = ecs.register("bounded", Ecs.FOREVER, c -> c.memory(17));
    ecs.client().updateService(r -> r.cluster(cluster).service("web").taskDefinition(second));
    awaitEnd(cluster, newest(cluster));

    assertThat(ecs.tasks(cluster))
        .hasSize(6)
        .allMatch(task -> task.taskDefinitionArn().equals(second));
    int running = 6;
    int there = 6;
    for (Happening happening : since(begin)) {
      switch (happening.action()) {
        case "create" -> there++;
        case "start" -> running++;
        default -> {
          there--;
          running--;
        }
      }
      assertThat(running).as("after %s", happening).isGreaterThanOrEqualTo(3);
      assertThat(there).as("after %s", happening).isLessThanOrEqualTo(9);
    }
    assertThat(running).isEqualTo(6);
    ecs.tearDown(cluster);
  }

  private List<Happening> since(Instant begin) {
    return Stream.of("create", "start", "die")
        .flatMap(action -> history.of(longshore.hostId(), action).stream())
        .filter(happening -> happening.at().isAfter(begin))
        .sorted(Comparator.comparing(Happening::at))
        .toList();
  }

  @Test
  void aRevisionThatExitsAtOnceIsRolledBack() {
    String cluster = "breaker";
    service(cluster, ecs.register("fragile", Ecs.FOREVER), 3, 100, 200);
    List<String> before = engine.running(longshore.hostId());
    String good = ecs.service(cluster, "web").deployments().getFirst().id();

    String bad = ecs.register("fragile", "exit 1");
    Service updated =
        ecs.client()
            .updateService(r -> r.cluster(cluster).service("web").taskDefinition(bad))
            .service();
    String failing = updated.deployments().getFirst().id();
    awaitEnd(cluster, updated.currentServiceDeployment());

    ServiceDeployment ended = deployment(updated.currentServiceDeployment());
    assertThat(ended.statusAsString()).isEqualTo("ROLLBACK_SUCCESSFUL");
    assertThat(ended.statusReason())
        .isEqualTo(
            "Service deployment rolled back because the circuit breaker threshold was exceeded.");
    assertThat(ended.deploymentCircuitBreaker().statusAsString()).isEqualTo("TRIGGERED");
    assertThat(ended.deploymentCircuitBreaker().threshold()).isEqualTo(3);
    assertThat(ended.deploymentCircuitBreaker().failureCount()).isGreaterThanOrEqualTo(3);
    assertThat(ended.rollback().serviceRevisionArn()).endsWith("/" + digits(good));
    assertThat(ended.targetServiceRevision().arn()).endsWith("/" + digits(failing));
    assertThat(ecs.service(cluster, "web").deployments())
        .singleElement()
        .satisfies(deployment -> {
          assertThat(deployment.id()).isEqualTo(good);
          assertThat(deployment.rolloutStateAsString()).isEqualTo("COMPLETED");
        });
    assertThat(ecs.service(cluster, "web").events())
        .extracting(ServiceEvent::message)
        .contains(
            "(service web) (deployment %s) deployment failed: tasks failed to start."
                .formatted(failing),
            "(service web) rolling back to deployment %s.".formatted(good));
    assertThat(engine.running(longshore.hostId())).as("none of them was touched").isEqualTo(before);
    ecs.tearDown(cluster);
  }

  @Test
  void blueStaysAsItIsUntilAllOfGreenRuns() {
    String cluster = "colours";
    ecs.cluster(cluster);
    String first = ecs.register("coloured", Ecs.FOREVER);
    ecs.client()
        .createService(r ->
            r.cluster(cluster)
                .serviceName("web")
                .taskDefinition(first)
                .desiredCount(3)
                .deploymentConfiguration(d ->
                    d.strategy(DeploymentStrategy.BLUE_GREEN)
                        .deploymentCircuitBreaker(b -> b.enable(true).rollback(true))));
    awaitEnd(cluster, newest(cluster));
    Instant begin = Instant.now();

    String second = ecs.register("coloured", Ecs.FOREVER, c -> c.memory(17));
    ecs.client().updateService(r -> r.cluster(cluster).service("web").taskDefinition(second));
    awaitEnd(cluster, newest(cluster));
    assertThat(deployment(newest(cluster)).statusAsString()).isEqualTo("SUCCESSFUL");
    assertThat(deployment(newest(cluster)).lifecycleStageAsString()).isEqualTo("CLEAN_UP");
    assertThat(ecs.tasks(cluster))
        .hasSize(3)
        .allMatch(task -> task.taskDefinitionArn().equals(second));
    assertThat(since(begin))
        .extracting(Happening::action)
        .filteredOn(action -> !action.equals("create"))
        .containsExactly("start", "start", "start", "die", "die", "die");

    // The engine's list comes a little after its events.
    Waiting.forState("three containers", 10)
        .until(() -> engine.running(longshore.hostId()).size() == 3);
    List<String> before = engine.running(longshore.hostId());
    String bad = ecs.register("coloured", "exit 1");
    ecs.client().updateService(r -> r.cluster(cluster).service("web").taskDefinition(bad));
    awaitEnd(cluster, newest(cluster));
    assertThat(deployment(newest(cluster)).statusAsString()).isEqualTo("ROLLBACK_SUCCESSFUL");
    assertThat(engine.running(longshore.hostId())).as("none of them was touched").isEqualTo(before);
    ecs.tearDown(cluster);
  }

  private static String digits(String deploymentId) {
    return deploymentId.substring("ecs-svc/".length());
  }

  /** What Terraform's provider does from version 6 on, with wait_for_steady_state. */
  @Test
  void aClientThatWaitsForItsOwnDeploymentFindsIt() {
    String cluster = "waiter";
    service(cluster, ecs.register("waited", Ecs.FOREVER), 2, 100, 200);

    String second = ecs.register("waited", Ecs.FOREVER, c -> c.memory(17));
    Instant called = Instant.now();
    ecs.client().updateService(r -> r.cluster(cluster).service("web").taskDefinition(second));
    Deployment primary =
        ecs.service(cluster, "web").deployments().stream()
            .filter(deployment -> deployment.status().equals("PRIMARY"))
            .findFirst()
            .orElseThrow();
    assertThat(primary.createdAt()).isAfterOrEqualTo(called.minusMillis(1));
    List<ServiceDeploymentBrief> found =
        ecs.client()
            .listServiceDeployments(
                r -> r.cluster(cluster).service("web").createdAt(c -> c.after(called)))
            .serviceDeployments();
    assertThat(found)
        .singleElement()
        .satisfies(
            brief -> assertThat(brief.targetServiceRevisionArn()).contains(digits(primary.id())));
    awaitEnd(cluster, found.getFirst().serviceDeploymentArn());
    assertThat(deployment(found.getFirst().serviceDeploymentArn()).statusAsString())
        .isEqualTo("SUCCESSFUL");
    Set<String> revisions =
        ecs.tasks(cluster).stream().map(t -> t.taskDefinitionArn()).collect(Collectors.toSet());
    assertThat(revisions).containsExactly(second);
    ecs.tearDown(cluster);
  }
}
