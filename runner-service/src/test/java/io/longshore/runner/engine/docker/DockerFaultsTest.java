package io.longshore.runner.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.docker.FakeDocker.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine that answers wrongly, late, half or not at all. */
class DockerFaultsTest {
  private static final String HOST = "host-1";
  private static final RunnerId RUNNER = new RunnerId(Ids.derive("runner"));
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final ContainerSpec SPEC = Tasks.container("web", true);
  private static final TaskAssignment TASK = Tasks.of(Tasks.id("faults"), SPEC);
  private static final String LIST = "GET /containers/json";
  private static final String CREATE = "POST /containers/create";
  private static final String START = "POST /containers/.*/start";
  private static final String INSPECT = "GET /containers/.+/json";

  private FakeDocker docker;
  private DockerEngine engine;
  private final Queue<Sighting> heard = new ConcurrentLinkedQueue<>();
  private final AtomicInteger doubts = new AtomicInteger();

  @BeforeEach
  void begin() throws IOException {
    docker = new FakeDocker();
    engine =
        new DockerEngine(HOST, DockerEngine.PullBehavior.PREFER_CACHED, docker.config(), LIMIT);
  }

  @AfterEach
  void end() {
    engine.close();
    docker.close();
  }

  private void watch() {
    engine.watch(
        new Engine.Listener() {
          @Override
          public void seen(TaskId task, Sighting sighting) {
            heard.add(sighting);
          }

          @Override
          public void doubt() {
            doubts.incrementAndGet();
          }
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> docker.streams() == 1);
  }

  private String created() throws EngineException {
    return engine.create(RUNNER, TASK, SPEC).runtimeId();
  }

  private Sighting started(String id) throws EngineException {
    return engine.start(TASK.task(), SPEC.name(), id);
  }

  private static void assertProblem(Problem problem, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.problem()).isEqualTo(problem));
  }

  private static void assertUnreachable(ThrowingCallable call) {
    assertProblem(Problem.UNREACHABLE, call);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | [{\"Id\":",
        "200 | {}",
        "200 | <html>",
        "200 | null",
        "200 | [null]",
        "200 | [{\"Labels\":{}}]",
        "200 | [{\"Id\":7,\"Created\":\"yesterday\"}]",
        "500 | {\"message\":\"no\"}",
        "503 | <html>",
        "404 | ``",
        "302 | ``"
      })
  void aListThatIsNoneIsNoListOfNothing(int status, String body) throws EngineException {
    created();
    docker.trouble(LIST, FakeDocker.says(status, body));
    assertUnreachable(engine::list);
    docker.trouble(LIST, usual -> new Answer(200, usual.get().body().substring(0, 40), 1000));
    assertUnreachable(engine::list);
    docker.well();
    assertThat(engine.list()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Exited (0) 2 days ago            | 0",
        "Exited (300) 2 days ago          | 300",
        "Exited (-1) 2 days ago           | -1",
        "Exited (4294967295) 2 days ago   | -1",
        "Exited (99999999999) 2 days ago  |",
        "Exited (lost) 2 days ago         |",
        "Dead                             |"
      })
  void anExitCodeNobodyExpectsKeepsNoListFromBeingRead(String status, Integer code)
      throws EngineException {
    created();
    docker.trouble(
        LIST,
        usual -> {
          String body = usual.get().body();
          return new Answer(
              200,
              body.replaceFirst("\"created\"", "\"exited\"")
                  .replaceFirst("Exited \\(0\\) 1 second ago", status.strip()));
        });
    // What the list does not say is asked for; here that does not help.
    docker.trouble(INSPECT, FakeDocker.says(500, "{\"message\":\"no\"}"));
    Sighting sighting = engine.list().getFirst().sighting();
    assertThat(sighting.phase()).isEqualTo(Sighting.Phase.EXITED);
    assertThat(sighting.exitCode()).isEqualTo(code);
  }

  @Test
  void whatIsListedBesidesOursIsLeftOut() throws EngineException {
    String id = created();
    String labels = docker.container(id).path("Config").path("Labels").toString();
    StringBuilder others = new StringBuilder("[");
    for (int i = 0; i < 10_000; i++) {
      others.append("{\"Id\":\"o").append(i).append("\",\"State\":\"running\"},");
    }
    others.append("{\"Id\":\"a\",\"Labels\":null,\"State\":null,\"Names\":null,\"Ports\":null},");
    others.append("{\"Id\":\"b\",\"Labels\":{\"io.longshore.host\":\"host-1\"}},");
    others.append("{\"Id\":\"c\",\"Labels\":%s},".formatted(labels.replace(HOST, "host-2")));
    others.append(
        "{\"Id\":\"d\",\"Labels\":%s},".formatted(labels.replace(TASK.task().value(), "../x")));
    docker.trouble(LIST, usual -> new Answer(200, others + usual.get().body().substring(1)));
    assertThat(engine.list()).extracting(found -> found.sighting().runtimeId()).containsExactly(id);
  }

  @ParameterizedTest
  @CsvSource({
    "running, RUNNING",
    "paused, RUNNING",
    "restarting, RUNNING",
    "levitating, RUNNING",
    "exited, EXITED",
    "dead, EXITED",
    "removing, EXITED",
    "created, CREATED"
  })
  void whateverIsNotOverRuns(String word, Sighting.Phase phase) throws EngineException {
    String id = created();
    ((ObjectNode) docker.container(id).path("State")).put("Status", word);
    assertThat(engine.list().getFirst().sighting().phase()).isEqualTo(phase);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "99999999999999999", "null"})
  void aTimeThatIsNoneIsNotListed(String created) throws EngineException {
    started(created());
    docker.trouble(
        LIST,
        usual -> {
          String body = usual.get().body();
          return new Answer(200, body.replaceAll("\"Created\":\\d+", "\"Created\":" + created));
        });
    assertThat(engine.list().getFirst().sighting().startedAt()).isNull();
  }

  @Test
  void aWordOfMemoryIsNoEnd() throws EngineException {
    watch();
    String id = created();
    started(id);
    docker.tell(event("oom", id, ""));
    // Were it an end, it would be heard before this one.
    docker.tell(event("health_status: healthy", id, ""));
    await().atMost(Duration.ofSeconds(20)).until(() -> !heard.isEmpty());
    assertThat(heard.element().phase()).isEqualTo(Sighting.Phase.RUNNING);
    assertThat(engine.list().getFirst().sighting().phase()).isEqualTo(Sighting.Phase.RUNNING);
    docker.tell(event("die", id, "\"exitCode\":\"137\","));
    await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() == 2);
    assertThat(heard).last().matches(Sighting::outOfMemory);
  }

  private String event(String action, String id, String more) {
    String labels = docker.container(id).path("Config").path("Labels").toString();
    return "{\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":%s}}\n"
        .formatted(action, id, labels.replaceFirst("\\{", "{" + more));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0001-01-01T00:00:00Z", "", "yesterday", "2026-13-01T00:00:00Z"})
  void aTimeThatIsNoneIsNotTold(String time) throws EngineException {
    String id = created();
    ObjectNode state = (ObjectNode) docker.container(id).path("State");
    state.put("Status", "exited").put("ExitCode", 4_294_967_295L);
    state.put("StartedAt", time).put("FinishedAt", time);
    Sighting sighting = engine.list().getFirst().sighting();
    assertThat(sighting.exitCode()).isEqualTo(-1);
    assertThat(sighting.startedAt()).isIn(null, Instant.ofEpochSecond(1_767_225_600L));
    assertThat(sighting.finishedAt()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "null", "[]", "{\"Id\":", "{\"State\":null}", "{\"State\":{}}"})
  void anInspectionThatSaysNothingIsNoAnswer(String body) throws EngineException {
    String id = created();
    docker.trouble(INSPECT, FakeDocker.says(200, body));
    assertUnreachable(() -> started(id));
    docker.well();
    assertThat(started(id).phase()).isEqualTo(Sighting.Phase.RUNNING);
    ((ObjectNode) docker.container(id).path("State")).put("Status", "exited");
    docker.trouble(INSPECT, FakeDocker.says(200, body));
    // That it ended stands in the list; how, nobody says.
    assertThat(engine.list()).hasSize(1);
  }

  @Test
  void anEngineThatHangsCostsEachCallItsTimeAndNoMore() throws EngineException {
    String id = created();
    for (String call : List.of(CREATE, START)) {
      docker.trouble(call, docker.hangs());
    }
    long begun = System.nanoTime();
    TaskAssignment other = Tasks.of(Tasks.id("other"), SPEC);
    assertUnreachable(() -> engine.create(RUNNER, other, SPEC));
    assertUnreachable(() -> started(id));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LIMIT.multipliedBy(10));
    // What hangs keeps nothing else from being answered.
    assertThat(engine.list()).hasSize(1);
    docker.trouble(".*", docker.hangs());
    assertUnreachable(engine::list);
    assertUnreachable(engine::info);
    docker.well();
    assertThat(started(id).phase()).isEqualTo(Sighting.Phase.RUNNING);
  }

  @Test
  void aContainerWhoseCreationWasNotHeardOfIsFoundAndNotMadeAgain() throws EngineException {
    docker.trouble(CREATE, FakeDocker.losesTheAnswer());
    assertUnreachable(this::created);
    docker.trouble(CREATE, usual -> new Answer(201, usual.get().body().substring(0, 10), 100));
    // Its name is taken by now: this is the container that was made.
    assertThat(docker.made()).isEqualTo(1);
    docker.well();
    assertThat(created()).isEqualTo(engine.list().getFirst().sighting().runtimeId());
    assertThat(docker.made()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"Id\":", "{}", "null", "[]"})
  void aCreationThatSaysNoIdIsAskedForAgain(String body) throws EngineException {
    docker.trouble(CREATE, FakeDocker.doesItAndSays(201, body));
    assertUnreachable(this::created);
    docker.well();
    assertThat(created()).isEqualTo(engine.list().getFirst().sighting().runtimeId());
    assertThat(docker.made()).isEqualTo(1);
  }

  @Test
  void aContainerThatRunsRunsWhateverItsStartSaid() throws EngineException {
    String id = created();
    docker.trouble(START, FakeDocker.doesItAndSays(500, "{\"message\":\"it does not start\"}"));
    assertThat(started(id).phase()).isEqualTo(Sighting.Phase.RUNNING);
    docker.well();
    assertThat(started(id).phase()).as("304").isEqualTo(Sighting.Phase.RUNNING);
    docker.trouble(START, FakeDocker.losesTheAnswer());
    assertUnreachable(() -> started(id));
    docker.well();
    assertThat(started(id).phase()).isEqualTo(Sighting.Phase.RUNNING);
  }

  @Test
  void aStartThatFailsIsRefusedInTheEnginesWords() throws EngineException {
    String id = created();
    docker.trouble(START, FakeDocker.says(500, "{\"message\":\"no space left on device\"}"));
    assertProblem(Problem.REFUSED, () -> started(id));
    docker.trouble(CREATE, FakeDocker.says(500, "{\"message\":\"no space left on device\"}"));
    TaskAssignment other = Tasks.of(Tasks.id("other"), SPEC);
    assertThatThrownBy(() -> engine.create(RUNNER, other, SPEC))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.words()).isEqualTo("no space left on device"));
  }

  @Test
  void aContainerThatDoesNotDieKeepsNobodyForEver() throws EngineException {
    String id = created();
    started(id);
    docker.trouble("POST /containers/.*/kill", FakeDocker.says(204, ""));
    assertThatThrownBy(() -> engine.stop(TASK.task(), SPEC.name(), id, Duration.ZERO))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.words()).isEqualTo("the container does not end, even killed"));
    docker.well();
    Sighting stopped = engine.stop(TASK.task(), SPEC.name(), id, Duration.ofSeconds(2));
    assertThat(stopped).isNotNull();
    assertThat(stopped.exitCode()).isEqualTo(137);
  }

  @Test
  void afterAStreamThatBrokeEverythingIsDoubtedAndEventsComeAgain() throws EngineException {
    watch();
    String id = created();
    assertThat(doubts).hasValue(1);
    docker.tell("{\"Type\":\"container\",\"Action\":\n\n]");
    await().atMost(Duration.ofSeconds(20)).until(() -> docker.streams() == 2);
    await().atMost(Duration.ofSeconds(20)).until(() -> doubts.get() == 2);
    assertThat(heard).isEmpty();
    docker.tell("{}\n{\"Action\":\"die\"}\n{\"Action\":\"die\",\"Actor\":{\"ID\":null}}\n");
    docker.tell(event("die", id, "\"exitCode\":\"300\","));
    await().atMost(Duration.ofSeconds(20)).until(() -> !heard.isEmpty());
    assertThat(heard.element().exitCode()).isEqualTo(300);
  }
}
