package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.systemtests.Separate.Part;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import software.amazon.awssdk.services.ecs.model.ListClustersResponse;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Task;

/** Two api processes before one scheduler: to their callers they are one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
class TwoApisTest {
  private static final String CLUSTER = "pair";
  private static final int ROUNDS = 20;

  private Separate services;
  private Jvm secondApi;
  private Jvm runner;
  private URI first;
  private URI second;
  private Ecs one;
  private Ecs other;

  @BeforeAll
  void start() throws Exception {
    services = Separate.prepare("two-apis");
    services.start(Part.SCHEDULER);
    services.start(Part.API);
    int port = LoopbackPorts.next();
    first = services.endpoint(Part.API);
    second = URI.create("http://127.0.0.1:" + port + "/");
    secondApi = services.launch(Part.API, Map.of("QUARKUS_HTTP_PORT", Integer.toString(port)));
    runner =
        services.launch(
            Part.RUNNER,
            Map.of("LONGSHORE_RUNNER_DRIVER", "simulated", "LONGSHORE_RUNNER_CLUSTER", CLUSTER));
    services.awaitReady(90);
    Waiting.forState("the second api", 90).until(() -> Http.isReady(second));
    one = Ecs.at(first);
    other = Ecs.at(second);
    Waiting.forState("the runner in its cluster", 90)
        .ignoreExceptions()
        .until(() ->
            !one.client()
                .listContainerInstances(r -> r.cluster(CLUSTER))
                .containerInstanceArns()
                .isEmpty());
  }

  @AfterAll
  void stop() {
    for (Ecs client : new Ecs[] {one, other}) {
      if (client != null) {
        client.close();
      }
    }
    for (Jvm jvm : new Jvm[] {secondApi, runner}) {
      if (jvm != null) {
        jvm.destroy();
      }
    }
    if (services != null) {
      services.close();
    }
  }

  @Test
  @Order(1)
  void whatIsWrittenThroughOneIsReadThroughTheOtherAtOnce() {
    for (int i = 0; i < ROUNDS; i++) {
      Ecs writing = i % 2 == 0 ? one : other;
      Ecs reading = i % 2 == 0 ? other : one;
      String name = "pair-%02d".formatted(i);
      writing.client().createCluster(r -> r.clusterName(name));
      assertThat(reading.client().describeClusters(r -> r.clusters(name)).clusters())
          .as(name)
          .hasSize(1);
    }
  }

  @Test
  @Order(2)
  void aCallThatIsRepeatedThroughTheOtherHasOneEffect() throws Exception {
    String definition = one.register("twice", Ecs.FOREVER);
    String token = "token-" + UUID.randomUUID();
    RunTaskResponse run =
        one.client().runTask(r -> r.cluster(CLUSTER).taskDefinition(definition).clientToken(token));
    RunTaskResponse again =
        other
            .client()
            .runTask(r -> r.cluster(CLUSTER).taskDefinition(definition).clientToken(token));
    assertThat(again.tasks())
        .extracting(Task::taskArn)
        .containsExactlyElementsOf(run.tasks().stream().map(Task::taskArn).toList());

    String body = "{\"cluster\":\"%s\",\"taskDefinition\":\"twice\"}".formatted(CLUSTER);
    Map<String, String> call = Map.of("amz-sdk-invocation-id", UUID.randomUUID().toString());
    List<String> tasks = new ArrayList<>();
    for (URI api : List.of(first, second, first)) {
      HttpResponse<String> answer =
          Http.call(api, Http.TARGET + "RunTask", body.getBytes(StandardCharsets.UTF_8), call);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      tasks.add(answer.body().replaceAll("(?s).*\"taskArn\":\"([^\"]+)\".*", "$1"));
    }
    assertThat(tasks).containsOnly(tasks.getFirst());
    assertThat(one.tasks(CLUSTER)).as("two calls were made").hasSize(2);
  }

  @Test
  @Order(3)
  void thePagesOfOneGoOnAtTheOther() {
    List<String> seen = new ArrayList<>();
    String token = null;
    do {
      Ecs asked = seen.size() % 2 == 0 ? one : other;
      String after = token;
      ListClustersResponse page =
          asked.client().listClusters(r -> r.maxResults(3).nextToken(after));
      seen.addAll(page.clusterArns());
      token = page.nextToken();
    } while (token != null && seen.size() < 100);
    assertThat(seen)
        .hasSizeGreaterThan(ROUNDS)
        .doesNotHaveDuplicates()
        .containsExactlyElementsOf(
            one.client().listClustersPaginator().clusterArns().stream().toList());
  }

  @Test
  @Order(4)
  void onlyWhatSomebodyChangedIsAConflict() throws Exception {
    one.service(CLUSTER, "web", "twice", 2);
    String path = "v1/clusters/" + CLUSTER + "/services/web";
    String seen =
        Http.rest("GET", first.resolve(path), "", Map.of())
            .headers()
            .firstValue("ETag")
            .orElseThrow();
    // The scheduler works on it meanwhile: launches, a deployment that completes, a steady state.
    one.awaitCount(CLUSTER, "web", 2, 60);
    Waiting.forState("the end of the deployment", 60)
        .until(() ->
            "COMPLETED"
                .equals(
                    one.service(CLUSTER, "web").deployments().getFirst().rolloutStateAsString()));

    URI there = second.resolve(path);
    Map<String, String> expecting = Map.of("If-Match", seen);
    assertThat(Http.rest("PATCH", there, "{\"desiredCount\":1}", expecting).statusCode())
        .isEqualTo(200);
    assertThat(
            Http.rest("PATCH", first.resolve(path), "{\"desiredCount\":3}", expecting).statusCode())
        .as("somebody has changed it")
        .isEqualTo(412);
    assertThat(one.service(CLUSTER, "web").desiredCount()).isEqualTo(1);
    one.client().deleteService(r -> r.cluster(CLUSTER).service("web").force(true));
  }

  @Test
  @Order(5)
  void oneThatIsKilledTakesNothingFromTheOther() throws Exception {
    Thread killing =
        Thread.ofVirtual()
            .start(() -> {
              try {
                secondApi.kill();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    for (int i = 0; i < ROUNDS; i++) {
      String name = "after-%02d".formatted(i);
      one.client().createCluster(r -> r.clusterName(name));
      assertThat(one.client().describeClusters(r -> r.clusters(name)).clusters()).hasSize(1);
    }
    killing.join();
    assertThat(secondApi.isAlive()).isFalse();
    Task task = one.run(CLUSTER, "twice");
    one.await(CLUSTER, task.taskArn(), "RUNNING");
  }
}
