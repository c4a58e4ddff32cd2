package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.EngineHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.Task;

/** What a {@code longshore up} that ended, one way or the other, finds again on its data. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RestartTest {
  private static final String CLUSTER = "kept";

  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;
  private EngineHistory history;
  private String host = "";

  @BeforeAll
  void start() {
    engine = TestEngine.orSkip();
    engine.startDecoys();
    history = engine.watch();
    longshore = Standalone.up("restart", "docker");
    host = longshore.hostId();
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
    ecs.service(CLUSTER, "web", ecs.register("web", Ecs.FOREVER), 4);
    ecs.awaitCount(CLUSTER, "web", 4, 60);
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
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

  @Test
  void afterAKillContainersAreAdoptedAndTheMissingReplaced() throws Exception {
    List<String> before = engine.running(host);
    ProcessHandle embedded = ProcessHandle.of(longshore.embeddedPid()).orElseThrow();

    longshore.jvm().kill();

    Waiting.forState("the end of broker and database", 30).until(() -> !embedded.isAlive());
    assertThat(engine.running(host)).isEqualTo(before);
    String killed = before.getFirst();
    engine.kill(killed);
    Instant begin = Instant.now();
    longshore.again();
    ecs.awaitCount(CLUSTER, "web", 4, 60);
    Waiting.forState("four containers", 30).until(() -> engine.running(host).size() == 4);
    System.out.printf(
        "After kill -9 of everything and a restart the service was whole after %d ms.%n",
        Duration.between(begin, Instant.now()).toMillis());
    assertThat(engine.running(host)).doesNotContain(killed).containsAll(before.subList(1, 4));
    nothingTwice();
    ecs.service(CLUSTER, "later", "web", 1);
    ecs.awaitCount(CLUSTER, "later", 1, 60);
    ecs.client().deleteService(r -> r.cluster(CLUSTER).service("later").force(true));
    Waiting.forState("the end of the second service", 60)
        .until(() -> engine.containers(host).size() == 4);
  }

  @Test
  void aCleanStopLeavesContainersForTheNextStart() throws Exception {
    List<String> before = engine.running(host);
    List<String> tasks = ecs.tasks(CLUSTER).stream().map(Task::taskArn).sorted().toList();

    Instant begin = Instant.now();
    var down = longshore.run("down", java.util.Map.of());
    System.out.printf("down took %d ms.%n", Duration.between(begin, Instant.now()).toMillis());

    assertThat(down.code()).as(down.output()).isZero();
    assertThat(longshore.jvm().isAlive()).isFalse();
    assertThat(engine.running(host)).isEqualTo(before);
    longshore.again();
    ecs.awaitCount(CLUSTER, "web", 4, 60);
    assertThat(engine.running(host)).isEqualTo(before);
    assertThat(ecs.tasks(CLUSTER).stream().map(Task::taskArn).sorted().toList()).isEqualTo(tasks);
    nothingTwice();
  }

  private void nothingTwice() {
    assertThat(history.startedTwice(host)).isEmpty();
    assertThat(engine.decoysRun()).isTrue();
  }
}
