package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.ConflictException;

/** Calls that come more than once, as they do when answers get lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class IdempotenceTest {
  private static final int DUPLICATES = 64;
  private static final String CLUSTER = "once";

  private Standalone longshore;
  private Ecs ecs;
  private String definition = "";

  @BeforeAll
  void start() {
    longshore = Standalone.up("idempotence", "simulated");
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
    definition = ecs.register("web", Ecs.FOREVER);
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      ecs.close();
      longshore.close();
    }
  }

  @Test
  void manyRunTasksWithOneTokenAreOne() throws Exception {
    Set<String> arns =
        atOnce(() ->
            ecs
                .client()
                .runTask(r ->
                    r.cluster(CLUSTER).taskDefinition(definition).clientToken("one-run").count(2))
                .tasks()
                .stream()
                .map(task -> task.taskArn())
                .sorted()
                .collect(Collectors.joining(" ")));

    assertThat(arns).hasSize(1);
    assertThat(ecs.client().listTasks(r -> r.cluster(CLUSTER).family("web")).taskArns()).hasSize(2);
    assertThatThrownBy(() ->
            ecs.client()
                .runTask(r ->
                    r.cluster(CLUSTER).taskDefinition(definition).clientToken("one-run").count(3)))
        .isInstanceOf(ConflictException.class);
    assertThat(ecs.client().listTasks(r -> r.cluster(CLUSTER).family("web")).taskArns()).hasSize(2);
  }

  @Test
  void manyCreateServicesWithOneTokenAreOne() throws Exception {
    String other = ecs.register("served", Ecs.FOREVER);
    Set<String> deployments =
        atOnce(() ->
            ecs.client()
                .createService(r ->
                    r.cluster(CLUSTER)
                        .serviceName("served")
                        .clientToken("one-service")
                        .taskDefinition(other)
                        .desiredCount(1))
                .service()
                .deployments()
                .getFirst()
                .id());

    assertThat(deployments).hasSize(1);
    assertThat(ecs.client().listServices(r -> r.cluster(CLUSTER)).serviceArns()).hasSize(1);
  }

  @Test
  void aRepeatedCallMakesOneRevision() throws Exception {
    byte[] body =
        """
        {"family": "again",
         "containerDefinitions": [{"name": "main", "image": "x", "memory": 16}]}
        """
            .getBytes(StandardCharsets.UTF_8);
    Set<String> answers =
        atOnce(() -> {
          HttpResponse<String> response =
              Http.call(
                  longshore.endpoint(),
                  Http.TARGET + "RegisterTaskDefinition",
                  body,
                  Map.of("amz-sdk-invocation-id", "5f0c7f9e-one-call"));
          return response.statusCode() + " " + revision(response.body());
        });

    assertThat(answers).containsExactly("200 1");
    assertThat(ecs.client().listTaskDefinitions(r -> r.familyPrefix("again")).taskDefinitionArns())
        .hasSize(1);
  }

  private static String revision(String body) {
    return body.replaceFirst("(?s).*\"revision\":([0-9]+).*", "$1");
  }

  private static Set<String> atOnce(Callable<String> call) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(DUPLICATES)) {
      List<Future<String>> answers = new ArrayList<>();
      IntStream.range(0, DUPLICATES).forEach(i -> answers.add(threads.submit(call)));
      Set<String> distinct = new java.util.TreeSet<>();
      for (Future<String> answer : answers) {
        distinct.add(answer.get());
      }
      return distinct;
    }
  }
}
