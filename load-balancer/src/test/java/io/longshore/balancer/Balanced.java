package io.longshore.balancer;

import static org.awaitility.Awaitility.await;

import io.longshore.balancer.inbound.Limits;
import io.longshore.balancer.inbound.Listeners;
import io.longshore.balancer.outbound.AccessLog;
import io.longshore.balancer.outbound.Reports;
import io.longshore.messages.Report;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A load balancer that a test tells its routes, with a listener at a free port. */
public final class Balanced implements AutoCloseable {
  public static final Duration SOON = Duration.ofSeconds(10);

  public final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  public final List<AccessLog.Entry> log = new CopyOnWriteArrayList<>();

  /** What was told last of each route that is there. */
  public final Map<String, Report.OfBalancer> told = new ConcurrentHashMap<>();

  /** Called at each change of what other proxies are told by. */
  public volatile Runnable redrawn = () -> {};

  public final LoadBalancer balancer;
  public final int port;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public Balanced() throws IOException {
    this(Limits.DEFAULT, null);
  }

  public Balanced(Limits limits, @Nullable Path certificates) throws IOException {
    this(limits, certificates, true);
  }

  public Balanced(Limits limits, @Nullable Path certificates, boolean alone) throws IOException {
    this.port = freePort();
    this.balancer =
        new LoadBalancer(
            "this",
            new LoadBalancer.Options(
                "127.0.0.1", certificates, 2, Duration.ofSeconds(2), limits, true, alone),
            registry,
            log::add,
            hearing(),
            () -> redrawn.run(),
            InstantSource.system());
    balancer.begin();
  }

  private Reports hearing() {
    return (news, present) -> {
      told.putAll(news);
      told.keySet().retainAll(present);
    };
  }

  /** How a target is, as it was told; null when it was not. */
  public Report.@Nullable SeenTarget told(int port) {
    return told.values().stream()
        .flatMap(report -> report.targets().stream())
        .filter(one -> one.port() == port)
        .findFirst()
        .orElse(null);
  }

  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Takes routes, and waits until the listener is open. */
  public void take(Route... routes) {
    balancer.take(List.of(routes));
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          Listeners.State state = balancer.listeners().get("arn:listener/" + port);
          return state != null && state.trouble() == null;
        });
  }

  /** One group of targets behind the listener, healthy when this returns. */
  public void serve(Map<String, String> attributes, Backend... backends) {
    serve(attributes, Map.of(), backends);
  }

  public void serve(
      Map<String, String> attributes, Map<String, String> ofBalancer, Backend... backends) {
    take(routes(attributes, ofBalancer, tasks(backends)));
    awaitHealthy(backends);
  }

  public Route[] routes(
      Map<String, String> attributes,
      Map<String, String> ofBalancer,
      List<Route.TaskTarget> targets) {
    return new Route[] {
      Routes.balancer(
          ofBalancer, Routes.listener(port, Route.Protocol.HTTP, Routes.forward(Routes.GROUP))),
      Routes.group(Routes.GROUP, attributes),
      Routes.targets(targets.toArray(Route.TaskTarget[]::new))
    };
  }

  public static List<Route.TaskTarget> tasks(Backend... backends) {
    return new ArrayList<>(
        Arrays.stream(backends)
            .map(one -> Routes.task(Routes.GROUP, "task" + one.port(), one.port(), false))
            .toList());
  }

  public void awaitHealthy(Backend... backends) {
    for (Backend backend : backends) {
      awaitState(backend, TargetState.HEALTHY);
    }
  }

  public Report.SeenTarget healthOf(Backend backend) {
    return Objects.requireNonNull(told(backend.port()));
  }

  public void awaitState(Backend backend, TargetState state) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          Report.SeenTarget is = told(backend.port());
          return is != null && is.state() == state;
        });
  }

  public HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
        .timeout(Duration.ofSeconds(20));
  }

  public HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  public HttpResponse<String> get(String target) throws IOException, InterruptedException {
    return send(request(target));
  }

  public Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Sends bytes as they are, and reads until the load balancer closes. */
  public String raw(String bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return readAll(socket);
    }
  }

  public static String readAll(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        all.write(next);
      }
    } catch (SocketException e) {
      // A reset is an end, too.
      return all.toString(StandardCharsets.ISO_8859_1);
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  public double count(String name) {
    return registry.find("longshore.balancer." + name).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Override
  public void close() {
    balancer.close();
  }
}
