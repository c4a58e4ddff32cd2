package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.longshore.api.testing.OutputBroker;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Ids;
import io.longshore.messages.Output;
import io.longshore.messages.OutputLine;
import io.longshore.messages.TaskId;
import io.longshore.messages.Topics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroup;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/** Output from a real broker, as the real client of AWS and as plain HTTP read it. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@QuarkusTestResource(value = OutputBroker.class, restrictToAnnotatedClass = true)
@SuppressWarnings("NullAway.Init")
class OutputApiTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ClusterName CLUSTER = new ClusterName("default");
  private static final long BEGIN = System.currentTimeMillis() - 60_000;

  @TestHTTPResource("/")
  URI root;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String servers;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private KafkaProducer<byte[], byte[]> producer;
  private CloudWatchLogsClient logs;

  @BeforeEach
  void open() {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "linger.ms", 0, "compression.type", "gzip"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    logs =
        CloudWatchLogsClient.builder()
            .endpointOverride(root)
            .region(Region.US_EAST_1)
            .httpClient(Apache5HttpClient.create())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(20)))
            .build();
  }

  @AfterEach
  void close() {
    producer.close();
    logs.close();
  }

  private static TaskId task(String what) {
    return new TaskId(Ids.derive("output", what));
  }

  /** Lines {@code from} to {@code to}, a millisecond apart, of a container {@code app}. */
  private void produce(String group, String what, int from, int to) {
    produce(group, what, "app", from, to, 0);
  }

  private void produce(
      String group, String what, String container, int from, int to, int nanosLater) {
    List<OutputLine> lines =
        IntStream.range(from, to)
            .mapToObj(i -> {
              long at = (BEGIN + i) * 1_000_000 + nanosLater;
              return new OutputLine(at, at, i % 10 == 9, (i % 5 == 0 ? "ERROR " : "line ") + i);
            })
            .toList();
    String stream = "web/" + container + "/" + task(what);
    Output output = new Output(CLUSTER, task(what), container, group, stream, lines);
    byte[] key = output.key().getBytes(StandardCharsets.UTF_8);
    producer.send(new ProducerRecord<>(Topics.OUTPUT, key, Codec.encode(output)));
    producer.flush();
  }

  private static String stream(String what) {
    return "web/app/" + task(what);
  }

  private void awaitLines(String group, String what, int count) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() ->
            logs.getLogEvents(r -> r.logGroupName(group).logStreamName(stream(what)))
                    .events()
                    .size()
                >= count);
  }

  private static List<String> messages(List<OutputLogEvent> events) {
    return events.stream().map(OutputLogEvent::message).toList();
  }

  private static String text(int i) {
    return (i % 5 == 0 ? "ERROR " : "line ") + i;
  }

  private static List<String> texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(OutputApiTest::text).toList();
  }

  @Test
  void aStreamIsReadFromEitherEnd() {
    produce("/ecs/ends", "ends", 0, 30);
    // A repetition, as after the sudden end of a runner, and what somebody wrote by mistake.
    produce("/ecs/ends", "ends", 20, 50);
    producer.send(new ProducerRecord<>(Topics.OUTPUT, "no json".getBytes(StandardCharsets.UTF_8)));
    produce("/ecs/ends", "ends", 50, 60);
    awaitLines("/ecs/ends", "ends", 60);
    GetLogEventsResponse tail = get("ends", null, 25, false);
    assertThat(messages(tail.events())).isEqualTo(texts(35, 60));
    GetLogEventsResponse before = get("ends", tail.nextBackwardToken(), 25, false);
    assertThat(messages(before.events())).isEqualTo(texts(10, 35));
    GetLogEventsResponse first = get("ends", before.nextBackwardToken(), 25, false);
    assertThat(messages(first.events())).isEqualTo(texts(0, 10));
    GetLogEventsResponse none = get("ends", first.nextBackwardToken(), 25, false);
    assertThat(none.events()).isEmpty();
    assertThat(none.nextBackwardToken()).isEqualTo(first.nextBackwardToken());

    GetLogEventsResponse end = get("ends", tail.nextForwardToken(), 25, false);
    assertThat(end.events()).isEmpty();
    assertThat(end.nextForwardToken()).isEqualTo(tail.nextForwardToken());
    assertThat(messages(get("ends", end.nextBackwardToken(), 5, false).events()))
        .isEqualTo(texts(55, 60));
    produce("/ecs/ends", "ends", 60, 62);
    awaitLines("/ecs/ends", "ends", 62);
    assertThat(messages(get("ends", end.nextForwardToken(), 25, false).events()))
        .isEqualTo(texts(60, 62));

    List<String> whole = new ArrayList<>();
    String token = null;
    for (GetLogEventsResponse page = get("ends", token, 7, true);
        !page.nextForwardToken().equals(token);
        page = get("ends", token, 7, true)) {
      whole.addAll(messages(page.events()));
      token = page.nextForwardToken();
    }
    assertThat(whole).isEqualTo(texts(0, 62));
  }

  private GetLogEventsResponse get(String what, @Nullable String token, int limit, boolean head) {
    return logs.getLogEvents(r ->
        r.logGroupName("/ecs/" + what)
            .logStreamName(stream(what))
            .nextToken(token)
            .limit(limit)
            .startFromHead(head));
  }

  @Test
  void timesBoundWhatIsRead() {
    produce("/ecs/times", "times", 0, 100);
    awaitLines("/ecs/times", "times", 100);
    List<OutputLogEvent> events =
        logs.getLogEvents(r ->
                r.logGroupIdentifier("arn:aws:logs:us-east-1:000000000000:log-group:/ecs/times:*")
                    .logStreamName(stream("times"))
                    .startTime(BEGIN + 10)
                    .endTime(BEGIN + 20))
            .events();
    assertThat(messages(events)).isEqualTo(texts(10, 20));
    assertThat(events.getFirst().timestamp()).isEqualTo(BEGIN + 10);
    assertThat(events.getFirst().ingestionTime()).isGreaterThanOrEqualTo(BEGIN);
  }

  @Test
  void groupsAndStreamsAreListed() {
    for (int i = 0; i < 5; i++) {
      produce("/list/a", "list" + i, 10 * i, 10 * i + 1);
      awaitLines("/list/a", "list" + i, 1);
    }
    produce("/list/b", "listb", 0, 1);
    awaitLines("/list/b", "listb", 1);
    List<LogGroup> groups =
        logs.describeLogGroupsPaginator(r -> r.logGroupNamePrefix("/list/").limit(1)).stream()
            .flatMap(page -> page.logGroups().stream())
            .toList();
    assertThat(groups).extracting(LogGroup::logGroupName).containsExactly("/list/a", "/list/b");
    assertThat(logs.describeLogGroups(r -> r.logGroupNamePattern("IST/B")).logGroups())
        .extracting(LogGroup::logGroupName)
        .containsExactly("/list/b");
    assertThat(groups.getFirst().storedBytes()).isPositive();
    assertThat(groups.getFirst().arn())
        .isEqualTo("arn:aws:logs:us-east-1:000000000000:log-group:/list/a:*");
    List<String> byName =
        logs.describeLogStreamsPaginator(r -> r.logGroupName("/list/a").limit(2)).stream()
            .flatMap(page -> page.logStreams().stream())
            .map(LogStream::logStreamName)
            .toList();
    assertThat(byName).hasSize(5).isSorted();
    List<LogStream> byTime =
        logs
            .describeLogStreamsPaginator(r ->
                r.logGroupName("/list/a")
                    .orderBy(OrderBy.LAST_EVENT_TIME)
                    .descending(true)
                    .limit(2))
            .stream()
            .flatMap(page -> page.logStreams().stream())
            .toList();
    assertThat(byTime)
        .extracting(LogStream::logStreamName)
        .containsExactly(
            stream("list4"), stream("list3"), stream("list2"), stream("list1"), stream("list0"));
    assertThat(byTime.getFirst().lastEventTimestamp()).isEqualTo(BEGIN + 40);
    assertThat(
            logs.describeLogStreams(
                    r -> r.logGroupName("/list/a").logStreamNamePrefix(stream("list3")))
                .logStreams())
        .hasSize(1);
  }

  @Test
  void aGroupIsSearched() {
    produce("/ecs/search", "one", 0, 100);
    produce("/ecs/search", "two", "app", 0, 100, 10);
    awaitLines("/ecs/search", "one", 100);
    awaitLines("/ecs/search", "two", 100);
    List<FilteredLogEvent> found =
        logs
            .filterLogEventsPaginator(
                r -> r.logGroupName("/ecs/search").filterPattern("ERROR -\"ERROR 5\"").limit(7))
            .events()
            .stream()
            .toList();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i += 5) {
      if (i != 5 && i < 50 || i >= 60) {
        expected.add(text(i));
        expected.add(text(i));
      }
    }
    assertThat(found).extracting(FilteredLogEvent::message).isEqualTo(expected);
    assertThat(found)
        .extracting(FilteredLogEvent::logStreamName)
        .startsWith(stream("one"), stream("two"));
    assertThat(found).extracting(FilteredLogEvent::eventId).doesNotHaveDuplicates();
    assertThat(
            logs.filterLogEvents(r ->
                    r.logGroupName("/ecs/search")
                        .logStreamNames(stream("two"))
                        .startTime(BEGIN + 90)
                        .endTime(BEGIN + 91))
                .events())
        .extracting(FilteredLogEvent::message)
        .containsExactly(text(90), text(91));
  }

  @Test
  void whatIsWrongIsSaidInTheModelsWords() {
    produce("/ecs/wrong", "wrong", 0, 1);
    awaitLines("/ecs/wrong", "wrong", 1);
    assertThatThrownBy(() -> logs.getLogEvents(r -> r.logGroupName("/no").logStreamName("a")))
        .isInstanceOf(ResourceNotFoundException.class)
        .hasMessageContaining("group does not exist");
    assertThatThrownBy(
            () -> logs.getLogEvents(r -> r.logGroupName("/ecs/wrong").logStreamName("a")))
        .isInstanceOf(ResourceNotFoundException.class)
        .hasMessageContaining("stream does not exist");
    assertThatThrownBy(() -> get("wrong", "made-up", 1, true))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(() -> get("wrong", null, 0, true))
        .isInstanceOf(InvalidParameterException.class);
    for (String pattern : List.of("{ $.a = 1 }", "[a, b]", "%x%")) {
      assertThatThrownBy(
              () -> logs.filterLogEvents(r -> r.logGroupName("/ecs/wrong").filterPattern(pattern)))
          .isInstanceOf(InvalidParameterException.class);
    }
    assertThatThrownBy(() ->
            logs.describeLogStreams(r ->
                r.logGroupName("/ecs/wrong")
                    .logStreamNamePrefix("a")
                    .orderBy(OrderBy.LAST_EVENT_TIME)))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(() -> logs.createLogGroup(r -> r.logGroupName("a")))
        .isInstanceOfSatisfying(
            CloudWatchLogsException.class,
            e ->
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnknownOperationException"));
  }

  private HttpRequest.Builder request(String what, String query) {
    URI address = root.resolve("/v1/clusters/default/tasks/%s/logs%s".formatted(task(what), query));
    return HttpRequest.newBuilder(address).timeout(PATIENCE);
  }

  private JsonNode page(String what, String query) throws Exception {
    HttpResponse<String> response =
        http.send(request(what, query).build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  @Test
  void theLinesOfATaskInPages() throws Exception {
    produce("/ecs/rest", "rest", "app", 0, 50, 0);
    produce("/ecs/rest", "rest", "side", 0, 50, 10);
    awaitLines("/ecs/rest", "rest", 50);
    await().atMost(PATIENCE).until(() -> page("rest", "?limit=1000").path("lines").size() == 100);
    List<String> read = new ArrayList<>();
    String token = "";
    do {
      JsonNode page = page("rest", "?limit=7" + (token.isEmpty() ? "" : "&nextToken=" + token));
      page.path("lines")
          .forEach(
              line -> read.add(line.path("container").asText() + " " + line.path("text").asText()));
      token = page.path("nextToken").asText();
    } while (!token.isEmpty());
    List<String> expected = new ArrayList<>();
    texts(0, 50).forEach(text -> expected.addAll(List.of("app " + text, "side " + text)));
    assertThat(read).isEqualTo(expected);

    String since = Instant.ofEpochMilli(BEGIN + 19).toString();
    String until = Instant.ofEpochMilli(BEGIN + 21).toString();
    JsonNode some = page("rest", "?container=side&since=" + since + "&until=" + until);
    assertThat(some.path("lines").size()).isEqualTo(2);
    JsonNode first = some.path("lines").get(0);
    assertThat(first.path("source").asText()).isEqualTo("stderr");
    assertThat(Instant.parse(first.path("time").asText()))
        .isEqualTo(Instant.ofEpochMilli(BEGIN + 19).plusNanos(10));
    for (String wrong : List.of("?limt=1", "?limit=0", "?since=x", "?follow=yes", "?nextToken=a")) {
      HttpResponse<String> refused =
          http.send(request("rest", wrong).build(), BodyHandlers.ofString());
      assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
    }
    HttpResponse<String> none = http.send(request("never", "").build(), BodyHandlers.ofString());
    assertThat(none.statusCode()).isEqualTo(404);
  }

  /** What a follower has received. */
  private static final class Follower implements AutoCloseable {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final InputStream body;
    private volatile String id = "";

    Follower(InputStream body) {
      this.body = body;
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else if (line.startsWith("data: ")) {
            texts.add(JSON.readTree(line.substring(6)).path("text").asText());
          }
        }
      } catch (IOException e) {
        // Closed.
        return;
      }
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  @Test
  void linesAreFollowedAndTakenUpAgain() throws Exception {
    produce("/ecs/follow", "follow", 0, 10);
    awaitLines("/ecs/follow", "follow", 10);
    String id;
    HttpResponse<InputStream> response =
        http.send(request("follow", "?follow=true").build(), BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    try (Follower follower = new Follower(response.body())) {
      await().atMost(PATIENCE).until(() -> follower.texts.size() == 10);
      produce("/ecs/follow", "follow", 10, 20);
      await().atMost(PATIENCE).until(() -> follower.texts.size() == 20);
      assertThat(follower.texts).isEqualTo(texts(0, 20));
      id = follower.id;
    }
    produce("/ecs/follow", "follow", 20, 30);
    HttpRequest again =
        request("follow", "")
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", id)
            .build();
    try (Follower follower = new Follower(http.send(again, BodyHandlers.ofInputStream()).body())) {
      await().atMost(PATIENCE).until(() -> follower.texts.size() == 10);
      assertThat(follower.texts).isEqualTo(texts(20, 30));
    }
  }
}
