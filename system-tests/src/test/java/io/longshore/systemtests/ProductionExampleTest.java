package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;

/**
 * The settings, certificates and rights of k8s/overlays/production are enough for everything to
 * work, and no more than that.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
@Isolated("Six programs that start keep the machine busy.")
class ProductionExampleTest {
  private static final String CLUSTER = "production";
  private static final List<String> SERVICES =
      List.of("api", "scheduler", "runner", "load-balancer");

  private TestEngine engine;
  private ProductionExample example;
  private HttpClient http;
  private Ecs ecs;

  @BeforeAll
  void start() throws Exception {
    TestImages.orSkip();
    if (!Program.isInstalled("kustomize")) {
      Program.orSkip("kubectl");
    }
    engine = TestEngine.orSkip();
    var directory = Built.directory("production");
    TestImages.build(directory);
    example = new ProductionExample(directory);
    example.up();
    SSLContext context = SSLContext.getInstance("TLS");
    TrustManager[] trusted = example.trust();
    context.init(null, trusted, null);
    http = HttpClient.newBuilder().sslContext(context).build();
    try {
      Waiting.forState("an api that is ready", 120)
          .ignoreExceptions()
          .until(() -> status("q/health/ready") == 200);
    } catch (RuntimeException e) {
      throw new AssertionError(logs(), e);
    }
    ecs = Ecs.at(example.api(), trusted);
    ecs.cluster(CLUSTER);
  }

  @AfterAll
  void stop() throws Exception {
    if (ecs != null) {
      ecs.close();
    }
    if (http != null) {
      http.close();
    }
    if (example != null) {
      example.close();
      engine.removeAll(example.hostId());
    }
    if (engine != null) {
      engine.close();
    }
  }

  private int status(String path) throws IOException, InterruptedException {
    return answer(path).statusCode();
  }

  private HttpResponse<String> answer(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(example.api().resolve(path)).build(), BodyHandlers.ofString());
  }

  private String logs() throws InterruptedException {
    StringBuilder logs = new StringBuilder();
    for (String service : SERVICES) {
      logs.append(example.log(service));
    }
    return logs.toString();
  }

  @Test
  @Order(1)
  void callsInClearTextAreNotAnswered() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", example.api().getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              "GET /q/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP/1.1");
    }
  }

  @Test
  @Order(2)
  void aServiceRunsHealsAndItsOutputIsRead() throws Exception {
    String definition = ecs.register("web", "echo a task speaks; " + Ecs.FOREVER);
    ecs.service(CLUSTER, "web", definition, 2);
    ecs.awaitCount(CLUSTER, "web", 2, 60);
    List<String> before = engine.running(example.hostId());
    engine.kill(before.getFirst());
    Waiting.forState("a replacement", 60)
        .until(() -> {
          List<String> now = engine.running(example.hostId());
          return now.size() == 2 && !now.contains(before.getFirst());
        });
    ecs.awaitCount(CLUSTER, "web", 2, 60);
    Task task = ecs.tasks(CLUSTER).getFirst();
    String id = task.taskArn().substring(task.taskArn().lastIndexOf('/') + 1);
    Waiting.forState("what the task has written", 60)
        .until(() ->
            answer("v1/clusters/%s/tasks/%s/logs".formatted(CLUSTER, id))
                .body()
                .contains("a task speaks"));
    ecs.client().deleteService(r -> r.cluster(CLUSTER).service("web").force(true));
    Waiting.forState("the end of the service", 60)
        .until(() -> engine.containers(example.hostId()).isEmpty());
  }

  @Test
  @Order(3)
  void theLoadBalancerFindsTasks() throws Exception {
    try (ElasticLoadBalancingV2Client elb = Elb.at(example.api(), example.trust())) {
      ecs.site(CLUSTER, Elb.front(elb, example.front()), 1);
      // It is counted once load balancers have reported that it is healthy.
      ecs.awaitCount(CLUSTER, "site", 1, 60);
      URI page = URI.create("http://127.0.0.1:%d/index.html".formatted(example.front()));
      Waiting.forState("an answer by way of the load balancer", 60)
          .ignoreExceptions()
          .until(() -> Http.get(page).strip().equals("from a task"));
      ecs.client().deleteService(r -> r.cluster(CLUSTER).service("site").force(true));
    }
  }

  /** What a service does not do in its life it may not do. */
  @ParameterizedTest
  @Order(4)
  @CsvSource({
    "longshore-api, longshore.orders",
    "longshore-api, longshore.reports",
    "longshore-api, longshore.replies",
    "longshore-api, longshore.events",
    "longshore-scheduler, longshore.commands",
    "longshore-scheduler, longshore.reports",
    "longshore-scheduler, longshore.output",
    "longshore-runner, longshore.orders",
    "longshore-runner, longshore.replies",
    "longshore-runner, longshore.events",
    "longshore-runner, longshore.routes",
    "longshore-load-balancer, longshore.commands",
    "longshore-load-balancer, longshore.routes",
  })
  void nobodyWritesWhatIsNotItsOwn(String principal, String topic) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            example.client(principal), new ByteArraySerializer(), new ByteArraySerializer())) {
      assertThatThrownBy(() ->
              producer.send(new ProducerRecord<>(topic, new byte[0])).get(30, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(AuthorizationException.class);
    }
  }

  @ParameterizedTest
  @Order(4)
  @CsvSource({
    "longshore-api, longshore.orders",
    "longshore-api, longshore.commands",
    "longshore-scheduler, longshore.output",
    "longshore-runner, longshore.commands",
    "longshore-runner, longshore.events",
    "longshore-load-balancer, longshore.commands",
    "longshore-load-balancer, longshore.orders",
    "longshore-load-balancer, longshore.output",
  })
  void nobodyReadsWhatIsNotForIt(String principal, String topic) throws Exception {
    try (var consumer =
        new KafkaConsumer<>(
            example.client(principal), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      consumer.seekToBeginning(consumer.assignment());
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  consumer.poll(Duration.ofMillis(300));
                }
              })
          .isInstanceOf(AuthorizationException.class);
    }
  }

  @Test
  @Order(4)
  void aStrangerIsNotLetIn() throws Exception {
    Map<String, Object> stranger = example.stranger();
    try (Admin admin = Admin.create(stranger)) {
      assertThatThrownBy(() -> admin.listTopics().names().get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseInstanceOf(SSLException.class)
          .hasCauseInstanceOf(SslAuthenticationException.class);
    }
  }

  /** Some rights are missed only in the background, where a service tries again for ever. */
  @Test
  @Order(5)
  void nothingWasRefusedToAService() throws Exception {
    for (String service : SERVICES) {
      assertThat(
              example
                  .log(service)
                  .lines()
                  .filter(line -> line.contains("uthorization"))
                  // It waits for the scheduler, who alone may make topics.
                  .filter(line -> !line.contains("this service may not make it")))
          .as("refusals in the log of " + service)
          .isEmpty();
    }
  }
}
