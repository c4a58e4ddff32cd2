package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The mock server of the client's makers, with switches for answers that it does not give by
 * itself. Nodes are spared.
 */
public final class FakeApi implements AutoCloseable {
  private static final String NODE = "X-Node";

  /** Marks the requests of a node. */
  static final Interceptor AS_NODE =
      new Interceptor() {
        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
          builder.setHeader(NODE, "yes");
        }
      };

  private final KubernetesMockServer server;
  private final Map<String, MockResponse> troubles = new ConcurrentHashMap<>();
  private final List<WebSocket> watching = new CopyOnWriteArrayList<>();
  private final AtomicInteger watches = new AtomicInteger();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  FakeApi() {
    Map<ServerRequest, Queue<ServerResponse>> responses = new HashMap<>();
    server =
        new KubernetesMockServer(
            new Context(),
            new MockWebServer(),
            responses,
            new Switched(new KubernetesMixedDispatcher(responses)),
            false);
    server.setVersionInfo(new VersionInfo.Builder().withGitVersion("v1.33.0").build());
    server.init();
  }

  KubernetesClient client(Interceptor interceptor) {
    return server.createClient(builder ->
        builder
            .editOrNewConfig()
            .withRequestRetryBackoffLimit(0)
            .withWatchReconnectInterval(50)
            .endConfig()
            .withHttpClientFactory(new JdkHttpClientFactory())
            .withHttpClientBuilderConsumer(
                http -> http.addOrReplaceInterceptor("test", interceptor)));
  }

  /**
   * From now on, and until {@link #well}.
   *
   * @param call method and path, as a pattern
   */
  public void trouble(String call, int code, String message) {
    String status =
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"%s\",\"code\":%d}"
            .formatted(message, code);
    troubles.put(
        call,
        new MockResponse()
            .setResponseCode(code)
            .addHeader("Content-Type", "application/json")
            .setBody(status));
  }

  public void well() {
    troubles.clear();
  }

  /** How many watches of drivers there have been. */
  public int watches() {
    return watches.get();
  }

  /** Method and path of the calls of drivers that match. */
  public List<String> calls(String pattern) {
    return calls.stream().filter(call -> call.matches(pattern)).toList();
  }

  /** Ends the watches of drivers, without a word. */
  public void cutWatches() {
    List<WebSocket> open = List.copyOf(watching);
    watching.removeAll(open);
    open.forEach(socket -> socket.close(1000, "cut"));
  }

  /** Tells the watches of drivers that what they resume from is not there any more. */
  public void tellGone() {
    String gone =
        "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\","
            + "\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410,"
            + "\"message\":\"too old resource version: 1 (2)\"}}";
    List<WebSocket> open = List.copyOf(watching);
    watching.removeAll(open);
    open.forEach(socket -> socket.send(gone));
  }

  @Override
  public void close() {
    server.destroy();
  }

  private final class Switched extends Dispatcher {
    private final Dispatcher usual;

    Switched(Dispatcher usual) {
      this.usual = usual;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      if (request.getHeader(NODE) != null) {
        return usual.dispatch(request);
      }
      String call = request.getMethod() + " " + request.getPath();
      calls.add(call);
      for (Map.Entry<String, MockResponse> trouble : troubles.entrySet()) {
        if (call.matches(trouble.getKey())) {
          return trouble.getValue();
        }
      }
      MockResponse response = usual.dispatch(request);
      WebSocketListener listener = response.getWebSocketListener();
      if (listener != null) {
        watches.incrementAndGet();
        response.withWebSocketUpgrade(new Noted(listener));
      }
      return response;
    }
  }

  /** Keeps the connection of a watch at hand. */
  private final class Noted extends WebSocketListener {
    private final WebSocketListener usual;

    Noted(WebSocketListener usual) {
      this.usual = usual;
    }

    @Override
    public void onBeforeAccept(WebSocket socket, Response response) {
      usual.onBeforeAccept(socket, response);
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
      watching.add(socket);
      usual.onOpen(socket, response);
    }

    @Override
    public void onMessage(WebSocket socket, String message) {
      usual.onMessage(socket, message);
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
      watching.remove(socket);
      usual.onClosing(socket, code, reason);
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
      watching.remove(socket);
      usual.onClosed(socket, code, reason);
    }

    @Override
    public void onFailure(WebSocket socket, Throwable broken, Response response) {
      watching.remove(socket);
      usual.onFailure(socket, broken, response);
    }
  }
}
