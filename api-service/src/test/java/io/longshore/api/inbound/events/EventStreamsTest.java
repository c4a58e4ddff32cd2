package io.longshore.api.inbound.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.api.core.EventPosition;
import io.longshore.api.core.EventSubject;
import io.longshore.api.testing.TestBroker;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.Topics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/events} on a real broker. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@QuarkusTestResource(value = TestBroker.class, restrictToAnnotatedClass = true)
@SuppressWarnings("NullAway.Init")
class EventStreamsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TestHTTPResource("/")
  URI root;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String servers;

  @Inject EventStreams opened;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Stream> streams = new ArrayList<>();
  private KafkaProducer<String, byte[]> producer;

  @BeforeEach
  void open() {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "linger.ms", 0),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  @AfterEach
  void close() {
    producer.close();
    streams.forEach(Stream::close);
    await().atMost(PATIENCE).until(() -> opened.count() == 0);
  }

  private void produce(int partition, String json) {
    byte[] value = json.getBytes(StandardCharsets.UTF_8);
    producer.send(new ProducerRecord<>(Topics.EVENTS, partition, "key", value));
    producer.flush();
  }

  private static String event(String test, int number) {
    return event(test, number, "");
  }

  private static String event(String test, int number, String padding) {
    String arn = "arn:aws:ecs:us-east-1:000000000000:";
    return """
    {"resources":["%sservice/%s/web%d"],"detail":{"clusterArn":"%scluster/%s"},"number":%d,"padding":"%s"}
    """
        .strip()
        .formatted(arn, test, number % 2, arn, test, number, padding);
  }

  /** Numbers from and to, over all partitions. */
  private void produce(String test, int from, int to) {
    for (int i = from; i < to; i++) {
      produce(i % TestBroker.PARTITIONS, event(test, i));
    }
  }

  /** What a reader has received. */
  private static final class Stream {
    private final List<Integer> numbers = new CopyOnWriteArrayList<>();
    private final List<String> resets = new CopyOnWriteArrayList<>();
    private final InputStream body;
    private volatile String id = "";

    Stream(InputStream body) {
      this.body = body;
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
        String line = lines.readLine();
        boolean reset = false;
        while (line != null) {
          if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else if (line.equals("event: reset")) {
            reset = true;
          } else if (line.startsWith("data: ") && reset) {
            resets.add(line);
            reset = false;
          } else if (line.startsWith("data: ")) {
            numbers.add(Integer.valueOf(line.replaceAll(".*\"number\":(\\d+).*", "$1")));
          }
          line = lines.readLine();
        }
      } catch (IOException e) {
        // Closed.
        return;
      }
    }

    void close() {
      try {
        body.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private HttpRequest.Builder request(String query) {
    return HttpRequest.newBuilder(root.resolve("/v1/events" + query)).timeout(PATIENCE);
  }

  private Stream stream(String query, String lastEventId) throws Exception {
    HttpRequest.Builder request = request(query);
    if (!lastEventId.isEmpty()) {
      request.header("Last-Event-ID", lastEventId);
    }
    HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    Stream stream = new Stream(response.body());
    streams.add(stream);
    await().atMost(PATIENCE).until(() -> !stream.id.isEmpty());
    return stream;
  }

  private static Integer[] numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toArray(Integer[]::new);
  }

  private static void awaitAll(Stream stream, int from, int to) {
    await().atMost(PATIENCE).until(() -> stream.numbers.size() >= to - from);
    assertThat(stream.numbers).containsExactlyInAnyOrder(numbers(from, to));
  }

  @Test
  void everyReaderGetsEverythingFromNowOn() throws Exception {
    produce("early", 0, 5);
    List<Stream> readers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      readers.add(stream("?cluster=all", ""));
    }
    produce("all", 0, 200);
    for (Stream reader : readers) {
      awaitAll(reader, 0, 200);
    }
  }

  @Test
  void whoComesAgainMissesNothingAndGetsNothingTwice() throws Exception {
    Stream first = stream("?cluster=again", "");
    produce("again", 0, 30);
    awaitAll(first, 0, 30);
    first.close();
    // More than is kept in memory, and what somebody wrote by mistake.
    produce("again", 30, 30 + 4 * TestBroker.KEPT);
    produce(0, "no json");
    Stream second = stream("?cluster=again", first.id);
    produce("again", 30 + 4 * TestBroker.KEPT, 300);
    awaitAll(second, 30, 300);
    second.close();
    // This time it is still in memory.
    produce("again", 300, 310);
    Stream third = stream("?cluster=again", second.id);
    awaitAll(third, 300, 310);
    assertThat(List.of(first, second, third)).allMatch(stream -> stream.resets.isEmpty());
  }

  @Test
  void onlyWhatIsAskedFor() throws Exception {
    Stream web1 = stream("?cluster=filter&service=web1", "");
    Stream other = stream("?cluster=other", "");
    String before = other.id;
    produce("filter", 0, 10);
    await().atMost(PATIENCE).until(() -> web1.numbers.size() == 5);
    assertThat(web1.numbers).containsExactlyInAnyOrder(1, 3, 5, 7, 9);
    // A position goes on even when nothing is let through.
    await().atMost(PATIENCE).until(() -> !other.id.equals(before));
    assertThat(other.numbers).isEmpty();
  }

  @Test
  void whatIsNotKeptIsSaid() throws Exception {
    Stream first = stream("?cluster=lost", "");
    String id = first.id;
    produce("lost", 0, 2 * TestBroker.KEPT);
    awaitAll(first, 0, 2 * TestBroker.KEPT);
    EventPosition now = EventPosition.parse(first.id);
    assertThat(now).isNotNull();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      long end = now.next().getFirst();
      admin
          .deleteRecords(
              Map.of(new TopicPartition(Topics.EVENTS, 0), RecordsToDelete.beforeOffset(end)))
          .all()
          .get();
    }
    for (String gone : List.of(id, id.replaceFirst("^[^.]*", "another"), now.topic() + ".1")) {
      Stream again = stream("?cluster=lost", gone);
      await().atMost(PATIENCE).until(() -> again.resets.size() == 1);
    }
    Stream after = streams.getLast();
    produce("lost", 900, 903);
    awaitAll(after, 900, 903);
  }

  @Test
  void anotherInstanceTakesOver() throws Exception {
    Stream here = stream("?cluster=moved", "");
    produce("moved", 0, 20);
    awaitAll(here, 0, 20);
    here.close();
    produce("moved", 20, 90);

    EventLog log = new EventLog(BrokerConnection.to(servers));
    EventTail tail = new EventTail(log, TestBroker.KEPT);
    List<String> received = new CopyOnWriteArrayList<>();
    EventStream there =
        new EventStream(
            tail,
            log,
            new Semaphore(1),
            Duration.ofMillis(100),
            new EventSubject("moved", null, null),
            EventPosition.parse(here.id),
            received::add);
    Thread thread = Thread.ofVirtual().start(() -> runUntilInterrupted(there));
    await().atMost(PATIENCE).until(() -> String.join("", received).contains("\"number\":89"));
    produce("moved", 90, 100);
    await().atMost(PATIENCE).until(() -> count(received) >= 80);
    thread.interrupt();
    thread.join();
    tail.close();
    assertThat(count(received)).isEqualTo(80);
    assertThat(String.join("", received)).doesNotContain("reset").contains("\"number\":99");
  }

  private static long count(List<String> received) {
    return String.join("", received).lines().filter(line -> line.startsWith("data: ")).count();
  }

  private static void runUntilInterrupted(EventStream stream) {
    try {
      stream.run();
    } catch (Sink.GoneException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whoDoesNotReadIsCutOff() throws Exception {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "GET /v1/events?cluster=slow HTTP/1.1\r\nHost: a\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      await().atMost(PATIENCE).until(() -> opened.count() == 1);
      Stream quick = stream("?cluster=slow", "");
      assertThat(opened.count()).isEqualTo(2);
      String padding = "x".repeat(200_000);
      // More than the two sockets' buffers take in.
      for (int i = 0; i < 100; i++) {
        produce(i % TestBroker.PARTITIONS, event("slow", i, padding));
      }
      awaitAll(quick, 0, 100);
      await().atMost(PATIENCE).until(() -> opened.count() == 1);
      assertThat(quick.numbers).hasSize(100);
    }
  }

  @Test
  void whatIsWrongIsRefused() throws Exception {
    for (String query :
        List.of("?clutser=a", "?cluster=a&cluster=b", "?task=x", "?service=a%20b")) {
      HttpResponse<String> refused = http.send(request(query).build(), BodyHandlers.ofString());
      assertThat(refused.statusCode()).as(query).isEqualTo(400);
      assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
    }
    HttpResponse<String> noId =
        http.send(
            request("").header("Last-Event-ID", "never issued").build(), BodyHandlers.ofString());
    assertThat(noId.statusCode()).isEqualTo(400);
    HttpResponse<String> head =
        http.send(
            request("").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    HttpResponse<String> delete = http.send(request("").DELETE().build(), BodyHandlers.ofString());
    assertThat(delete.statusCode()).isEqualTo(405);
  }
}
