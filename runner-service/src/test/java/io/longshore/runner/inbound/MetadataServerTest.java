package io.longshore.runner.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.Reply;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import io.longshore.runner.agent.Agent;
import io.longshore.runner.agent.Fleet;
import io.longshore.runner.agent.Hands;
import io.longshore.runner.agent.Outputs;
import io.longshore.runner.core.EndpointIds;
import io.longshore.runner.core.Inspection;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Whereabouts;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Insight;
import io.longshore.runner.engine.simulated.SimulatedEngine;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The endpoint over HTTP, for the tasks of a real agent on a simulated engine. */
@SuppressWarnings("NullAway.Init")
class MetadataServerTest {
  private static final RunnerId RUNNER = new RunnerId(Ids.derive("metadata runner"));
  private static final EndpointIds IDS = new EndpointIds("a secret");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String LOOPBACK = "127.0.0.1";
  // Documentation addresses; no host has this one (RFC 5737).
  private static final String ELSEWHERE = "198.51.100.77";

  /** An engine that has something to say, may hang and may not answer. */
  private static final class Talking implements Insight {
    volatile boolean unreachable;
    volatile CountDownLatch held = new CountDownLatch(0);

    @Override
    public String bridgeAddress() {
      return LOOPBACK;
    }

    @Override
    public Inspection inspect(String container, String runtimeId) throws EngineException {
      answering();
      return new Inspection(
          Sighting.running(container, runtimeId).at("172.17.0.9"),
          "name-of-" + container,
          "sha256:77",
          null,
          Map.of(),
          List.of());
    }

    @Override
    public @Nullable Json statistics(String runtimeId) throws EngineException {
      answering();
      return new Json("{\"id\":\"%s\",\"cpu_stats\":{\"online_cpus\":2}}".formatted(runtimeId));
    }

    private void answering() throws EngineException {
      try {
        held.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (unreachable) {
        throw new EngineException(Problem.UNREACHABLE, "no answer");
      }
    }
  }

  @TempDir private Path data;

  private final SimulatedEngine engine = new SimulatedEngine();
  private final Talking insight = new Talking();
  private final Map<String, String> environment = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private final TaskAssignment task =
      Tasks.of(Tasks.id("metadata"), Tasks.container("web", true), Tasks.container("side", false));
  private final List<Command> asked = new CopyOnWriteArrayList<>();
  private volatile Reply.@Nullable Outcome outcome;
  private MetadataServer server;
  private Fleet fleet;

  @BeforeEach
  void begin() throws InterruptedException {
    server = MetadataServer.bind(List.of(LOOPBACK), List.of(0));
    Whereabouts whereabouts = new Whereabouts(IDS, server.at(LOOPBACK), server.at(LOOPBACK));
    Outputs outputs = Tasks.outputs(engine, data);
    Hands hands =
        Tasks.hands(
            engine,
            outputs,
            (assignment, spec) -> {
              var told = whereabouts.told(assignment, spec);
              told.environment()
                  .forEach((name, value) -> environment.put(spec.name() + "." + name, value));
              return told;
            });
    Agent agent =
        new Agent(
            new Agent.Identity(Tasks.CLUSTER, RUNNER, "first"),
            new HostResources(
                "h",
                2048,
                1024,
                List.of(),
                Map.of(HostResources.ZONE_ATTRIBUTE, "zone-b"),
                "1",
                "1",
                false),
            hands,
            (report, traceparent, arrived) -> {},
            InstantSource.system());
    fleet =
        new Fleet(
            engine,
            outputs,
            new Fleet.OrderSource() {
              @Override
              public void follow(Agent one) {
                one.positioned();
              }

              @Override
              public void unfollow(Agent one) {}
            },
            cluster -> List.of(agent),
            Duration.ofMillis(50),
            Duration.ofMillis(50));
    fleet.begin();
    fleet.join(List.of(Tasks.CLUSTER));
    server.serve(
        new MetadataAnswers(
            IDS,
            fleet::snapshot,
            insight,
            new ProtectionAnswers(
                command -> {
                  asked.add(command);
                  return outcome;
                },
                () -> NOW)));
    agent.take(new Order.Manifest(RUNNER, 1, "first", List.of(), List.of()), null);
    agent.take(new Order.StartTask(RUNNER, 2, task), null);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> "RUNNING".equals(json(get("v4", "web", "/task")).path("KnownStatus").asText()));
  }

  @AfterEach
  void end() {
    insight.held.countDown();
    server.close();
    fleet.close();
    engine.close();
    client.close();
  }

  private String uri(String version, String container) {
    return "http://%s:%d/%s/%s"
        .formatted(LOOPBACK, server.port(), version, IDS.of(task.task(), container));
  }

  private HttpResponse<String> get(String version, String container, String question)
      throws Exception {
    return send(HttpRequest.newBuilder(URI.create(uri(version, container) + question)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(
        request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return Codec.decode(response.body().getBytes(StandardCharsets.UTF_8), JsonNode.class);
  }

  @Test
  void aContainerFindsItselfByWhatItWasTold() throws Exception {
    String told = environment.get("web.ECS_CONTAINER_METADATA_URI_V4");
    HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(told)));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    JsonNode container = json(response);
    assertThat(container.path("Name").asText()).isEqualTo("web");
    assertThat(container.path("DockerName").asText()).isEqualTo("name-of-web");
    assertThat(container.path("KnownStatus").asText()).isEqualTo("RUNNING");
    assertThat(container.path("Networks").path(0).path("IPv4Addresses").path(0).asText())
        .isEqualTo("172.17.0.9");
    String older = environment.get("side.ECS_CONTAINER_METADATA_URI");
    assertThat(json(send(HttpRequest.newBuilder(URI.create(older)))).path("Name").asText())
        .isEqualTo("side");
  }

  @Test
  void aTaskIsToldWholeInBothVersionsWithAndWithoutTags() throws Exception {
    for (String version : List.of("v3", "v4")) {
      for (String question : List.of("/task", "/taskWithTags", "/task?query=is+nothing")) {
        JsonNode told = json(get(version, "side", question));
        assertThat(told.path("TaskARN").asText()).isEqualTo(task.taskArn());
        assertThat(told.path("AvailabilityZone").asText()).isEqualTo("zone-b");
        assertThat(told.path("Containers")).hasSize(2);
      }
    }
  }

  @Test
  void statisticsAreTheEngines() throws Exception {
    JsonNode own = json(get("v4", "web", "/stats"));
    assertThat(own.path("cpu_stats").path("online_cpus").asInt()).isEqualTo(2);
    JsonNode all = json(get("v3", "web", "/task/stats"));
    assertThat(all).hasSize(2);
    assertThat(all.path(own.path("id").asText())).isEqualTo(own);
  }

  @Test
  void anEngineThatDoesNotAnswerCostsItsPart() throws Exception {
    insight.unreachable = true;
    JsonNode container = json(get("v4", "web", ""));
    assertThat(container.path("Name").asText()).isEqualTo("web");
    assertThat(container.has("ImageID")).isFalse();
    HttpResponse<String> statistics = get("v4", "web", "/stats");
    assertThat(statistics.statusCode()).isEqualTo(404);
    assertThat(statistics.body()).contains("no statistics");
    assertThat(get("v4", "web", "/task/stats").body()).isEqualTo("{}");
  }

  @Test
  void whoDoesNotKnowAnIdIsToldNothing() throws Exception {
    String right = IDS.of(task.task(), "web");
    for (String path :
        List.of(
            "/",
            "/v4",
            "/v4/",
            "/v4//task",
            "/v4/" + task.task(),
            "/v4/" + task.task() + "/task",
            "/v4/" + new EndpointIds("another secret").of(task.task(), "web"),
            "/v4/" + IDS.of(task.task(), "no-such"),
            "/v4/" + IDS.of(Tasks.id("another"), "web") + "/task",
            "/v4/" + right.substring(0, 64) + "/task",
            "/v5/" + right,
            "/v4/" + right + "/tasks",
            "/v4/" + right + "/task/stats/more",
            "/v4/%2e%2e/%00/" + right)) {
      HttpResponse<String> response =
          send(
              HttpRequest.newBuilder(
                  URI.create("http://%s:%d%s".formatted(LOOPBACK, server.port(), path))));
      assertThat(response.statusCode()).as(path).isEqualTo(404);
      assertThat(response.body()).as(path).doesNotContain(task.taskArn());
    }
  }

  @Test
  void onlyWhatIsExpectedIsTaken() throws Exception {
    URI uri = URI.create(uri("v4", "web"));
    var put = HttpRequest.BodyPublishers.ofString("{}");
    assertThat(send(HttpRequest.newBuilder(uri).PUT(put)).statusCode()).isEqualTo(405);
    var much = HttpRequest.BodyPublishers.ofString("x".repeat(5000));
    assertThat(send(HttpRequest.newBuilder(uri).PUT(much)).statusCode()).isEqualTo(413);
    String large = "x".repeat(20_000);
    String path = uri.getPath();
    assertThat(raw("GET %s?%s HTTP/1.1\r\nHost: x\r\n\r\n".formatted(path, large)))
        .doesNotStartWith("HTTP/1.1 200");
    assertThat(raw("GET %s HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n".formatted(path, large)))
        .doesNotStartWith("HTTP/1.1 200");
    assertThat(raw("GET %s HTTP/1.1\r\nHost: x\r\n\r\n".formatted(path))).isEqualTo("HTTP/1.1 200");
  }

  /** What is answered first; empty if the connection is cut. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(LOOPBACK, server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    } catch (java.net.SocketException e) {
      return "";
    }
  }

  private HttpResponse<String> protection(String method, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(
                URI.create(environment.get("web.ECS_AGENT_URI") + "/task-protection/v1/state"))
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void aTaskProtectsItself() throws Exception {
    outcome = new Reply.Accepted(List.of("t"), List.of(), NOW.plusSeconds(300));
    HttpResponse<String> put =
        protection("PUT", "{\"ProtectionEnabled\":true,\"ExpiresInMinutes\":5}");
    assertThat(put.statusCode()).isEqualTo(200);
    JsonNode told = json(put).path("protection");
    assertThat(told.path("ProtectionEnabled").asBoolean()).isTrue();
    assertThat(told.path("ExpirationDate").asText()).isEqualTo("2026-01-01T00:05:00Z");
    assertThat(told.path("TaskArn").asText()).isEqualTo(task.taskArn());
    assertThat(json(protection("GET", ""))).isEqualTo(json(put));
    Command tell = new Command.TellTaskProtection(Tasks.CLUSTER, task.task());
    assertThat(asked)
        .containsExactly(
            new Command.UpdateTaskProtection(Tasks.CLUSTER, List.of(task.task()), 5), tell, tell);
  }

  @Test
  void aProtectionThatDoesNotComeAboutIsToldAsOne() throws Exception {
    outcome =
        new Reply.Accepted(List.of(), List.of(new Reply.Failure("t", "TASK_NOT_VALID", "why")));
    assertThat(json(protection("PUT", "{\"ProtectionEnabled\":true}")).path("failure")).hasSize(3);
    assertThat(asked).hasSize(1);
    outcome = null;
    HttpResponse<String> late = protection("PUT", "{\"ProtectionEnabled\":false}");
    assertThat(late.statusCode()).isEqualTo(504);
    assertThat(json(late).path("error").path("Code").asText()).isEqualTo("ServerException");
    asked.clear();
    for (String wrong : List.of("", "[]", "no", "{}", "{\"ProtectionEnabled\":1}")) {
      HttpResponse<String> refused = protection("PUT", wrong);
      assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
      assertThat(json(refused).path("error").path("Code").asText())
          .isEqualTo("InvalidParameterException");
    }
    assertThat(protection("DELETE", "").statusCode()).isEqualTo(405);
    HttpResponse<String> stranger =
        send(
            HttpRequest.newBuilder(
                URI.create(
                    "http://%s:%d/api/%s/task-protection/v1/state"
                        .formatted(LOOPBACK, server.port(), task.task()))));
    assertThat(stranger.statusCode()).isEqualTo(404);
    assertThat(json(stranger).path("error").path("Code").asText())
        .isEqualTo("ResourceNotFoundException");
    assertThat(asked).isEmpty();
  }

  @Test
  void onlySoManyAreAnsweredAtOnce() throws Exception {
    insight.held = new CountDownLatch(1);
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(uri("v4", "web"))).build();
      all.add(
          client
              .sendAsync(request, HttpResponse.BodyHandlers.discarding())
              .thenApply(HttpResponse::statusCode));
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> all.stream().filter(CompletableFuture::isDone).count() == 8);
    assertThat(all.stream().filter(CompletableFuture::isDone))
        .allMatch(refused -> refused.join() == 429);
    insight.held.countDown();
    assertThat(all.stream().filter(answer -> answer.join() == 200)).hasSize(32);
  }

  @Test
  void aPortIsKeptIfItIsFreeAndAnotherTakenIfNot() {
    int port = server.port();
    try (MetadataServer second = MetadataServer.bind(List.of(LOOPBACK), List.of(port))) {
      assertThat(second.port()).isNotZero().isNotEqualTo(port);
      assertThat(second.at(LOOPBACK)).isEqualTo(LOOPBACK + ":" + second.port());
      server.close();
      try (MetadataServer third = MetadataServer.bind(List.of(LOOPBACK), List.of(port, 0))) {
        assertThat(third.port()).isEqualTo(port);
      }
    }
  }

  @Test
  void anAddressOfAnotherHostIsLeftOut() {
    for (String wrong : List.of(ELSEWHERE, "no address", "")) {
      try (MetadataServer other = MetadataServer.bind(List.of(LOOPBACK, wrong), List.of())) {
        assertThat(other.at(wrong)).isNull();
        assertThat(other.at(LOOPBACK)).isEqualTo(LOOPBACK + ":" + other.port());
      }
    }
    try (MetadataServer nowhere = MetadataServer.bind(List.of(ELSEWHERE), List.of())) {
      assertThat(nowhere.port()).isZero();
      assertThat(nowhere.at(null)).isNull();
    }
  }

  @Test
  void itIsNotFoundAtOtherAddressesOfThisHost() throws Exception {
    List<InetAddress> others =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
            .toList();
    for (InetAddress other : others) {
      assertThatThrownBy(
              () -> {
                try (Socket socket = new Socket()) {
                  socket.connect(new InetSocketAddress(other, server.port()), 5_000);
                }
              })
          .as(other.toString())
          .isInstanceOf(ConnectException.class);
    }
  }
}
