package io.longshore.chaos;

import io.longshore.chaos.Member.Backend;
import io.longshore.chaos.Schedule.Fleet;
import io.longshore.embedded.EmbeddedProcess.Settings;
import io.longshore.embedded.Endpoints;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Longshore as many processes on this machine, and a proxy between each of them and whatever it
 * talks to. Safe for use by many threads, as long as no two of them are about one member.
 */
final class Installation implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile(":([0-9]+)(/|$)");
  private static final Pattern FENCED = Pattern.compile("has gone to a later owner than epoch");
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration READY_PATIENCE = Duration.ofMinutes(2);

  /**
   * How to start it.
   *
   * @param directory for data and logs
   * @param driver of the runners
   */
  record Plan(Build build, Path directory, Fleet fleet, String driver) {
    /** Host ids of the runners. */
    Set<String> hosts() {
      return fleet.members().stream()
          .filter(member -> member.part() == Member.Part.RUNNER)
          .map(this::hostId)
          .collect(Collectors.toSet());
    }

    private Node node(Member member) throws IOException, InterruptedException {
      return Node.make(
          directory.resolve(member.toString()),
          member.part() != Member.Part.SCHEDULER,
          fleet.means());
    }

    private String hostId(Member runner) {
      // Other runs may have left something on the same engine.
      return directory.getFileName() + "-" + runner;
    }
  }

  private final Plan plan;
  private final Outside outside;
  private final Map<Member, Node> nodes;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private Installation(Plan plan, Outside outside, Map<Member, Node> nodes) {
    this.plan = plan;
    this.outside = outside;
    this.nodes = nodes;
  }

  /** Starts everything and waits until it is ready. */
  static Installation start(Plan plan, @Nullable Engine engine)
      throws IOException, InterruptedException {
    // The broker has a door for each member, and tells whoever comes in by it to come back by the
    // member's own proxy.
    Map<Member, Node> nodes = new LinkedHashMap<>();
    for (Member member : plan.fleet().members()) {
      nodes.put(member, plan.node(member));
    }
    Outside outside =
        Outside.start(
            Settings.ofLibraries(plan.directory().resolve("outside"), plan.build().embedded())
                .withDoors(
                    nodes.values().stream()
                        .collect(Collectors.toMap(Node::door, Node::advertised))));
    Installation installation = new Installation(plan, outside, nodes);
    try {
      for (Member member : nodes.keySet()) {
        installation.connect(member, engine);
        installation.start(member);
      }
      installation.awaitReady();
      AppendTimes.askFor(outside.endpoints().bootstrapServers());
      return installation;
    } catch (IOException | InterruptedException | RuntimeException e) {
      installation.close();
      throw e;
    }
  }

  private void connect(Member member, @Nullable Engine engine) throws IOException {
    Node node = node(member);
    for (Backend backend : member.part().backends()) {
      switch (backend) {
        case KAFKA -> node.connectKafka();
        case DATABASE -> node.connectDatabase(portOf(outside.endpoints().jdbcUrl()));
        case ENGINE -> {
          if (engine != null) {
            node.connectEngine(engine.address());
          }
        }
      }
    }
  }

  private static int portOf(String address) {
    var matcher = PORT.matcher(address);
    if (!matcher.find()) {
      throw new IllegalArgumentException("No port in " + address);
    }
    return Integer.parseInt(matcher.group(1));
  }

  Outside outside() {
    return outside;
  }

  List<URI> apis() {
    return nodes.entrySet().stream()
        .filter(entry -> entry.getKey().part() == Member.Part.API)
        .map(entry -> entry.getValue().uri("/"))
        .toList();
  }

  /** Host ids of the runners. */
  Set<String> hosts() {
    return plan.hosts();
  }

  private Node node(Member member) {
    Node node = nodes.get(member);
    if (node == null) {
      throw new IllegalArgumentException("There is no " + member);
    }
    return node;
  }

  /** Its process of the moment. */
  Jvm jvm(Member member) {
    return node(member).jvm();
  }

  /** Its network of its own. */
  Island island(Member member) {
    return node(member).island();
  }

  /** Its disk of its own. */
  Disk disk(Member member) {
    return node(member).disk();
  }

  /** Null if there is no such way, as to an engine that is not there. */
  @Nullable FaultProxy proxy(Member member, Backend backend) {
    return node(member).way(backend);
  }

  /** Everybody's ways to it. */
  List<FaultProxy> proxies(Backend backend) {
    List<FaultProxy> proxies = new ArrayList<>();
    for (Node node : nodes.values()) {
      FaultProxy proxy = node.way(backend);
      if (proxy != null) {
        proxies.add(proxy);
      }
    }
    return proxies;
  }

  /** Does not wait. */
  void start(Member member) {
    Node node = node(member);
    node.run(
        Jvm.start(
            member.toString(),
            List.of(
                "-Xmx192m",
                "-XX:+UseSerialGC",
                // Many start, often, and none lives long.
                "-XX:TieredStopAtLevel=1",
                "-jar",
                plan.build().service(member.part().module()).toString()),
            environment(member, node),
            output(member),
            node.place()));
  }

  private Path output(Member member) {
    return plan.directory().resolve(member + ".out");
  }

  private Map<String, String> environment(Member member, Node node) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", node.address(Backend.KAFKA));
    environment.put("QUARKUS_HTTP_HOST", node.host());
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(node.port()));
    switch (member.part()) {
      case API -> {
        environment.put("LONGSHORE_READ_DATABASE_URL", jdbcUrl(node));
        environment.put("LONGSHORE_READ_DATABASE_USER", "longshore_read");
        environment.put("LONGSHORE_READ_DATABASE_PASSWORD", "any");
        environment.put("LONGSHORE_API_DATA", node.data().toString());
      }
      case SCHEDULER -> {
        environment.put("LONGSHORE_DATABASE_URL", jdbcUrl(node));
        environment.put("LONGSHORE_DATABASE_USER", outside.endpoints().user());
        environment.put("LONGSHORE_DATABASE_PASSWORD", "any");
        environment.put("LONGSHORE_READ_DATABASE_PASSWORD", "any");
        // What has been killed often waits before it is launched again, up to five minutes. Here
        // it is to be back before patience ends.
        environment.put("LONGSHORE_SCHEDULER_BACKOFF_CEILING", "4s");
      }
      case RUNNER -> {
        environment.put("LONGSHORE_RUNNER_CLUSTER", "*");
        environment.put("LONGSHORE_RUNNER_DRIVER", plan.driver());
        environment.put("LONGSHORE_RUNNER_HOST_ID", plan.hostId(member));
        environment.put("LONGSHORE_RUNNER_DATA", node.data().toString());
        environment.put("LONGSHORE_RUNNER_METADATA_PORT", "0");
        String engine = node.dockerHost();
        if (engine != null) {
          environment.put("DOCKER_HOST", engine);
        }
      }
    }
    return environment;
  }

  private String jdbcUrl(Node node) {
    Endpoints endpoints = outside.endpoints();
    return endpoints
        .jdbcUrl()
        .replace("127.0.0.1:" + portOf(endpoints.jdbcUrl()), node.address(Backend.DATABASE));
  }

  /** Whatever a fault has left: everything runs, and everything passes. */
  void mendAll() throws IOException, InterruptedException {
    for (var entry : nodes.entrySet()) {
      entry.getValue().mend();
      Jvm jvm = jvm(entry.getKey());
      if (jvm.isAlive()) {
        jvm.resume();
      } else {
        start(entry.getKey());
      }
    }
  }

  /**
   * Waits for all members.
   *
   * @throws IOException naming those that were not ready within two minutes
   */
  void awaitReady() throws IOException, InterruptedException {
    if (!await(READY_PATIENCE, () -> notReady().isEmpty())) {
      StringBuilder text = new StringBuilder("Not ready after " + READY_PATIENCE + ":");
      for (Member member : notReady()) {
        text.append("\n--- ").append(member).append('\n').append(jvm(member).tail());
      }
      throw new IOException(text.toString());
    }
  }

  private List<Member> notReady() {
    List<Member> missing = new ArrayList<>();
    nodes.forEach((member, node) -> {
      if (!isReady(node)) {
        missing.add(member);
      }
    });
    return missing;
  }

  private boolean isReady(Node node) {
    HttpRequest request =
        HttpRequest.newBuilder(node.uri("/q/health/ready")).timeout(Duration.ofSeconds(3)).build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether it came true in time. */
  static boolean await(Duration patience, BooleanSupplier state) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!state.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    return true;
  }

  /** How often a scheduler said that another owned its shard, and that it had written nothing. */
  int fenced() {
    return nodes.keySet().stream()
        .filter(member -> member.part() == Member.Part.SCHEDULER)
        .mapToInt(member -> (int) FENCED.matcher(jvm(member).output()).results().count())
        .sum();
  }

  @Override
  public void close() throws IOException {
    for (Node node : nodes.values()) {
      node.close();
    }
    outside.close();
    http.close();
  }
}
