package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * The README's first five minutes and its load balancer, line by line, by the AWS CLI of this
 * machine. Skipped with a sentence where there is none.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class AwsCliTest {
  private static final String CLUSTER = "shop";

  /** The waiters of the CLI look every 15 seconds. */
  private static final int SCRIPT_SECONDS = 300;

  private TestEngine engine;
  private Standalone longshore;

  @BeforeAll
  void start() {
    Program.orSkip("aws");
    Program.orSkip("sh");
    engine = TestEngine.orSkip();
    longshore = Standalone.up("aws-cli", "docker");
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      String host = longshore.hostId();
      longshore.close();
      engine.removeAll(host);
    }
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void theFirstFiveMinutesOfTheReadme() throws Exception {
    List<String> script = readme("## The first five minutes");
    int accident = accident(script);
    String before = run("before", script.subList(0, accident));
    assertThat(before)
        .contains("\"STOPPED\"")
        .contains("\"Essential container in task exited\"")
        .containsPattern("(?m)^\\s*3\\s*$")
        .containsPattern("\"taskArns\": \\[]");

    kill();

    List<String> after =
        Stream.concat(
                script.stream().filter(line -> line.startsWith("export ")),
                script.subList(accident + 1, script.size()).stream())
            .toList();
    assertThat(run("after", after))
        .containsPattern("has stopped: Essential container in task exited.*code 137")
        .containsPattern("PRIMARY\\s+\\S+:task-definition/web:2\\s+COMPLETED\\s+5")
        .contains("\"status\": \"INACTIVE\"");
  }

  @Test
  void theLoadBalancerOfTheReadme() throws Exception {
    int port = LoopbackPorts.next();
    try (Site one = new Site("one");
        Site two = new Site("two")) {
      List<String> script =
          Stream.concat(
                  readme("## The first five minutes").stream().filter(l -> l.startsWith("export ")),
                  readme("## Load balancers").stream().filter(l -> !l.startsWith("curl ")))
              .map(line -> line.replace("Port=8001", "Port=" + one.port()))
              .map(line -> line.replace("Port=8002", "Port=" + two.port()))
              .map(line -> line.replace("--port 9000", "--port " + port))
              .toList();
      assertThat(run("balancer", script))
          .contains("\"ListenerArn\"")
          .containsPattern("(?m)^healthy\\s+healthy$");

      URI front = URI.create("http://127.0.0.1:" + port + "/");
      Waiting.forState("an answer of each", 30)
          .ignoreExceptions()
          .until(() -> Set.of("one", "two").equals(Set.of(Http.get(front), Http.get(front))));
    }
  }

  /** The commands, for this endpoint and with an image that need not be fetched. */
  private List<String> readme(String heading) throws IOException {
    String text = Files.readString(Built.ROOT.resolve("README.md"));
    int section = text.indexOf(heading + "\n");
    int begin = text.indexOf("```sh\n", section) + "```sh\n".length();
    String endpoint = longshore.endpoint().toString().replaceAll("/$", "");
    return text.substring(begin, text.indexOf("```", begin))
        .replace("http://127.0.0.1:8080", endpoint)
        .replace("\"image\":\"busybox\"", "\"image\":\"" + Ecs.IMAGE + "\"")
        .lines()
        .toList();
  }

  /**
   * The README kills any container of the name; here another installation may have one, too, so
   * that line is done by {@link #kill}.
   */
  private static int accident(List<String> script) {
    for (int line = 0; line < script.size(); line++) {
      if (script.get(line).startsWith("docker kill ")) {
        return line;
      }
    }
    throw new AssertionError("The README kills no container any more.");
  }

  private void kill() {
    try (Ecs ecs = Ecs.at(longshore.endpoint())) {
      Task victim = ecs.tasks(CLUSTER).getFirst();
      engine.kill(victim.containers().getFirst().runtimeId());
      Waiting.forState("the replacement", 30)
          .until(() ->
              ecs.tasks(CLUSTER).stream().noneMatch(t -> t.taskArn().equals(victim.taskArn()))
                  && ecs.isAt(CLUSTER, "web", 3));
    }
  }

  private String run(String name, List<String> lines) throws Exception {
    Path script = Files.write(longshore.data().resolve(name + ".sh"), lines);
    Program shell =
        new Program(longshore.data(), Map.of("AWS_PAGER", "", "AWS_DEFAULT_OUTPUT", "json"));
    Program.Outcome outcome =
        shell.run(name, SCRIPT_SECONDS, List.of("sh", "-e", script.toString()));
    assertThat(outcome.code()).as(outcome.output()).isZero();
    return outcome.output();
  }
}
