package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.LoopbackPorts;
import io.longshore.embedded.EmbeddedProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The images that {@code ./longshore images} builds, on a base without a shell: what they say of
 * themselves, and the services from them, in containers that may do as little as possible.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
class ImagesTest {
  private static final String TAG = "test";
  private static final String BASE = "longshore-test/java:25";
  private static final String CLUSTER = "images";
  private static final List<String> SERVICES =
      List.of("api-service", "scheduler-service", "runner-service", "load-balancer");

  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private TestEngine engine;
  private Program shell;
  private ImageContainers containers;
  private EmbeddedProcess outside;
  private Ecs ecs;

  @BeforeAll
  void build() throws Exception {
    engine = TestEngine.orSkip();
    Program.orSkip("docker");
    Path directory = Built.directory("images");
    shell = new Program(directory, Map.of());
    succeeds("base", 120, Built.ROOT.resolve(".ci").resolve("java-image").toString());
    succeeds(
        "images",
        300,
        Built.ROOT.resolve("longshore").toString(),
        "images",
        "--base",
        BASE,
        "--tag",
        TAG);
    SERVICES.forEach(service -> ports.put(service, LoopbackPorts.next()));
    containers = new ImageContainers(directory.getFileName().toString());
    outside =
        EmbeddedProcess.start(
            EmbeddedProcess.Settings.ofLibraries(
                directory.resolve("outside"), Built.SERVICES.embedded()));
  }

  @AfterAll
  void remove() throws IOException {
    if (ecs != null) {
      ecs.close();
    }
    if (containers != null) {
      containers.close();
      engine.removeAll(containers.prefix());
    }
    if (outside != null) {
      outside.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  private void succeeds(String step, int seconds, String... command) throws InterruptedException {
    Program.Outcome outcome = shell.run(step, seconds, List.of(command));
    assertThat(outcome.code()).as(outcome.output()).isZero();
  }

  private Map<String, String> environment(String service) {
    var endpoints = outside.endpoints();
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("QUARKUS_HTTP_PORT", String.valueOf(ports.get(service)));
    environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    environment.put("KAFKA_BOOTSTRAP_SERVERS", endpoints.bootstrapServers());
    environment.put("LONGSHORE_READ_DATABASE_URL", endpoints.jdbcUrl());
    environment.put("LONGSHORE_READ_DATABASE_PASSWORD", "any");
    environment.put("LONGSHORE_DATABASE_URL", endpoints.jdbcUrl());
    environment.put("LONGSHORE_DATABASE_USER", endpoints.user());
    environment.put("LONGSHORE_DATABASE_PASSWORD", "any");
    environment.put("LONGSHORE_RUNNER_CLUSTER", "*");
    environment.put("LONGSHORE_RUNNER_DRIVER", "docker");
    environment.put("LONGSHORE_RUNNER_HOST_ID", containers.prefix());
    environment.put("LONGSHORE_BALANCER_ADDRESS", "127.0.0.1");
    // A container may be started again by the test on a busy machine, and is not to be lost then.
    environment.put("LONGSHORE_SCHEDULER_RUNNER_LEASE", "60s");
    return environment;
  }

  private void start(String service) {
    containers.start(service, "longshore/" + service + ":" + TAG, environment(service));
  }

  @Test
  @Order(1)
  void theySayWhatTheyAreAndRunAsNobodyInParticular() {
    for (String service : SERVICES) {
      ImageContainers.Facts facts = containers.facts("longshore/" + service + ":" + TAG);
      System.out.printf("%s: %d MB%n", service, facts.bytes() / 1_000_000);
      assertThat(facts.user()).isEqualTo("10001:10001");
      assertThat(facts.checked()).as("%s has a HEALTHCHECK", service).isTrue();
      assertThat(facts.labels())
          .containsEntry("org.opencontainers.image.version", TAG)
          .containsEntry("org.opencontainers.image.licenses", "Apache-2.0")
          .containsKeys(
              "org.opencontainers.image.title",
              "org.opencontainers.image.description",
              "org.opencontainers.image.revision");
      assertThat(facts.bytes()).as("bytes of " + service).isLessThan(200_000_000);
    }
  }

  @Test
  @Order(2)
  void theyBecomeHealthyWithoutAnyRightsOrAWritableDisk() {
    SERVICES.forEach(this::start);
    for (String service : SERVICES) {
      try {
        containers.awaitHealthy(service, 120);
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + "\n" + engine.output(containers.id(service)), e);
      }
    }
    SERVICES.forEach(service ->
        System.out.printf("%s: ready after %d ms%n", service, containers.readyMillis(service)));
  }

  @Test
  @Order(3)
  void whatRunsInThemKeepsAService() {
    ecs = Ecs.at(URI.create("http://127.0.0.1:" + ports.get("api-service") + "/"));
    ecs.cluster(CLUSTER);
    String job = ecs.run(CLUSTER, ecs.register("job", "exit 3")).taskArn();
    assertThat(ecs.await(CLUSTER, job, "STOPPED").containers().getFirst().exitCode()).isEqualTo(3);

    ecs.service(CLUSTER, "web", ecs.register("web", Ecs.FOREVER), 3);
    ecs.awaitCount(CLUSTER, "web", 3, 60);
    healsOne("the first accident");
  }

  @Test
  @Order(4)
  void theRunnersContainerIsStartedAgainAndNoTaskNotices() {
    List<String> before = engine.running(containers.prefix());
    assertThat(before).hasSize(3);

    containers.kill("runner-service");
    containers.startAgain("runner-service");
    containers.awaitHealthy("runner-service", 60);

    assertThat(engine.running(containers.prefix())).isEqualTo(before);
    healsOne("the runner's restart");
  }

  @Test
  @Order(5)
  void schedulerAndApiAreKilledAndNothingIsLost() {
    containers.kill("scheduler-service");
    containers.kill("api-service");
    List<String> dead = new ArrayList<>(engine.running(containers.prefix()));
    engine.kill(dead.getFirst());

    containers.startAgain("scheduler-service");
    containers.startAgain("api-service");

    whole("the restart of scheduler and api", dead.getFirst());
    assertThat(ecs.service(CLUSTER, "web").desiredCount()).isEqualTo(3);
    ecs.tearDown(CLUSTER);
    assertThat(engine.running(containers.prefix())).isEmpty();
  }

  private void healsOne(String after) {
    String victim = engine.running(containers.prefix()).getFirst();
    engine.kill(victim);
    whole(after, victim);
  }

  private void whole(String after, String dead) {
    Instant begin = Instant.now();
    Waiting.forState("3 living containers after " + after, 90)
        .until(() -> {
          List<String> now = engine.running(containers.prefix());
          return now.size() == 3 && !now.contains(dead);
        });
    ecs.awaitCount(CLUSTER, "web", 3, 60);
    System.out.printf(
        "After %s the service was whole again after %d ms.%n",
        after, Duration.between(begin, Instant.now()).toMillis());
  }
}
