package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.ecs.model.LogDriver;
import software.amazon.awssdk.services.ecs.model.Task;

/** What containers write is kept, read and followed; a sudden end neither loses nor doubles it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OutputTest {
  private static final String CLUSTER = "output";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TICKS =
      "i=0; trap 'exit 0' TERM; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;
  private CloudWatchLogsClient logs;

  @BeforeAll
  void start() {
    engine = TestEngine.orSkip();
    longshore = Standalone.up("output", "docker");
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
    logs =
        CloudWatchLogsClient.builder()
            .endpointOverride(longshore.endpoint())
            .region(Region.US_EAST_1)
            .httpClient(Apache5HttpClient.create())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .build();
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      String host = longshore.hostId();
      ecs.tearDown(CLUSTER);
      Waiting.forState("nothing left on the engine", 60)
          .until(() -> engine.containers(host).isEmpty());
      logs.close();
      ecs.close();
      longshore.close();
      engine.removeAll(host);
    }
    if (engine != null) {
      engine.close();
    }
  }

  private static String id(Task task) {
    return task.taskArn().substring(task.taskArn().lastIndexOf('/') + 1);
  }

  /** The whole stream, page by page from its beginning. */
  private List<String> whole(String group, String stream) {
    List<String> messages = new ArrayList<>();
    String token = null;
    while (true) {
      String from = token;
      GetLogEventsResponse page =
          logs.getLogEvents(r ->
              r.logGroupName(group)
                  .logStreamName(stream)
                  .startFromHead(true)
                  .limit(1000)
                  .nextToken(from));
      page.events().stream().map(OutputLogEvent::message).forEach(messages::add);
      if (page.nextForwardToken().equals(token)) {
        return messages;
      }
      token = page.nextForwardToken();
    }
  }

  private URI address(Task task, String query) {
    return longshore
        .endpoint()
        .resolve("/v1/clusters/%s/tasks/%s/logs%s".formatted(CLUSTER, id(task), query));
  }

  @Test
  void aShortJobLosesNothing() throws Exception {
    String script =
        """
        for i in $(seq 200); do echo line $i; done
        head -c 100000 /dev/zero | tr '\\0' y; echo
        echo oops >&2
        printf 'the end'
        """;
    String definition =
        ecs.register(
            "job",
            script,
            c ->
                c.logConfiguration(l ->
                    l.logDriver(LogDriver.AWSLOGS)
                        .options(
                            Map.of(
                                "awslogs-group", "/shop/jobs",
                                "awslogs-region", "us-east-1",
                                "awslogs-stream-prefix", "nightly"))));
    Task task = ecs.await(CLUSTER, ecs.run(CLUSTER, definition).taskArn(), "STOPPED");
    String stream = "nightly/main/" + id(task);
    Waiting.forState("all of the job's output", 60)
        .ignoreExceptions()
        .until(() -> whole("/shop/jobs", stream).size() >= 203);
    List<String> out = new ArrayList<>(whole("/shop/jobs", stream));
    assertThat(out).hasSize(203).contains("oops");
    // Of two outputs only the order of each is certain.
    out.remove("oops");
    assertThat(out.subList(0, 200))
        .isEqualTo(IntStream.rangeClosed(1, 200).mapToObj(i -> "line " + i).toList());
    assertThat(out.subList(200, 202)).containsExactly("y".repeat(100_000), "the end");

    JsonNode page = JSON.readTree(Http.get(address(task, "?limit=1000")));
    assertThat(page.path("lines").size()).isEqualTo(203);
    assertThat(page.path("lines").findValuesAsText("source")).contains("stdout", "stderr");
    assertThat(page.path("lines").get(0).path("container").asText()).isEqualTo("main");
    assertThat(
            logs.filterLogEvents(r -> r.logGroupName("/shop/jobs").filterPattern("oops")).events())
        .hasSize(1);
  }

  /** Lines of a stream of server-sent events, and where it is resumed. */
  private final class Follower implements AutoCloseable {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final Stream<String> body;
    private final Thread reader;
    private volatile String id;

    Follower(Task task, String lastId) {
      id = lastId;
      HttpRequest.Builder request = HttpRequest.newBuilder(address(task, "?follow=true"));
      if (!lastId.isEmpty()) {
        request.header("Last-Event-ID", lastId);
      }
      AtomicReference<Stream<String>> opened = new AtomicReference<>(Stream.empty());
      // An api that has just come back looks at its files first, and says so.
      Waiting.forState("a stream of output", 60)
          .until(() -> {
            var response = http.send(request.build(), BodyHandlers.ofLines());
            opened.set(response.body());
            return response.statusCode() == 200;
          });
      body = Objects.requireNonNull(opened.get());
      reader = Thread.ofVirtual().start(this::read);
    }

    private void read() {
      String[] next = {id};
      try {
        body.forEach(line -> {
          if (line.startsWith("id: ")) {
            next[0] = line.substring(4);
          } else if (line.startsWith("data: ")) {
            texts.add(text(line.substring(6)));
            id = next[0];
          }
        });
      } catch (UncheckedIOException e) {
        // The other side has gone.
        return;
      }
    }

    private static String text(String json) {
      try {
        return JSON.readTree(json).path("text").asText();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void awaitLines(int count) {
      Waiting.forState(count + " lines", 60).until(() -> texts.size() >= count);
    }

    /** The other side has gone, and what it sent has been read. */
    void awaitEnd() throws InterruptedException {
      assertThat(reader.join(Duration.ofSeconds(30))).isTrue();
    }

    @Override
    public void close() {
      body.close();
    }
  }

  private static List<String> ticks(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "tick " + i).toList();
  }

  @Test
  void aSuddenEndOfEverythingNeitherLosesNorDoublesLines() throws Exception {
    ecs.service(CLUSTER, "ticks", ecs.register("ticks", TICKS), 1);
    ecs.awaitCount(CLUSTER, "ticks", 1, 60);
    Task task =
        ecs.tasks(CLUSTER).stream()
            .filter(one -> "service:ticks".equals(one.group()))
            .findFirst()
            .orElseThrow();
    String stream = "ticks/main/" + id(task);
    String id;
    int seen;
    try (Follower follower = new Follower(task, "")) {
      follower.awaitLines(40);
      ProcessHandle embedded = ProcessHandle.of(longshore.embeddedPid()).orElseThrow();
      longshore.jvm().kill();
      Waiting.forState("the end of broker and database", 30).until(() -> !embedded.isAlive());
      follower.awaitEnd();
      seen = follower.texts.size();
      id = follower.id;
      assertThat(follower.texts).isEqualTo(ticks(1, seen + 1));
    }
    longshore.again();
    ecs.awaitCount(CLUSTER, "ticks", 1, 60);
    try (Follower follower = new Follower(task, id)) {
      follower.awaitLines(200);
      int more = follower.texts.size();
      assertThat(follower.texts.subList(0, more)).isEqualTo(ticks(seen + 1, seen + 1 + more));
    }
    List<String> all = whole("/ecs/ticks", stream);
    assertThat(all).hasSizeGreaterThan(seen).isEqualTo(ticks(1, all.size() + 1));
    assertThat(ecs.service(CLUSTER, "ticks").events()).isNotEmpty();
  }
}
