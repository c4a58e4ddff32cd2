package io.longshore.runner.engine.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.longshore.runner.inbound.MetadataServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * As much of a Docker engine's HTTP as a runner needs, with containers that are entries in memory,
 * and with switches for answers that no engine should give.
 */
final class FakeDocker implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@code missing}: bytes that are promised and do not come; status 0: not a word. */
  record Answer(int status, String body, int missing) {
    Answer(int status, String body) {
      this(status, body, 0);
    }
  }

  /** What comes in the place of the engine's own answer. */
  @FunctionalInterface
  interface Trouble {
    Answer instead(Supplier<Answer> usual) throws InterruptedException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, ObjectNode> containers = new LinkedHashMap<>();
  private final Map<String, Trouble> troubles = new ConcurrentHashMap<>();
  private final List<OutputStream> watching = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger opened = new AtomicInteger();
  private volatile int made;

  /**
   * The JDK's HTTP server reads its limits once in a process, and {@link MetadataServer} sets them:
   * it has to come first, or its own tests find others.
   */
  private static void takeTheLimitsOfTheMetadataServer() {
    try {
      Class.forName(MetadataServer.class.getName());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  FakeDocker() throws IOException {
    takeTheLimitsOfTheMetadataServer();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  DockerClientConfig config() {
    return DefaultDockerClientConfig.createDefaultConfigBuilder()
        .withDockerHost("tcp://127.0.0.1:" + server.getAddress().getPort())
        .withDockerTlsVerify(false)
        .build();
  }

  // --- switches

  /**
   * From now on, and until {@link #well}.
   *
   * @param call method and path without the version, as a pattern
   */
  void trouble(String call, Trouble trouble) {
    troubles.put(call, trouble);
  }

  void well() {
    troubles.clear();
  }

  static Trouble says(int status, String body) {
    return usual -> new Answer(status, body);
  }

  /** The engine does what it is asked for, and its answer is lost. */
  static Trouble losesTheAnswer() {
    return usual -> {
      var unused = usual.get();
      return new Answer(0, "");
    };
  }

  /** The engine does what it is asked for, and says something else. */
  static Trouble doesItAndSays(int status, String body) {
    return usual -> {
      var unused = usual.get();
      return new Answer(status, body);
    };
  }

  /** Accepts the call and says nothing until the end. */
  Trouble hangs() {
    return usual -> {
      closing.await();
      return new Answer(0, "");
    };
  }

  /** Writes into every event stream that is open. */
  void tell(String text) {
    for (OutputStream stream : watching) {
      try {
        stream.write(text.getBytes(StandardCharsets.UTF_8));
        stream.flush();
      } catch (IOException e) {
        // Its reader has gone, which is what may happen to it.
        watching.remove(stream);
      }
    }
  }

  /** How many event streams were ever opened. */
  int streams() {
    return opened.get();
  }

  /** How many containers were ever made. */
  int made() {
    return made;
  }

  /** The container as an inspection tells it; what is changed in it is told from now on. */
  synchronized ObjectNode container(String idOrName) {
    return found(idOrName);
  }

  private ObjectNode found(String idOrName) {
    ObjectNode byId = containers.get(idOrName);
    return byId != null
        ? byId
        : containers.values().stream()
            .filter(one -> one.path("Name").asText().equals("/" + idOrName))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("No such container: " + idOrName));
  }

  // --- the engine

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().replaceFirst("^/v1\\.\\d+", "");
    String call = exchange.getRequestMethod() + " " + path;
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String query = String.valueOf(exchange.getRequestURI().getRawQuery());
    Supplier<Answer> usual = () -> answer(call, query, body);
    try (exchange) {
      Trouble trouble = trouble(call);
      if (trouble == null && path.equals("/events")) {
        stream(exchange);
        return;
      }
      Answer answer = trouble == null ? usual.get() : trouble.instead(usual);
      if (answer.status() == 0) {
        return;
      }
      byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
      int length = bytes.length + answer.missing();
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Trouble trouble(String call) {
    return troubles.entrySet().stream()
        .filter(entry -> call.matches(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private void stream(HttpExchange exchange) throws IOException, InterruptedException {
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    out.flush();
    watching.add(out);
    opened.incrementAndGet();
    closing.await();
  }

  private synchronized Answer answer(String call, String query, String body) {
    try {
      String[] words = call.split("[ /]+");
      String id = words.length > 2 ? words[2] : "";
      return switch (call.replaceFirst("/containers/(?!json$|create$)[^/]+", "/containers/*")) {
        case "POST /containers/create" -> create(query, JSON.readTree(body));
        case "GET /containers/json" -> new Answer(200, list().toString());
        case "GET /containers/*/json" -> new Answer(200, found(id).toString());
        case "POST /containers/*/start" -> start(found(id));
        case "POST /containers/*/kill" -> end(found(id), 137);
        case "DELETE /containers/*" -> remove(found(id));
        case "GET /volumes" -> new Answer(200, "{\"Volumes\":[]}");
        default -> new Answer(404, "{\"message\":\"page not found\"}");
      };
    } catch (IOException | IllegalArgumentException e) {
      return new Answer(404, JSON.createObjectNode().put("message", e.getMessage()).toString());
    }
  }

  private Answer create(String query, JsonNode wanted) {
    String name =
        "/"
            + URLDecoder.decode(
                query.replaceFirst(".*name=([^&]*).*", "$1"), StandardCharsets.UTF_8);
    for (ObjectNode other : containers.values()) {
      if (other.path("Name").asText().equals(name)) {
        return new Answer(409, "{\"message\":\"Conflict. The container name is in use\"}");
      }
    }
    made++;
    ObjectNode container = JSON.createObjectNode().put("Id", "c%063d".formatted(made));
    container.put("Name", name).putObject("State").put("Status", "created");
    container.putObject("Config").set("Labels", wanted.path("Labels"));
    containers.put(container.path("Id").asText(), container);
    return new Answer(201, "{\"Id\":\"%s\"}".formatted(container.path("Id").asText()));
  }

  private static Answer start(ObjectNode container) {
    ObjectNode state = (ObjectNode) container.path("State");
    if (state.path("Status").asText().equals("running")) {
      return new Answer(304, "");
    }
    state.put("Status", "running").put("StartedAt", "2026-01-01T00:00:00.5Z");
    return new Answer(204, "");
  }

  private static Answer end(ObjectNode container, int code) {
    ObjectNode state = (ObjectNode) container.path("State");
    state.put("Status", "exited").put("ExitCode", code).put("FinishedAt", "2026-01-01T00:00:01Z");
    return new Answer(204, "");
  }

  private Answer remove(ObjectNode container) {
    containers.remove(container.path("Id").asText());
    return new Answer(204, "");
  }

  private ArrayNode list() {
    ArrayNode list = JSON.createArrayNode();
    for (ObjectNode container : containers.values()) {
      JsonNode state = container.path("State");
      ObjectNode entry = list.addObject();
      entry.set("Id", container.get("Id"));
      entry.put("State", state.path("Status").asText());
      entry.put("Status", "Exited (%d) 1 second ago".formatted(state.path("ExitCode").asInt()));
      entry.put("Created", 1767225600L);
      entry.set("Labels", container.path("Config").path("Labels"));
    }
    return list;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
