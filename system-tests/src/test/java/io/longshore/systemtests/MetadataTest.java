package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.NotFoundException;
import java.net.URI;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.Task;

/** What containers are told when they ask about themselves, before and after a restart. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class MetadataTest {
  private static final String CLUSTER = "metadata";

  /** Asks once for everything, and about itself every second; each answer is a line. */
  private static final String ASKS =
      """
      trap 'exit 0' TERM
      echo "execution $AWS_EXECUTION_ENV"
      echo "uri $ECS_CONTAINER_METADATA_URI_V4"
      echo "agent $ECS_AGENT_URI"
      echo "task $(wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task)"
      echo "stats $(wget -qO- $ECS_CONTAINER_METADATA_URI_V4/stats)"
      echo "older $(wget -qO- $ECS_CONTAINER_METADATA_URI)"
      while :; do
        echo "self $(wget -qO- $ECS_CONTAINER_METADATA_URI_V4)"
        sleep 1
      done
      """;

  /** Protects its task, for which nothing here but nc can make the request. */
  private static final String PROTECTS =
      """
      trap 'exit 0' TERM
      authority=${ECS_AGENT_URI#http://}
      authority=${authority%%/*}
      path=/${ECS_AGENT_URI#http://*/}/task-protection/v1/state
      body='{"ProtectionEnabled":true,"ExpiresInMinutes":60}'
      put() {
        (
          printf 'PUT %s HTTP/1.0\r\nHost: x\r\nContent-Length: %d\r\n\r\n' "$path" ${#body}
          printf '%s' "$body"
          sleep 15
        ) | nc ${authority%:*} ${authority#*:} | tail -n 1
      }
      echo "put $(put)"
      echo "got $(wget -qO- $ECS_AGENT_URI/task-protection/v1/state)"
      sleep 100000 & wait
      """;

  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;

  @BeforeAll
  void start() {
    engine = TestEngine.orSkip();
    longshore = Standalone.up("metadata", "docker");
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      String host = longshore.hostId();
      ecs.tearDown(CLUSTER);
      ecs.close();
      longshore.close();
      engine.removeAll(host);
    }
    if (engine != null) {
      engine.close();
    }
  }

  private static ContainerDefinition main(String script) {
    return ContainerDefinition.builder()
        .name("main")
        .image(Ecs.IMAGE)
        .cpu(4)
        .memory(16)
        .essential(true)
        .dockerLabels(Map.of("team", "x"))
        .entryPoint("/bin/sh", "-c")
        .command(script)
        .build();
  }

  private Task run(NetworkMode mode) {
    String family = "asks-" + mode;
    String definition =
        ecs.client()
            .registerTaskDefinition(
                r -> r.family(family).networkMode(mode).containerDefinitions(main(ASKS)))
            .taskDefinition()
            .taskDefinitionArn();
    return ecs.client()
        .runTask(r -> {
          r.cluster(CLUSTER).taskDefinition(definition);
          if (mode == NetworkMode.AWSVPC) {
            r.networkConfiguration(n -> n.awsvpcConfiguration(v -> v.subnets("subnet-7")));
          }
        })
        .tasks()
        .getFirst();
  }

  /** The answers of this kind so far; an answer that did not come is an empty one. */
  private List<String> answers(Task task, String kind) {
    return engine.containers(longshore.hostId()).stream()
        .filter(c -> task.taskArn().equals(c.getLabels().get("com.amazonaws.ecs.task-arn")))
        .flatMap(c -> output(task, c.getId()).lines())
        .filter(line -> line.startsWith(kind + " "))
        .map(line -> line.substring(kind.length() + 1))
        .toList();
  }

  /** A container that has gone should not have: why it did is worth knowing. */
  private String output(Task task, String container) {
    try {
      return engine.output(container);
    } catch (NotFoundException e) {
      Task now = ecs.describe(CLUSTER, List.of(task.taskArn())).getFirst();
      throw new AssertionError(
          "A container of %s (%s) has gone; the task is %s: %s %s; Longshore said: %s"
              .formatted(
                  task.taskDefinitionArn(),
                  task.createdAt(),
                  now.lastStatus(),
                  now.stopCodeAsString(),
                  now.stoppedReason(),
                  longshore
                      .log()
                      .lines()
                      .filter(line -> line.contains(task.taskArn().replaceFirst(".*/", "")))
                      .collect(Collectors.joining(" | "))),
          e);
    }
  }

  private String answer(Task task, String kind) {
    Waiting.forState("the answer '%s' of %s".formatted(kind, task.taskDefinitionArn()), 60)
        .until(() -> !answers(task, kind).isEmpty());
    return answers(task, kind).getFirst();
  }

  /** Until it has been answered once more that it runs. */
  private void awaitAnswer(Task task, int after) {
    Waiting.forState("a running %s".formatted(task.taskDefinitionArn()), 90)
        .until(() ->
            answers(task, "self").stream()
                .skip(after)
                .anyMatch(self -> self.contains("\"KnownStatus\":\"RUNNING\"")));
  }

  @Test
  void containersAreToldWhoTheyAreBeforeAndAfterARestart() throws Exception {
    List<NetworkMode> modes = new ArrayList<>(List.of(NetworkMode.HOST));
    if (engine.hasBridge()) {
      modes.addAll(List.of(NetworkMode.BRIDGE, NetworkMode.AWSVPC));
    } else {
      System.out.println("The engine has no bridge, so containers on it are not asked.");
    }
    List<Task> tasks = new ArrayList<>();
    for (NetworkMode mode : modes) {
      Task task = run(mode);
      tasks.add(task);
      awaitAnswer(task, 0);
      assertThatAllIsTold(task, mode);
    }
    assertThatNobodyFindsAnothersId(tasks);

    List<String> before = engine.running(longshore.hostId());
    ProcessHandle embedded = ProcessHandle.of(longshore.embeddedPid()).orElseThrow();
    longshore.jvm().kill();
    Waiting.forState("the end of broker and database", 30).until(() -> !embedded.isAlive());
    longshore.again();
    List<Integer> asked = tasks.stream().map(task -> answers(task, "self").size()).toList();
    for (int i = 0; i < tasks.size(); i++) {
      awaitAnswer(tasks.get(i), asked.get(i));
      String self = answers(tasks.get(i), "self").getLast();
      assertThat(self).contains("\"team\":\"x\"", tasks.get(i).taskArn());
    }
    assertThat(engine.running(longshore.hostId())).isEqualTo(before);
  }

  @Test
  void aTaskProtectsItself() {
    String definition =
        ecs.client()
            .registerTaskDefinition(r ->
                r.family("protects")
                    .networkMode(NetworkMode.HOST)
                    .containerDefinitions(main(PROTECTS)))
            .taskDefinition()
            .taskDefinitionArn();
    ecs.service(CLUSTER, "protected", definition, 1);
    ecs.awaitCount(CLUSTER, "protected", 1, 60);
    Task task =
        ecs.tasks(CLUSTER).stream()
            .filter(one -> "service:protected".equals(one.group()))
            .findFirst()
            .orElseThrow();

    String put = answer(task, "put");
    assertThat(put)
        .startsWith("{\"protection\":{\"ExpirationDate\":\"20")
        .contains("\"ProtectionEnabled\":true", task.taskArn());
    assertThat(answer(task, "got")).isEqualTo(put);
    var seen =
        ecs.client()
            .getTaskProtection(r -> r.cluster(CLUSTER).tasks(task.taskArn()))
            .protectedTasks()
            .getFirst();
    assertThat(seen.protectionEnabled()).isTrue();
    assertThat(seen.expirationDate().truncatedTo(ChronoUnit.SECONDS))
        .isEqualTo(put.replaceFirst(".*\"ExpirationDate\":\"([^\"]*)\".*", "$1"));
    ecs.client()
        .updateTaskProtection(
            r -> r.cluster(CLUSTER).tasks(task.taskArn()).protectionEnabled(false));
  }

  private void assertThatAllIsTold(Task task, NetworkMode mode) {
    assertThat(answer(task, "execution")).isEqualTo("AWS_ECS_EC2");
    assertThat(answer(task, "uri")).matches("http://[0-9.]+:\\d+/v4/[0-9a-f]{32}-[0-9a-f]{32}");
    assertThat(answer(task, "agent")).isEqualTo(answer(task, "uri").replace("/v4/", "/api/"));
    assertThat(answer(task, "task"))
        .startsWith("{\"Cluster\":\"metadata\",\"TaskARN\":\"%s\"".formatted(task.taskArn()))
        .contains("\"Family\":\"asks-%s\"".formatted(mode), "\"LaunchType\":\"EC2\"")
        .contains("\"AvailabilityZone\":\"zone-", "\"Name\":\"main\"");
    assertThat(answer(task, "stats")).contains("\"memory_stats\"", "\"cpu_stats\"");
    assertThat(answer(task, "older")).contains("\"Name\":\"main\"");
    String self = answers(task, "self").getLast();
    assertThat(self)
        .contains("\"NetworkMode\":\"%s\"".formatted(mode), "\"ImageID\":\"sha256:")
        .contains("\"team\":\"x\"", "\"com.amazonaws.ecs.container-name\":\"main\"")
        .doesNotContain("io.longshore");
    if (mode != NetworkMode.HOST) {
      assertThat(self).containsPattern("\"IPv4Addresses\":\\[\"[0-9.]+\"]");
    }
    System.out.printf("A container in mode %s is told: %s%n", mode, self);
  }

  /** The part of an id that can be known is worth nothing with the rest of another. */
  private void assertThatNobodyFindsAnothersId(List<Task> tasks) throws Exception {
    String own = answer(tasks.getFirst(), "uri");
    assertThat(Http.get(URI.create(own))).contains(tasks.getFirst().taskArn());
    Matcher parts = Pattern.compile("(.*/)([0-9a-f]{32})(-[0-9a-f]{32})").matcher(own);
    assertThat(parts.matches()).isTrue();
    Task other = run(NetworkMode.HOST);
    ecs.await(CLUSTER, other.taskArn(), "RUNNING");
    String id = other.taskArn().replaceFirst(".*/", "");
    for (String guess : List.of(id, id + parts.group(3), id + "-" + id, id + "-main")) {
      assertThat(Http.get(URI.create(parts.group(1) + guess + "/task")))
          .as(guess)
          .contains("no container has this endpoint id");
    }
    ecs.client().stopTask(r -> r.cluster(CLUSTER).task(other.taskArn()));
    ecs.await(CLUSTER, other.taskArn(), "STOPPED");
  }
}
