package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.longshore.chaos.EngineHistory;
import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.systemtests.Separate.Part;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Three JVMs, and the accidents that happen to each: every time a service of fifty is back at its
 * count, no task had two containers, and what was acknowledged is there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
@Isolated("Fifty containers and three programs that start keep the machine busy.")
class SeparateProcessesTest {
  private static final String CLUSTER = "fleet";
  private static final int COUNT = 50;
  private static final int PATIENCE_SECONDS = 90;

  private TestEngine engine;
  private EngineHistory history;
  private Separate services;
  private Ecs ecs;
  private Writers writers;

  @BeforeAll
  void start() throws Exception {
    engine = TestEngine.orSkip();
    engine.startDecoys();
    history = engine.watch();
    services = Separate.prepare("separate");
    // The services come first, broker and database later: each waits for what it needs.
    services.outside().stopKafka();
    services.outside().stopPostgres();
    for (Part part : Part.values()) {
      services.start(part);
    }
    Waiting.forState("an answer of every service", 60)
        .ignoreExceptions()
        .until(() -> {
          for (Part part : Part.values()) {
            Http.get(services.endpoint(part).resolve("/q/health/live"));
          }
          return true;
        });
    assertThat(Http.isReady(services.endpoint(Part.API))).isFalse();
    services.outside().startPostgres();
    services.outside().startKafka();
    services.awaitReady(60);
    ecs = Ecs.at(services.endpoint(Part.API));
    ecs.cluster(CLUSTER);
    Instant begin = Instant.now();
    ecs.service(CLUSTER, "web", ecs.register("web", Ecs.FOREVER), COUNT);
    ecs.awaitCount(CLUSTER, "web", COUNT, PATIENCE_SECONDS);
    System.out.printf(
        "A service of %d was up after %d ms.%n",
        COUNT, Duration.between(begin, Instant.now()).toMillis());
    writers = new Writers(ecs, "written");
  }

  @AfterAll
  void stop() throws Exception {
    if (writers != null) {
      writers.close();
    }
    if (ecs != null) {
      ecs.close();
    }
    if (services != null) {
      services.close();
      engine.removeAll(services.hostId());
    }
    if (engine != null) {
      if (history != null) {
        history.close();
      }
      engine.close();
    }
  }

  @AfterEach
  void noTaskHadTwoContainers() {
    assertThat(history.startedTwice(services.hostId())).isEmpty();
    assertThat(engine.decoysRun()).isTrue();
  }

  /**
   * Waits until the service is whole without those that died, first by what the engine has: while
   * the scheduler is away, the API still says what was true before.
   */
  private void whole(String after, Instant begin, List<String> dead) {
    try {
      Waiting.forState(COUNT + " living containers after " + after, PATIENCE_SECONDS)
          .until(() -> {
            List<String> now = engine.running(services.hostId());
            return now.size() == COUNT && dead.stream().noneMatch(now::contains);
          });
      ecs.awaitCount(CLUSTER, "web", COUNT, PATIENCE_SECONDS);
    } catch (RuntimeException e) {
      throw new AssertionError(e.getMessage() + "\n" + services.tails(), e);
    }
    System.out.printf(
        "After %s the service was back at %d after %d ms.%n",
        after, COUNT, Duration.between(begin, Instant.now()).toMillis());
  }

  @Test
  @Order(0)
  void eachTellsWhatItIs() throws Exception {
    for (Part part : Part.values()) {
      JsonNode info =
          new ObjectMapper().readTree(Http.get(services.endpoint(part).resolve("/q/info")));
      System.out.println(part + ": " + info);
      assertThat(info.at("/build/name").asText())
          .isEqualTo("longshore-" + part.name().toLowerCase(Locale.ROOT));
      assertThat(info.at("/build/version").asText()).isEqualTo(Built.version());
      // The same commit makes the same program, whenever it is built.
      assertThat(info.at("/build/time").isMissingNode()).isTrue();
      if (Files.exists(Built.ROOT.resolve(".git"))) {
        assertThat(info.at("/git/commit/id").asText()).matches("[0-9a-f]{7,40}");
      }
      assertThat(info.at("/java/version").asText()).startsWith("25");
    }
  }

  @Test
  @Order(1)
  void theSchedulerIsKilledWhileFiftyContainersDie() throws Exception {
    List<String> before = engine.running(services.hostId());
    Thread killing = Thread.ofVirtual().start(() -> engine.killAll(before));
    Waiting.forState("the first deaths", 30)
        .until(() -> engine.running(services.hostId()).size() < COUNT);
    services.kill(Part.SCHEDULER);
    killing.join();

    Instant begin = Instant.now();
    services.start(Part.SCHEDULER);

    whole("kill -9 of the scheduler while %d containers died".formatted(COUNT), begin, before);
  }

  @Test
  @Order(2)
  void theRunnerIsKilledAndStartedAgain() throws Exception {
    List<String> before = engine.running(services.hostId());
    services.kill(Part.RUNNER);
    engine.killAll(before.subList(0, 5));
    assertThat(engine.running(services.hostId())).hasSize(COUNT - 5);

    Instant begin = Instant.now();
    services.start(Part.RUNNER);

    whole("kill -9 of the runner, 5 deaths meanwhile,", begin, before.subList(0, 5));
    assertThat(engine.running(services.hostId())).containsAll(before.subList(5, COUNT));
  }

  @Test
  @Order(3)
  void kafkaIsStoppedAndStarted() throws Exception {
    List<String> before = engine.running(services.hostId());
    services.outside().stopKafka();
    engine.killAll(before.subList(0, 10));

    Instant begin = Instant.now();
    services.outside().startKafka();

    whole("a restart of Kafka, 10 deaths meanwhile,", begin, before.subList(0, 10));
    assertThat(engine.running(services.hostId())).containsAll(before.subList(10, COUNT));
  }

  @Test
  @Order(4)
  void postgresCrashesAndIsStarted() throws Exception {
    List<String> before = engine.running(services.hostId());
    services.outside().crashPostgres();
    engine.killAll(before.subList(0, 10));

    Instant begin = Instant.now();
    services.outside().startPostgres();

    whole("a crash of PostgreSQL, 10 deaths meanwhile,", begin, before.subList(0, 10));
    assertThat(engine.running(services.hostId())).containsAll(before.subList(10, COUNT));
  }

  @Test
  @Order(5)
  void nothingAcknowledgedIsLost() throws Exception {
    int soFar = writers.acknowledged();
    Waiting.forState("writes after all that", 60).until(() -> writers.acknowledged() > soFar + 10);
    writers.everythingIsThere();
  }

  @Test
  @Order(6)
  void aWrongTopologyIsRefusedInOneSentence() throws Exception {
    for (Part part : List.of(Part.API, Part.SCHEDULER, Part.RUNNER)) {
      Jvm wrong =
          services.launch(
              part,
              Map.of(
                  "LONGSHORE_SHARDS",
                  "7",
                  "QUARKUS_HTTP_PORT",
                  Integer.toString(LoopbackPorts.next()),
                  "LONGSHORE_RUNNER_HOST_ID",
                  "another",
                  "LONGSHORE_RUNNER_DATA",
                  Built.directory("wrong").toString()));

      assertThat(wrong.awaitEnd(60)).as(part.name()).isEqualTo(1);
      assertThat(wrong.output())
          .containsPattern(
              "The topic longshore.(commands|reports|events|output) has 4 partitions and Longshore is configured"
                  + " for 7: set LONGSHORE_SHARDS to 4, or recreate the topic.");
    }
  }

  @Test
  @Order(7)
  void anotherDatabaseOnTheSameBrokersIsRefusedInOneSentence() throws Exception {
    var outside = services.outside().endpoints();
    try (Connection connection =
            DriverManager.getConnection(outside.jdbcUrl(), outside.user(), "any");
        Statement statement = connection.createStatement()) {
      statement.execute("create database other");
    }
    Jvm second =
        services.launch(
            Part.SCHEDULER,
            Map.of(
                "LONGSHORE_DATABASE_URL",
                outside.jdbcUrl().replaceFirst("/[^/?]*($|\\?)", "/other$1"),
                "QUARKUS_HTTP_PORT",
                Integer.toString(LoopbackPorts.next())));

    assertThat(second.awaitEnd(60)).isEqualTo(1);
    assertThat(second.output())
        .containsPattern(
            "The topics of these brokers belong to installation [0-9a-f-]{36} and this database to"
                + " [0-9a-f-]{36}: give each installation brokers of its own.");
  }

  /** A runtime without a server for HTTP, as jlink makes one that is not asked for more. */
  @Test
  @Order(8)
  void aRunnerThatLacksAClassEndsInsteadOfNeverBeingReady() throws Exception {
    Jvm lacking =
        services.launch(
            Part.RUNNER,
            Map.of(
                "JDK_JAVA_OPTIONS",
                "--limit-modules java.se,jdk.unsupported,jdk.management,jdk.naming.dns,jdk.net,jdk.zipfs",
                "QUARKUS_HTTP_PORT",
                Integer.toString(LoopbackPorts.next()),
                "LONGSHORE_RUNNER_HOST_ID",
                "lacking",
                "LONGSHORE_RUNNER_DATA",
                Built.directory("lacking").toString()));

    assertThat(lacking.awaitEnd(60)).isEqualTo(1);
    assertThat(lacking.output()).contains("com/sun/net/httpserver");
  }

  @Test
  @Order(9)
  void aServiceOfFiftyGoesAndLeavesNothing() {
    ecs.tearDown(CLUSTER);
    Waiting.forState("nothing left on the engine", 90)
        .until(() -> engine.containers(services.hostId()).isEmpty());
  }
}
