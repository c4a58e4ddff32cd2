package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Topics;
import java.io.IOException;
import java.io.Reader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no client should send, over HTTP and on every topic: refused by name, nothing written. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class BadInputTest {
  private static final int LONGEST_LINE = 4_000;

  private Standalone longshore;
  private Ecs ecs;

  @BeforeAll
  void start() {
    longshore = Standalone.up("bad-input", "simulated");
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster("default");
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      ecs.close();
      longshore.close();
    }
  }

  /** How much of everything there is. */
  private List<Integer> counts() {
    return List.of(
        ecs.client().listClusters().clusterArns().size(),
        ecs.client().listTaskDefinitions().taskDefinitionArns().size(),
        ecs.client().listServices(r -> r.cluster("default")).serviceArns().size(),
        ecs.client().listTasks(r -> r.cluster("default")).taskArns().size());
  }

  private void refused(String operation, byte[] body, String type, String named)
      throws IOException, InterruptedException {
    List<Integer> before = counts();

    HttpResponse<String> response = Http.call(longshore.endpoint(), operation, body);

    assertThat(response.statusCode()).as(response.body()).isBetween(400, 499);
    assertThat(response.body()).contains("\"__type\":\"" + type + "\"").contains(named);
    assertThat(response.body().length()).isLessThan(2_000);
    assertThat(counts()).isEqualTo(before);
    assertThat(longshore.log().lines()).allMatch(line -> line.length() < LONGEST_LINE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "CreateCluster | { | SerializationException | message",
        "CreateCluster | [] | SerializationException | message",
        "CreateCluster | {\"clusterName\": 7} | SerializationException | clusterName",
        "CreateCluster | {\"clusterName\": \"a b\"} | InvalidParameterException | luster",
        "MakeCoffee | {} | UnknownOperationException | message",
        "RunTask | {\"taskDefinition\": \"none\"} | ClientException | TaskDefinition not found",
        "RunTask | {\"taskDefinition\": \"none\", \"count\": \"many\"} | SerializationException |"
            + " count",
        "TagResource | {\"resourceArn\": \"arn:aws:ecs:us-east-1:000000000000:cluster/default\","
            + " \"tags\": [{\"key\": \"a\", \"value\": \"b\\u0000\"}]} | SerializationException |"
            + " tags[0].value",
        "ListServices | {\"cluster\": \"nowhere\"} | ClusterNotFoundException | Cluster not found",
        "UpdateService | {\"service\": \"none\", \"desiredCount\": 1} | ServiceNotFoundException |"
            + " Service not found",
        "RegisterTaskDefinition | {\"family\": \"x\"} | ClientException | containerDefinitions",
        "RegisterTaskDefinition | {\"family\": \"x\", \"containerDefinitions\": [{\"name\": \"a\","
            + " \"image\": \"i\", \"memory\": 16, \"essential\": false}]} | ClientException |"
            + " essential",
        "RegisterTaskDefinition | {\"family\": \"x\", \"containerDefinitions\": [{\"name\": \"a\","
            + " \"image\": \"i\", \"memory\": 0}]} | ClientException | memory",
        "RegisterTaskDefinition | {\"family\": \"x\", \"memory\": \"64\", \"containerDefinitions\":"
            + " [{\"name\": \"a\", \"image\": \"i\", \"memory\": 128}]} | ClientException | memory",
        "CreateService | {\"serviceName\": \"s\", \"taskDefinition\": \"none\", \"desiredCount\":"
            + " -1} | InvalidParameterException | desiredCount",
      })
  void isRefusedByName(String operation, String body, String type, String named) throws Exception {
    refused(operation, body.getBytes(StandardCharsets.UTF_8), type, named);
  }

  @Test
  void overlongNamesAreRefused() throws Exception {
    String body = "{\"clusterName\": \"%s\"}".formatted("x".repeat(100_000));
    refused(
        "CreateCluster",
        body.getBytes(StandardCharsets.UTF_8),
        "InvalidParameterException",
        "luster");
  }

  @Test
  void twoMegabytesAreRefused() throws Exception {
    refused("CreateCluster", new byte[2 << 20], "RequestEntityTooLargeException", "at most");
  }

  @Test
  void unknownMembersAreIgnored() throws Exception {
    HttpResponse<String> response =
        Http.call(
            longshore.endpoint(),
            "ListClusters",
            "{\"nobodyKnowsMe\": {\"a\": [1]}}".getBytes(StandardCharsets.UTF_8));

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void poisonOnEveryTopicIsPutAsideAndTheRestFlows() throws Exception {
    List<byte[]> poisons =
        List.of(
            "not json".getBytes(StandardCharsets.UTF_8),
            "{\"type\": \"NoSuchThing\"}".getBytes(StandardCharsets.UTF_8),
            "{\"cluster\": \"a\\u0000\", \"active\": true}".getBytes(StandardCharsets.UTF_8),
            new byte[0]);
    Map<String, Integer> partitions =
        Map.of(
            Topics.COMMANDS, 4,
            Topics.REPORTS, 4,
            Topics.ORDERS, 16,
            Topics.CLUSTERS, 1,
            Topics.REPLIES, 1);
    try (var producer =
        new KafkaProducer<>(kafka(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (Map.Entry<String, Integer> topic : partitions.entrySet()) {
        for (int partition = 0; partition < topic.getValue(); partition++) {
          for (byte[] poison : poisons) {
            producer
                .send(
                    new ProducerRecord<>(
                        topic.getKey(), partition, new byte[] {(byte) 0xff, 0}, poison))
                .get();
          }
        }
      }
    }

    ecs.cluster("after-the-poison");
    String definition = ecs.register("after", Ecs.FOREVER);
    ecs.service("after-the-poison", "web", definition, 3);
    ecs.awaitCount("after-the-poison", "web", 3, 60);
    Map<String, Integer> aside = new HashMap<>();
    Waiting.forState("every poison of commands, reports and clusters put aside", 30)
        .untilAsserted(() -> {
          aside.clear();
          quarantined().forEach(topic -> aside.merge(topic, 1, Integer::sum));
          assertThat(aside)
              .containsEntry(Topics.COMMANDS, 16)
              .containsEntry(Topics.REPORTS, 16)
              .containsEntry(Topics.CLUSTERS, 4);
        });
    System.out.println("Put aside, by the topic it came from: " + aside);
    assertThat(longshore.log().lines()).allMatch(line -> line.length() < LONGEST_LINE);
  }

  /** The topics that the quarantined records came from; each has a reason. */
  private List<String> quarantined() throws IOException {
    List<String> origins = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(kafka(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(Topics.QUARANTINE, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          assertThat(header(record, Topics.QUARANTINE_REASON)).isNotBlank().hasSizeLessThan(500);
          origins.add(header(record, Topics.QUARANTINE_ORIGIN).split("[/-]", 2)[0]);
        }
      }
    }
    return origins;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private Map<String, Object> kafka() throws IOException {
    Properties ports = new Properties();
    try (Reader reader = Files.newBufferedReader(longshore.data().resolve("ports.properties"))) {
      ports.load(reader);
    }
    return Map.of("bootstrap.servers", "127.0.0.1:" + ports.getProperty("kafka"));
  }
}
